"""What the front end and the portal share, and nothing else: wire words, return URLs, YAML, packaged files."""
