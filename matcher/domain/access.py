"""What a party may see of a record (DOMAIN section 5). Everything that is searched or scored is redacted first.

A record redacted to a level has the same type; what lies above the level is None, as if it had never been given. So
nothing computed from it (an index, a score, a reason, a count) can tell what was hidden.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

from matcher.domain import field
from matcher.domain.project import FinancingNeed, IpRight, LandIn, LegalEntity, Need, Project
from matcher.domain.record import Level, Record

R = TypeVar("R", bound=Record)

_FRAME = {"id": 0, "valid_from": 0, "valid_until": 0, "source": 2, "evidence": 0, "secrecy": 0}
"""Levels of the fields that every record has. A source may be a person, so it waits for consent; `evidence` and
`secrecy` are cut down to the fields that stay, because a key alone would tell that a hidden field is known."""


def redact(record: R, level: Level) -> R:
    """The record as a party of this level sees it.

    A project that is seen before consent (level 1 and below) is also coarsened: regions to cities, amounts to bands,
    intellectual property to kind and state. A level in `record.secrecy` raises its field's level, never lowers it.
    Level 3 fields stay only at level SECRET, which is for named persons and never indexed.
    """
    above = _above(type(record), level)
    if record.secrecy:
        above = (*above, *(name for name, raised in record.secrecy.items() if raised > level))
    changes: dict[str, Any] = {name: None for name in above if getattr(record, name) is not None}
    for name in ("evidence", "secrecy"):
        changes |= _cut(record, name, changes)
    if isinstance(record, Project) and level < Level.CONSENTED:
        changes |= _coarse(record, changes, level)
    elif isinstance(record, Project) and record.legal_entity is not None and "legal_entity" not in changes:
        changes["legal_entity"] = _visible_part(record.legal_entity, level)
    return record.model_copy(update=changes) if changes else record


@cache
def _levels(kind: type[BaseModel]) -> dict[str, int]:
    return {name: _FRAME.get(name, field.level(info)) for name, info in kind.model_fields.items()}


@cache
def _above(kind: type[BaseModel], level: Level) -> tuple[str, ...]:
    """The fields that lie above a level."""
    return tuple(name for name, usual in _levels(kind).items() if usual > level)


def _cut(record: Record, name: str, hidden: dict[str, Any]) -> dict[str, Any]:
    """A map of fields without the hidden and the unknown ones; nothing to change where none is among them."""
    group: dict[str, Any] | None = getattr(record, name)
    if not group:
        return {}
    kept = {key: value for key, value in group.items() if key not in hidden and getattr(record, key) is not None}
    return {} if len(kept) == len(group) else {name: kept or None}


def _coarse(project: Project, hidden: dict[str, Any], level: Level) -> dict[str, Any]:
    """What is seen of a project before consent, in coarser form."""
    changes: dict[str, Any] = {}
    if project.region and "region" not in hidden:
        changes["region"] = city(project.region)
    if project.legal_entity is not None and "legal_entity" not in hidden:
        seen = _visible_part(project.legal_entity, level)
        changes["legal_entity"] = (
            seen.model_copy(update={"region": city(seen.region)}) if seen and seen.region else seen
        )
    if project.land_in and "land_in" not in hidden:
        changes["land_in"] = tuple(
            LandIn.model_construct(region=city(landing.region), within_months=landing.within_months)
            for landing in project.land_in
        )
    if project.financing_need is not None and "financing_need" not in hidden:
        changes["financing_need"] = _banded_need(project.financing_need)
    if project.ip is not None and level == Level.PLATFORM and "ip" not in (project.secrecy or {}):
        changes["ip"] = _kinds_and_states(project.ip)
        if project.evidence and "ip" in project.evidence:
            changes["evidence"] = None
    return changes


def _visible_part(entity: LegalEntity, level: Level) -> LegalEntity | None:
    """The company without what lies above the level; None if nothing stays, for an empty one would tell of the rest."""
    hidden = dict.fromkeys(_above(LegalEntity, level))
    seen = entity.model_copy(update=hidden) if hidden else entity
    return None if seen == LegalEntity() else seen


def _kinds_and_states(rights: Iterable[IpRight]) -> tuple[IpRight, ...]:
    return tuple(IpRight(kind=right.kind, state=right.state) for right in rights)


def _banded_need(asked: FinancingNeed) -> FinancingNeed:
    needs = {name: getattr(asked, name) for name in FinancingNeed.model_fields}
    return asked.model_copy(update={name: _banded(need) for name, need in needs.items() if need is not None})


def _banded(need: Need) -> Need:
    low, high = band(need.amount_min, need.amount_max)
    return need.model_copy(update={"amount_min": low, "amount_max": high, "when": None})


def city(code: str) -> str:
    """The city in which a county lies; a city or province stays. Municipalities have no cities: the whole of it."""
    return code[:2] + "0000" if code[:2] in {"11", "12", "31", "50"} else code[:4] + "00"


def band(low: Decimal | None, high: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The band 1-2-5-10-20-… 万元 in which an amount lies; never a single number, so never the amount itself.

    >>> band(Decimal(60), Decimal(180))
    (Decimal('50'), Decimal('200'))
    >>> band(Decimal(200), Decimal(200))
    (Decimal('100'), Decimal('200'))
    """
    below = None if low is None else _step(low, up=False)
    above = None if high is None else _step(high, up=True)
    if below is not None and below == above:
        below = _lower(below)
    return below, above


_STEPS: tuple[Decimal, ...] = (Decimal(0), *(Decimal(digit) * 10**power for power in range(10) for digit in (1, 2, 5)))


def _step(amount: Decimal, *, up: bool) -> Decimal:
    if up:
        return next((step for step in _STEPS if step >= amount), amount)
    return max(step for step in _STEPS if step <= amount)


def _lower(step: Decimal) -> Decimal:
    return _STEPS[max(0, _STEPS.index(step) - 1)]
