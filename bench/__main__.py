"""`make bench` measures all there is to measure; `make bench ARGS=portal` one part of it."""

import importlib
from pathlib import Path

import click

PARTS = [name for name in ("portal", "site", "build") if (Path(__file__).parent / f"{name}.py").exists()]


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
def main(parts: tuple[str, ...]) -> None:
    """Measure the running programs and print what they manage, beside what they should."""
    for name in parts or PARTS:
        importlib.import_module(f"bench.{name}").measure()


if __name__ == "__main__":
    main()
