"""People opt out while their messages are claimed: who was first, wins."""

import os
import random
from contextlib import closing
from pathlib import Path

from dispatcher.demo.script import Rule
from dispatcher.store.connect import connect
from tests.dispatcher.faults.test_faults import finish
from tests.dispatcher.integration.harness import World
from tests.dispatcher.integration.processes import (
    crowd,
    dispatcher_process,
    gateway_process,
)

MESSAGES = int(os.environ.get("CHAOS_MESSAGES", "100")) * 4
SEED = int(os.environ.get("CHAOS_SEED", "1"))
DEVICES = 20
OPT_OUT = (
    b"insert into dispatch.suppressions (user_id, phone, kind, source)"
    b" select user_id, phone, 'opt_out', 'test' from public.leads"
    b" where phone = %s"
)
# Claims that could see the opt-out, and claims that could not
SEEN = (
    "select pg_visible_in_snapshot(opt_out.row_xid, attempt.claim_snapshot),"
    " count(*) from dispatch.broadcast_messages as attempt"
    " inner join dispatch.suppressions as opt_out"
    " on attempt.user_id = opt_out.user_id"
    " and attempt.recipient_phone = opt_out.phone group by 1"
)


def test_no_claim_that_sees_an_opt_out_is_made(
    world: World, tmp_path: Path
) -> None:
    """As many rounds as there are people, each at its own moment."""
    crowd(world, MESSAGES, DEVICES)
    phones = [f"{60111000001 + n}" for n in range(MESSAGES)]
    random.Random(SEED).shuffle(phones)  # noqa: S311  # not for secrets
    with (
        gateway_process(tmp_path, Rule(delay_seconds=0.1)) as gateway,
        dispatcher_process(world, tmp_path, gateway.base_url) as process,
        closing(connect(world.profile)) as people,
    ):
        people.autocommit = True
        while not gateway.received():
            assert process.poll() is None
        while process.poll() is None and phones:
            people.execute(OPT_OUT, [phones.pop()])
            people.execute(b"select pg_sleep(0.005)")
        finish(process)
        received = {item.phone for item in gateway.received()}
    claims = dict(world.rows(SEEN))
    claimed = {phone for (phone,) in world.ledger("recipient_phone")}
    opted_out = {
        phone
        for (phone,) in world.rows("select phone from dispatch.suppressions")
    }
    print(  # noqa: T201
        f"{len(opted_out)} opted out, {len(opted_out - claimed)} in time"
    )
    assert True not in claims
    # both came often enough to mean something
    assert claims[False] > DEVICES
    assert len(opted_out - claimed) > DEVICES
    assert received == claimed
