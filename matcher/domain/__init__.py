"""What is matched: records and their words. Everything that exists here is valid (DOMAIN section 3)."""

from matcher.domain.center import Center
from matcher.domain.expert import Expert
from matcher.domain.fund import Fund
from matcher.domain.insurance import InsuranceProduct
from matcher.domain.kinds import KINDS, Kind, Purpose, offer_kind, other_side
from matcher.domain.loan import LoanProduct
from matcher.domain.project import Project
from matcher.domain.record import Level, Record

__all__ = [
    "KINDS",
    "Center",
    "Expert",
    "Fund",
    "InsuranceProduct",
    "Kind",
    "Level",
    "LoanProduct",
    "Project",
    "Purpose",
    "Record",
    "offer_kind",
    "other_side",
]
