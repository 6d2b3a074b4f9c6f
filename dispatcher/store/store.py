"""What one dispatcher process reads and writes."""

from dataclasses import dataclass

from dispatcher.store.breakers import Breakers
from dispatcher.store.leases import LeaseTable
from dispatcher.store.ledger import Ledger
from dispatcher.store.look_ups import LookUpTable
from dispatcher.store.outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of the database that a run speaks to."""

    ledger: Ledger
    leases: LeaseTable
    outcomes: Outcomes
    breakers: Breakers
    look_ups: LookUpTable
