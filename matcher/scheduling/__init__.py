"""Which meetings of an event take place, when and where; how good that is; and how it survives the day."""

from matcher.scheduling.check import Broken, Checked, check
from matcher.scheduling.compact import Effort
from matcher.scheduling.matchevent import read_event
from matcher.scheduling.plan import Plan, Seat
from matcher.scheduling.problem import BreakRule, Event, Meeting, Party, Representative, Slot, Table
from matcher.scheduling.solve import solve

__all__ = [
    "BreakRule",
    "Broken",
    "Checked",
    "Effort",
    "Event",
    "Meeting",
    "Party",
    "Plan",
    "Representative",
    "Seat",
    "Slot",
    "Table",
    "check",
    "read_event",
    "solve",
]
