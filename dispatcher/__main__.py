"""Entry point: ``dispatcher`` and ``python -m dispatcher``."""

from dispatcher.cli import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="dispatcher")


if __name__ == "__main__":
    main()
