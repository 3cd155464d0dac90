"""A typed need read as a record: what a sentence states becomes fields, the sentence itself stays as text.

    "early 新材料 projects, TRL 3-6, 50-200 万, Zhejiang" -> sectors_include, trl_min/max, ticket_min/max, regions

Only what stands there is read; everything else stays unknown. The words that were read are given back, so that a person
sees how the sentence was understood.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypeVar

from matcher.domain import Expert, Fund, InsuranceProduct, Kind, LoanProduct, Project, Purpose, Record
from matcher.domain.codes import code_list
from matcher.domain.project import FinancingNeed, Need
from matcher.domain.taxonomy import LoanPurpose, RegionMode, Risk, Round
from matcher.domain.term import Term
from matcher.retrieval.mentions import Mentions
from matcher.tables.quantities import to_decimal

T = TypeVar("T", bound=Term)

QUERY_ID = "query"
"""The id of a record that was read from a sentence."""

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_SCALE = r"(万|百万|千万|亿|k|m|million)?"
_RANGE = re.compile(
    rf"{_NUMBER}\s*{_SCALE}\s*(?:-|–|—|~|～|至|到|to)\s*{_NUMBER}\s*(万|百万|千万|亿)元?", re.IGNORECASE
)
_BOUND = re.compile(
    r"(不超过|不高于|至多|最多|以内|under|up to|at most|至少|不低于|最少|at least)?\s*"
    rf"{_NUMBER}\s*(万|百万|千万|亿)元?\s*(以内|以下|以上)?",
    re.IGNORECASE,
)
_NUMERAL = re.compile(r"(?<![几数多\d])[一二两三四五六七八九十百千]+(?:点[一二三四五六七八九零]+)?(?=\s*(?:万|亿))")
_TRL = re.compile(r"trl\s*[:：]?\s*([1-9])(?:\s*(?:-|–|—|~|～|至|到|to)\s*(?:trl\s*)?([1-9]))?", re.IGNORECASE)
_EXCLUDED = re.compile(r"(?:不投|不看|不考虑|排除|不含|不包括|exclud\w*|except|no )\s*([^，。；;,.]+)", re.IGNORECASE)
_WAN = {"万": Decimal(1), "百万": Decimal(100), "千万": Decimal(1000), "亿": Decimal(10000)}
_AT_MOST = {"不超过", "不高于", "至多", "最多", "以内", "以下", "under", "up to", "at most"}
_AT_LEAST = {"至少", "不低于", "最少", "at least", "以上"}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence states, each part None or empty where it says nothing."""

    text: str
    sectors: tuple[str, ...]
    excluded: tuple[str, ...]
    regions: tuple[str, ...]
    trl: tuple[int, int] | None
    amount: tuple[Decimal | None, Decimal | None]
    rounds: tuple[Round, ...]


def read_statement(text: str) -> Statement:
    """Reads sectors, exclusions, regions, TRL, amounts in 万元 and rounds out of a sentence in Chinese or English."""
    excluded = tuple(
        dict.fromkeys(sector for phrase in _EXCLUDED.findall(text) for sector in _codes(phrase, ("sei", "local", "gb")))
    )
    wanted = _EXCLUDED.sub(" ", text)
    return Statement(
        text,
        tuple(_codes(wanted, ("sei", "local", "gb"))),
        excluded,
        tuple(code.removeprefix("regions:") for code in _codes(text, ("regions",))),
        _trl(text),
        _amount(text),
        tuple(_terms(text, Round)),
    )


def read_need(text: str, subject: Kind, purpose: Purpose) -> Record:
    """The sentence as a record of kind `subject`, to be matched for `purpose`; its id is QUERY_ID.

    Raises ValueError for a kind that is never a subject.
    """
    said = read_statement(text)
    builders = {
        Kind.PROJECT: _project,
        Kind.FUND: _fund,
        Kind.LOAN: _loan,
        Kind.INSURANCE: _insurance,
        Kind.EXPERT: _expert,
    }
    if subject not in builders:
        raise ValueError(f"a sentence can stand for {', '.join(builders)}, not for {subject}")
    return builders[subject](said, purpose)


def _project(said: Statement, purpose: Purpose) -> Project:
    low, high = said.amount
    uses = "、".join(_terms(said.text, LoanPurpose)) if purpose is Purpose.LOAN else ""
    stated = low is not None or high is not None or uses
    need = Need(amount_min=low, amount_max=high, purpose=uses or None) if stated else None
    asked = {Purpose.INVESTMENT: "equity", Purpose.LOAN: "loan", Purpose.INSURANCE: "insurance"}.get(purpose)
    return Project(
        id=QUERY_ID,
        description=said.text,
        sei=_scheme(said.sectors, "sei"),
        industry_gb4754=_scheme(said.sectors, "gb"),
        local_industry=_scheme(said.sectors, "local"),
        region=said.regions[0] if said.regions else None,
        trl=said.trl[1] if said.trl else None,
        round=said.rounds[0] if said.rounds else None,
        risks=tuple(_terms(said.text, Risk)) or None,
        financing_need=FinancingNeed.model_validate({asked: need}) if asked and need else None,
    )


def _fund(said: Statement, _: Purpose) -> Fund:
    return Fund(
        id=QUERY_ID,
        thesis=said.text,
        sectors_include=said.sectors or None,
        sectors_exclude=said.excluded or None,
        regions=said.regions or None,
        region_mode=RegionMode.PREFERRED if said.regions else None,
        trl_min=said.trl[0] if said.trl else None,
        trl_max=said.trl[1] if said.trl else None,
        ticket_min=said.amount[0],
        ticket_max=said.amount[1],
        stages=said.rounds or None,
    )


def _loan(said: Statement, _: Purpose) -> LoanProduct:
    return LoanProduct(
        id=QUERY_ID,
        description=said.text,
        licence_regions=said.regions or None,
        purposes=tuple(_terms(said.text, LoanPurpose)) or None,
        sectors_include=said.sectors or None,
        amount_min=said.amount[0],
        amount_max_unsecured=said.amount[1],
    )


def _insurance(said: Statement, _: Purpose) -> InsuranceProduct:
    return InsuranceProduct(
        id=QUERY_ID,
        description=said.text,
        regions=said.regions or None,
        covered_risks=tuple(_terms(said.text, Risk)) or None,
        sectors_include=said.sectors or None,
        limit_aggregate=said.amount[1] or said.amount[0],
    )


def _expert(said: Statement, _: Purpose) -> Expert:
    return Expert(id=QUERY_ID, profile=said.text, fields=said.sectors or None, regions=said.regions or None)


def _scheme(sectors: Iterable[str], scheme: str) -> tuple[str, ...] | None:
    """The codes of one scheme; a project keeps its schemes in fields of their own."""
    return tuple(code for prefix, _, code in (sector.partition(":") for sector in sectors) if prefix == scheme) or None


def _trl(text: str) -> tuple[int, int] | None:
    found = _TRL.search(text)
    if not found:
        return None
    low = int(found[1])
    high = int(found[2] or low)
    return (min(low, high), max(low, high))


def _amount(text: str) -> tuple[Decimal | None, Decimal | None]:
    """Lower and upper amount in 万元; one number without a bound word is both."""
    text = _NUMERAL.sub(lambda found: str(to_decimal(found[0])), _TRL.sub(" ", text))
    if found := _RANGE.search(text):
        high_scale = _WAN[found[4]]
        low_scale = _WAN.get(found[2] or "", high_scale)
        low, high = _decimal(found[1]) * low_scale, _decimal(found[3]) * high_scale
        return (min(low, high), max(low, high))
    if found := _BOUND.search(text):
        amount = _decimal(found[2]) * _WAN[found[3]]
        bounds = {word.lower() for word in (found[1], found[4]) if word}
        if bounds & _AT_MOST:
            return (None, amount)
        return (amount, None) if bounds & _AT_LEAST else (amount, amount)
    return (None, None)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _terms(text: str, vocabulary: type[T]) -> list[T]:
    """The members of a vocabulary whose words stand in the text."""
    return [vocabulary.of(word) for word in _vocabulary(vocabulary)(text)]


def _codes(text: str, lists: tuple[str, ...]) -> list[str]:
    """`list:code` for every name of the lists that stands in the text; the earlier list has a name first."""
    return _names(lists)(text)


@cache
def _vocabulary(vocabulary: type[Term]) -> Mentions[str]:
    words = {word: str(term) for term in vocabulary for word in (term.value, term.en, *term.synonyms)}
    return Mentions.of(words)


@cache
def _names(lists: tuple[str, ...]) -> Mentions[str]:
    words: dict[str, str] = {}
    for name in lists:
        for code, entry in code_list(name).items():
            for word in (entry.zh, entry.en, *entry.synonyms):
                words.setdefault(word.lower(), f"{name}:{code}")
    return Mentions.of(words)
