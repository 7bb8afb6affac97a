"""The smallest Flask application that answers JSON: what the same server can do at most."""

import os

from flask import Flask


def create_app() -> Flask:
    """Return an application that says hello in a body of `HELLO_BYTES` bytes."""
    app = Flask("hello")
    padding = "x" * max(0, int(os.environ.get("HELLO_BYTES", "20")) - 13)

    @app.get("/")
    def hello() -> dict[str, str]:
        return {"hello": padding}

    return app
