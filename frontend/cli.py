"""The `workshop-index` command: what the front end offers itself, and the groups other packages add by entry point."""

from importlib.metadata import entry_points
from pkgutil import resolve_name

import click

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
ADDED = "workshop_index.commands"


class Commands(click.Group):
    """A group that loads a command only when it is asked for: one's own, or one that another package adds."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*OWN, *entry_points(group=ADDED).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None."""
        command: click.Command
        for entry in entry_points(group=ADDED, name=cmd_name):
            command = entry.load()
            return command
        if cmd_name in OWN:
            command = resolve_name(OWN[cmd_name])
            return command
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="workshop-index", message="%(prog)s %(version)s")
def main() -> None:
    """A team's own front door to hands-on workshops."""


if __name__ == "__main__":
    main(prog_name="workshop-index")
