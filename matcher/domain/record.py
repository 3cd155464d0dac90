"""What every record has, and the form in which a broken rule is reported."""

import re
from datetime import date
from enum import IntEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from matcher.domain.taxonomy import Evidence


class Level(IntEnum):
    """Secrecy level of a field (DOMAIN section 5)."""

    PUBLIC = 0
    PLATFORM = 1
    CONSENTED = 2
    SECRET = 3


RecordId = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f/?#]{1,100}$")]
"""1 to 100 characters without spaces, control characters, / ? or #: it stands in URLs."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def without_controls(text: str) -> str:
    """Refuses NUL and the other control characters: PostgreSQL cannot store them and no screen shows them."""
    if found := _CONTROL.search(text):
        raise broken("control_character", f"no control character U+{ord(found[0]):04X}", "delete it")
    return text


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), AfterValidator(without_controls)
]
"""A short text of one line."""

Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000), AfterValidator(without_controls)
]
"""A long text."""

Count = Annotated[int, Field(ge=0, le=10**9)]
Months = Annotated[int, Field(ge=0, le=1200)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
YearlyRate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""An interest rate as a decimal per year: 0.0385. 6‰ a month is 0.072."""
Trl = Annotated[int, Field(ge=1, le=9)]
"""Technology readiness level of GB/T 22900: whole numbers 1 to 9."""


def broken(kind: str, rule: str, remedy: str, **found: Any) -> PydanticCustomError:
    """The error of a rule over several fields: what must hold and what to do."""
    return PydanticCustomError(kind, "{rule}; {remedy}", {"rule": rule, "remedy": remedy, **found})


def check_order(low: Any, high: Any, names: str) -> None:
    """Refuses low > high where both are known; `names` is `field_min <= field_max`."""
    if low is not None and high is not None and low > high:
        raise broken("min_over_max", names, "exchange or correct the two values", found=f"{low} > {high}")


class Part(BaseModel):
    """A value that belongs to a record; frozen, and strict about unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Record(Part):
    """What is matched. Unknown is None, never zero, empty or "no"."""

    id: RecordId
    source: Line | None = Field(default=None, title="来源", description="Source: an address or a person")
    valid_from: date | None = Field(default=None, title="生效日期", description="Valid from")
    valid_until: date | None = Field(default=None, title="有效期至", description="Valid until")
    evidence: dict[str, Evidence] | None = Field(
        default=None, title="佐证", description="Evidence state per field; declared where a field is not named"
    )
    secrecy: dict[str, Level] | None = Field(
        default=None, title="密级", description="Secrecy level per field where it differs from the default"
    )

    label_field: ClassVar[str] = "name"
    """The field that names the record to a person."""

    @model_validator(mode="after")
    def _common_rules(self) -> "Record":
        check_order(self.valid_from, self.valid_until, "valid_from <= valid_until")
        for group in (self.evidence, self.secrecy):
            unknown = set(group or ()) - set(type(self).model_fields)
            if unknown:
                raise broken("unknown_field", "only fields of the record", "correct the name", found=sorted(unknown))
        return self

    @property
    def label(self) -> str:
        """How the record is called before people; its id where the name may not be seen."""
        return getattr(self, self.label_field) or self.id
