"""The scene of the demo: a database of its own, leads, a gateway's moods."""

import csv
import json
from pathlib import Path

from dispatcher.profile import Profile
from dispatcher.store.connect import connect, replace_database
from dispatcher.store.migrate import (
    create_app_schema,
    create_legacy_schema,
    load_demo,
    migrate,
)

APP_SCHEMA = "public"
LEGACY_SCHEMA = "legacy"
USER = "00000000-0000-4000-8000-000000000001"
DEVICE = "00000000-0000-4000-8000-0000000000{:02}"
DEVICES = 12

# Country code 999 is nobody's, so these numbers can reach nobody.
PHONE = "9991{:08}"
COLD, HOT, WARM = 1200, 542, 5
NAMELESS_EVERY = 97  # a lead without a name cannot be greeted
DIRT = [
    ["6.01E+10", "Excel", "cold_start"],
    ["12345", "Short", "hot_start"],
    ["", "Blank", "cold_start"],
]


def reset(profile: Profile) -> None:
    """Make the demo's database anew and fill it with the scene.

    Raises DatabaseError when the server refuses.
    """
    replace_database(profile)
    with connect(profile) as connection:
        migrate(connection)
        create_app_schema(connection, APP_SCHEMA)
        create_legacy_schema(connection, LEGACY_SCHEMA)
        load_demo(connection, APP_SCHEMA, LEGACY_SCHEMA)


def write_leads(path: Path) -> None:
    """Write the leads' file: 1,742 for COLD and HOT, 5 for WARM, and dirt."""
    tokens = ["cold_start"] * COLD + ["hot_start"] * HOT
    rows = [
        [
            PHONE.format(number),
            "" if number % NAMELESS_EVERY == 0 else f"Lead {number}",
            token,
            DEVICE.format(number % DEVICES + 1),
        ]
        for number, token in enumerate(tokens, start=1)
    ]
    # these are the five that the old system holds in WARM already
    rows += [
        [PHONE.format(90_000_000 + n), "Warm", "warm_start", DEVICE.format(1)]
        for n in range(1, WARM + 1)
    ]
    rows += [[*dirty, DEVICE.format(1)] for dirty in DIRT]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["phone", "name", "trigger", "device_id"])
        writer.writerows(rows)


def write_script(path: Path) -> None:
    """Write how the simulated gateway misbehaves."""
    states = {DEVICE.format(n): "logged_in" for n in range(1, DEVICES + 1)}
    logged_out = {DEVICE.format(n): "connected" for n in (9, 10)}
    down = {DEVICE.format(11): "disconnected"}
    rules = [
        {"phone": "*77", "do": "not_on_whatsapp"},
        # these arrive although nobody says so: the honest answer is unknown
        {"phone": "*0031", "do": "hang", "accepted": True},
        {"phone": "*055", "do": "gateway_timeout", "accepted": True},
    ]
    script = {"devices": states | logged_out | down, "rules": rules}
    path.write_text(json.dumps(script, indent=2))
