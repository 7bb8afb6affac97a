"""Deletes old rows a few at a time; a dry run only looks, so that nothing is locked when there is nothing to do."""

from typing import Any

from sqlalchemy import Connection, Delete, Select


def delete_or_count(connection: Connection, gone: Delete, old: Select[Any], values: dict[str, Any], dry: bool) -> int:
    """Carry out `gone` and return how many rows that was; when `dry`, return how many rows `old` finds instead."""
    return len(connection.execute(old, values).all()) if dry else connection.execute(gone, values).rowcount
