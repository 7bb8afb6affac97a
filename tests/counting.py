"""What a portal holds, counted from outside and in its store."""

from peer import Peer


def sessions_held(peer: Peer) -> int:
    """Return how many sessions have an owner."""
    return sum(int(each["allocated"]) for each in peer.get("/workshops/catalog/environments/").body["environments"])


def rows(peer: Peer, table: str) -> int:
    """Return how many rows a table has."""
    with peer.app.extensions["portal"].store.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
