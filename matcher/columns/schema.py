"""Which columns each kind has."""

from matcher.columns import expert, fund, insurance, loan, project
from matcher.columns.forms import Column, codes, day, number
from matcher.columns.places import place_numbers
from matcher.columns.sectors import sector_numbers
from matcher.domain import Kind

_VALIDITY = (
    number("valid_from", lambda record: day(record.valid_from)),
    number("valid_until", lambda record: day(record.valid_until)),
)

_CENTER = (
    codes("regions", lambda center: place_numbers(center.region)),
    codes("sectors_include", lambda center: sector_numbers(center.fields)),
)

_SCHEMAS: dict[Kind, tuple[Column, ...]] = {
    Kind.PROJECT: _VALIDITY + project.COLUMNS,
    Kind.FUND: _VALIDITY + fund.COLUMNS,
    Kind.LOAN: _VALIDITY + loan.COLUMNS,
    Kind.INSURANCE: _VALIDITY + insurance.COLUMNS,
    Kind.EXPERT: _VALIDITY + expert.COLUMNS,
    Kind.CENTER: _VALIDITY + _CENTER,
}


def schema(kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind, in a fixed order."""
    return _SCHEMAS[kind]
