"""dbt as a person calls it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from dispatcher.profile import Profile

ROOT = Path(__file__).parents[2]
# All but a note, which dbt makes in its log alone, that it knows no name for
# some types of Postgres
STRICT = [
    "--warn-error-options",
    '{"error": "all", "silence": ["TypeCodeNotFound"]}',
]


def run(
    profile: Profile, folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run dbt on the project; its own files go below ``folder``."""
    (folder / "profiles.yml").write_text(
        "drip:\n  target: test\n  outputs:\n    test:\n"
        "      type: postgres\n      password: ''\n      threads: 2\n"
        f"      schema: {profile.schema}\n"
        + "".join(
            f"      {name}: {value}\n"
            for name, value in profile.conninfo.items()
        )
    )
    return subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            "--no-use-colors",
            *arguments,
            "--project-dir",
            str(ROOT),
            "--profiles-dir",
            str(folder),
            "--target-path",
            str(folder / "target"),
            "--log-path",
            str(folder / "logs"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
    )


def parse(profile: Profile, folder: Path) -> None:
    """Parse from scratch; a warning is an error, deprecations among them."""
    done = run(profile, folder, *STRICT, "parse", "--no-partial-parse")
    assert done.returncode == 0, done.stdout
