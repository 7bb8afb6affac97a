"""SQL, one module per noun: each function takes a connection and answers with the domain's values."""
