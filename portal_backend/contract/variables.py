"""What either program says of an environment variable it reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what holds when it is not set, and what it is for.

    One whose `file` is true may also be given as `<name>_FILE`, a private file that holds the value.
    """

    name: str
    default: str
    help: str
    file: bool = False
