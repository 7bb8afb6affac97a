"""The REST API: one module per noun; views translate, the services decide, `payloads` writes every JSON shape."""
