"""Where the demo lives: a database and a folder of its own."""

import os
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from dispatcher import embedded
from dispatcher.profile import Profile

DATABASE = "drip_demo"
SCHEMA = "drip"


@dataclass(frozen=True, slots=True)
class Place:
    """The demo's files, all below ``folder``, and its database."""

    project_dir: Path
    folder: Path
    profile: Profile

    @property
    def leads(self) -> Path:
        """The leads' file that the demo writes."""
        return self.folder / "leads.csv"

    @property
    def rejects(self) -> Path:
        """The rows that the import refused."""
        return self.folder / "leads.rejects.csv"

    @property
    def script(self) -> Path:
        """How the gateway misbehaves."""
        return self.folder / "gateway.json"

    @property
    def gateway_log(self) -> Path:
        """What the gateway received: the ground truth."""
        return self.folder / "gateway.jsonl"


def prepare(project_dir: Path) -> Place:
    """Start the embedded Postgres; lay out the folder .local/demo.

    Raises ConfigError or DatabaseError when the server does not start.
    """
    local = project_dir.resolve() / ".local"
    server = embedded.up(local / "pgdata")
    return lay_out(project_dir, local / "demo", server.conninfo)


def lay_out(
    project_dir: Path, folder: Path, server: dict[str, str | int]
) -> Place:
    """Prepare the folder for a demo on that server, given as for libpq."""
    folder.mkdir(parents=True, exist_ok=True)
    # dbt's own files stay out of the project's target/
    os.environ["DBT_TARGET_PATH"] = str(folder / "target")
    os.environ["DBT_LOG_PATH"] = str(folder / "logs")
    conninfo = {**server, "dbname": DATABASE}
    _write_profiles(folder / "profiles.yml", conninfo)
    profile = Profile("drip", "demo", SCHEMA, conninfo)
    place = Place(project_dir, folder, profile)
    for file in (place.gateway_log, place.rejects):
        file.unlink(missing_ok=True)
    return place


def _write_profiles(file: Path, conninfo: dict[str, str | int]) -> None:
    output = {
        "type": "postgres",
        **conninfo,
        "password": "",
        "schema": SCHEMA,
        "threads": 2,
    }
    content = {"drip": {"target": "demo", "outputs": {"demo": output}}}
    with file.open("w") as stream:
        YAML().dump(content, stream)
