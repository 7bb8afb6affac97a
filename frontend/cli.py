"""The `workshop-index` command: what the front end offers itself, and the groups other packages add by entry point."""

from importlib.metadata import entry_points

import click

from portal_backend.contract.commands import Commands

OWN = {
    "build": "frontend.generator.commands:build",
    "check": "frontend.checking.command:check",
    "doctor": "frontend.doctor.command:doctor",
    "links": "frontend.generator.commands:links",
    "new": "frontend.generator.new_command:new",
    "schema": "frontend.schema:schema",
    "serve": "frontend.serve_command:serve",
    "texts": "frontend.texts:texts",
}
ADDED = {entry.name: entry.value for entry in entry_points(group="workshop_index.commands")}


@click.group(cls=Commands, places=OWN | ADDED, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="workshop-index", message="%(prog)s %(version)s")
def main() -> None:
    """A team's own front door to hands-on workshops."""


if __name__ == "__main__":
    main(prog_name="workshop-index")
