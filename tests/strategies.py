"""Hypothesis strategies for every kind of record, made from the models themselves."""

from datetime import date
from functools import cache
from typing import Any, get_args, get_type_hints

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import BaseModel

from matcher.domain import KINDS, Kind, Record
from matcher.domain.codes import code_list
from matcher.domain.credit_code import check_character
from matcher.domain.loan import Rate
from matcher.domain.person import orcid_check
from matcher.domain.record import Level
from matcher.domain.taxonomy import Evidence
from matcher.tables.fields import Leaf, Shape, leaves, part_leaves

_ORDERED = (
    ("trl_min", "trl_max"),
    ("ticket_min", "ticket_typical"),
    ("ticket_min", "ticket_max"),
    ("ticket_typical", "ticket_max"),
    ("amount_min", "amount_max"),
    ("amount_min", "amount_max_unsecured"),
    ("amount_min", "amount_max_secured"),
    ("term_min", "term_max"),
    ("company_age_min_months", "company_age_max_months"),
    ("limit_event", "limit_aggregate"),
    ("valid_from", "valid_until"),
    ("start", "end"),
)

_letters = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\r")
_common = st.sampled_from(
    [
        "新材料，中试",
        "=1+1",
        "+86",
        "-5",
        "@x",
        "'=x",
        "无",
        "是",
        "n/a",
        '"q"',
        "[1]",
        "{}",
        "a;b|c",
        "50-200万",
        "_x000D_",
    ]
)


def texts(longest: int = 60) -> st.SearchStrategy[str]:
    """Texts with everything in them that is hard to write into a cell."""
    free = st.text(_letters, min_size=1, max_size=longest).map(str.strip).filter(lambda text: bool(text.strip()))
    return st.one_of(_common, free)


def amounts() -> st.SearchStrategy[Any]:
    """Amounts in 万元: whole, with cents, and to the fen."""
    return st.one_of(st.integers(0, 10**9).map(str), st.decimals(0, 10**6, places=6)).map(_decimal)


def _decimal(value: Any) -> Any:
    from decimal import Decimal

    return Decimal(value)


@cache
def records(kind: Kind) -> st.SearchStrategy[Record]:
    """Valid records of a kind, with any of their fields unknown."""
    names = [name for name in KINDS[kind].model_fields if name not in {"id", "evidence", "secrecy"}]
    known = st.sampled_from(names)
    return st.builds(
        lambda values, evidence, secrecy: KINDS[kind].model_validate(
            _ordered(values) | {"evidence": evidence, "secrecy": secrecy}
        ),
        _model_values(KINDS[kind], frozenset({"evidence", "secrecy"})),
        st.none() | st.dictionaries(known, st.sampled_from(Evidence), max_size=3),
        st.none() | st.dictionaries(known, st.sampled_from(Level), max_size=3),
    )


def _model_values(model: type[BaseModel], without: frozenset[str] = frozenset()) -> st.SearchStrategy[dict[str, Any]]:
    required = {name: _field(model, name) for name, info in model.model_fields.items() if info.is_required()}
    optional = {
        name: _field(model, name)
        for name, info in model.model_fields.items()
        if not info.is_required() and name not in without
    }
    return st.fixed_dictionaries(required, optional=optional)


def _field(model: type[BaseModel], name: str) -> st.SearchStrategy[Any]:
    leaf = next((leaf for leaf in _leaves(model) if leaf.path == (name,)), None)
    if leaf is None:
        inner = next(part for part in get_args(model.model_fields[name].annotation) if part is not type(None))
        return _part(inner)
    one = _one(model, leaf)
    return st.lists(one, max_size=3).map(tuple) if leaf.many else one


def _leaves(model: type[BaseModel]) -> tuple[Leaf, ...]:
    kind = next((kind for kind, known in KINDS.items() if known is model), None)
    found = leaves(kind) if kind else part_leaves(model)  # type: ignore[arg-type]
    return tuple(leaf for leaf in found if leaf.many or leaf.shape is not Shape.PART)


def _part(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """A part that says something: one that says nothing is unknown."""
    values = _model_values(model).map(_ordered)
    if model.__name__ == "FinancingNeed":
        values = values.map(lambda needs: {name: need for name, need in needs.items() if need})
    return values.filter(bool).map(model.model_validate)


def _bounds(model: type[BaseModel], name: str) -> tuple[float, float]:
    """The bounds that the field declares."""
    hint = get_type_hints(model, include_extras=True)[name]
    low, high = 0.0, 1e6
    for part in (hint, *get_args(hint)):
        for rule in getattr(part, "__metadata__", ()):
            for bound in getattr(rule, "metadata", ()):
                low = bound.ge if isinstance(bound, Ge) else low
                high = bound.le if isinstance(bound, Le) else high
    return low, high


def _one(model: type[BaseModel], leaf: Leaf) -> st.SearchStrategy[Any]:
    name = leaf.path[-1]
    if name in _FORMED:
        return _FORMED[name]
    low, high = _bounds(model, name) if leaf.shape in {Shape.WHOLE, Shape.DECIMAL} else (0, 0)
    simple: dict[Shape, st.SearchStrategy[Any]] = {
        Shape.ID: st.text(st.characters(categories=("L", "N"), include_characters="-_.=+"), min_size=1, max_size=20),
        Shape.LINE: texts(),
        Shape.PROSE: texts(300),
        Shape.AMOUNT: amounts(),
        Shape.PERCENT: st.floats(0, 100),
        Shape.FRACTION: st.floats(0, 1),
        Shape.MONTHS: st.integers(0, 1200),
        Shape.YES_NO: st.booleans(),
        Shape.DATE: st.dates(date(1850, 1, 1), date(2150, 1, 1)),
        Shape.WHOLE: st.integers(int(low), int(high)),
        Shape.DECIMAL: st.floats(low, high),
        Shape.RATE: _rates(),
    }
    if leaf.shape is Shape.TERM:
        return st.sampled_from(leaf.detail)
    if leaf.shape is Shape.CODE:
        return _codes(leaf.detail)
    return _part(leaf.detail) if leaf.shape is Shape.PART else simple[leaf.shape]


@cache
def _codes(name: str) -> st.SearchStrategy[str]:
    if name != "sector":
        return st.sampled_from(list(code_list(name)))
    schemes = [f"{scheme}:{code}" for scheme in ("sei", "gb", "local", "ipc") for code in code_list(scheme)]
    return st.one_of(st.sampled_from(schemes), st.sampled_from(["text:猫粮", "text:a,b", "text:quantum/ai", "text:无"]))


def _rates() -> st.SearchStrategy[Rate]:
    return st.one_of(
        st.floats(0, 1).map(lambda value: Rate(kind="fixed", value=value)),
        st.floats(-500, 2000).map(lambda points: Rate(kind="lpr", basis_points=points)),
        st.floats(0.01, 10).map(lambda multiple: Rate(kind="cap", multiple=multiple)),
    )


def _credit_codes() -> st.SearchStrategy[str]:
    return st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17).map(lambda c: c + check_character(c))


_emails = st.from_regex(r"[a-z0-9.+]{1,8}@[a-z]{1,5}\.(cn|edu\.cn)", fullmatch=True)
_FORMED: dict[str, st.SearchStrategy[str]] = {
    "credit_code": _credit_codes(),
    "languages": st.sampled_from(["zh", "en", "ja", "zh-Hant"]),
    "email": _emails,
    "emails": _emails,
    "orcid": st.text("0123456789", min_size=15, max_size=15).map(
        lambda first: "-".join((first + orcid_check(first))[place : place + 4] for place in range(0, 16, 4))
    ),
}
"""Texts of a form of their own, by the name of the field."""


def _ordered(values: dict[str, Any]) -> dict[str, Any]:
    """The values with every pair of bounds in order, and a budget that is the sum of its items."""
    for _ in range(2):
        for low, high in _ORDERED:
            first, second = values.get(low), values.get(high)
            if first is not None and second is not None and first > second:
                values = values | {low: second, high: first}
    items = values.get("budget_items")
    if items and "verification_budget" in values:
        values = values | {"verification_budget": sum(item.amount for item in items)}
        if values["verification_budget"] > 10**9:
            values = values | {"verification_budget": None}
    return values
