"""The bundled training portal: allocates workshop sessions and speaks the Educates training portal REST API."""
