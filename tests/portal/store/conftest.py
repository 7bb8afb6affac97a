"""The store is tested on every database it speaks."""

from storing import empty_url, house, migrated_file, migrated_schema, store, store_url

__all__ = ["empty_url", "house", "migrated_file", "migrated_schema", "store", "store_url"]
