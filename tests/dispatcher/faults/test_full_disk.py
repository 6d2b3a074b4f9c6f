"""A disk that is really full: the ledger's own, a small one in memory."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.demo.script import Rule
from tests.dispatcher.faults.test_faults import (
    assert_all_leases_are_free,
    assert_the_ledger_is_true,
    bury,
    finish,
    statuses,
)
from tests.dispatcher.integration.harness import World
from tests.dispatcher.integration.processes import (
    crowd,
    dispatcher_process,
    gateway_process,
)

MESSAGES, DEVICES = 300, 20
MOUNT, UNMOUNT = ("/bin/mount", "-t", "tmpfs"), ("/bin/umount",)
LEDGER = "alter table dispatch.broadcast_messages set tablespace"
SIZE, ROOM = 2 << 20, 64 << 10  # bytes: of the disk, and left on it


@pytest.fixture
def small_disk(world: World) -> Iterator[Path]:
    """Keep the ledger's rows on a disk of its own; yield its folder."""
    # the server may not enter pytest's own temporary directories
    folder = Path(tempfile.mkdtemp(prefix="drip", dir="/tmp"))
    folder.chmod(0o755)
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        [*MOUNT, "-o", f"size={SIZE}", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        shutil.rmtree(folder)
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield from ledger_on(disk, world)
    finally:
        subprocess.run([*UNMOUNT, str(disk)], check=True)
        shutil.rmtree(folder)


def ledger_on(disk: Path, world: World) -> Iterator[Path]:
    server = Path(world.value("show data_directory")).stat()
    os.chown(disk, server.st_uid, server.st_gid)
    world.execute(f"create tablespace small location '{disk}'")
    try:
        world.execute(f"{LEDGER} small")
        yield disk
    finally:
        world.execute(f"{LEDGER} pg_default")
        world.execute("drop tablespace small")


def fill(disk: Path) -> Path:
    """Leave as much room as some dozens of attempts take."""
    found = os.statvfs(disk)
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * (found.f_bavail * found.f_frsize - ROOM))
    return ballast


def test_a_full_disk(world: World, tmp_path: Path, small_disk: Path) -> None:
    """The run ends and says so; once there is room the next goes on."""
    crowd(world, MESSAGES, DEVICES)
    ballast = fill(small_disk)
    with gateway_process(tmp_path, Rule(delay_seconds=0.1)) as gateway:
        with dispatcher_process(world, tmp_path, gateway.base_url) as process:
            out, err = process.communicate(timeout=120)
        assert process.returncode == 4
        assert "No space left on device" in err
        assert "make room on the database's disk" in err
        assert "Traceback" not in out + err
        assert_the_ledger_is_true(world, gateway)
        in_doubt = {
            str(message_id)
            for message_id, status in world.ledger("id", "status")
            if status == "sending"
        }
        # whom it names had no outcome written, and they are all
        assert all(message_id in err for message_id in in_doubt)
        received = len(gateway.received())
        assert 0 < received < MESSAGES
        assert_all_leases_are_free(world)

        # none of its devices is held by what is in doubt any more
        bury(world, minutes=1)
        with dispatcher_process(world, tmp_path, gateway.base_url) as process:
            _, err = process.communicate(timeout=120)
        assert process.returncode == 4, err
        assert_the_ledger_is_true(world, gateway)

        ballast.unlink()
        bury(world, minutes=2)
        world.build("0:03")
        with dispatcher_process(world, tmp_path, gateway.base_url) as last:
            finish(last)
        assert_the_ledger_is_true(world, gateway)
        found = statuses(world)
    assert found["sent"] + found["sending"] == MESSAGES
    assert found["sending"] <= DEVICES + len(in_doubt)
    assert_all_leases_are_free(world)
