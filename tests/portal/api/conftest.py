"""The REST API is tested over every store the portal speaks."""

from peer import start_on_each_store
from storing import migrated_file, migrated_schema, store_url

__all__ = ["migrated_file", "migrated_schema", "start_on_each_store", "store_url"]
