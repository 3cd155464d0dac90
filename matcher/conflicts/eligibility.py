"""Whether an expert may judge at all: age, titles, years of work and the year's reviews, by an authority's limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from matcher.conflicts.finding import AGE, TITLE, WORK, Finding
from matcher.conflicts.party import Candidate, Truth
from matcher.domain.taxonomy import ExpertRole
from matcher.domain.words import Words
from matcher.rules.authority import Authority, Window
from matcher.rules.limits import AgeLimit, TitleLimit

_OF_AGE = 18
"""Nobody younger is an expert: such a year of birth is a slip of the pen."""


def limit_findings(expert: Candidate, rules: Authority, today: date) -> Iterator[Finding]:
    """The limits that an expert breaks (TRUE) or may break (UNKNOWN), each about every project of the call."""
    age, work = rules.limits.age, rules.limits.work
    if age is not None:
        truth, evidence = _age(expert, age, today)
        yield Finding(expert.id, "", AGE, truth, evidence, age.words, age.source)
    lacking = dict(_lacking(expert, rules))
    for limit, truth in lacking.items():
        if truth is Truth.UNKNOWN or not roles_that_count(expert, rules):
            yield Finding(expert.id, "", TITLE, truth, _titles(expert), limit.words, limit.source)
    if work is not None and not _worked(expert.works_since, work.least, today):
        since = expert.works_since
        evidence = (
            Words("没有任职的起始日期", "no post has a start")
            if since is None
            else Words(f"已知最早的任职始于 {since}", f"the earliest known post began on {since}")
        )
        yield Finding(expert.id, "", WORK, Truth.UNKNOWN, evidence, work.words, work.source)


def roles_that_count(expert: Candidate, rules: Authority) -> tuple[ExpertRole, ...]:
    """The roles that the expert fills in a panel: those whose title the expert surely lacks do not count.

    An industry expert who is also called technical but lacks the title sits for industry; who has no role left is
    barred.
    """
    lost = {limit.role for limit, truth in _lacking(expert, rules) if truth is Truth.TRUE}
    return tuple(role for role in expert.roles or () if role not in lost)


def seats_left(expert: Candidate, rules: Authority) -> int | None:
    """What the year's limit leaves, the stricter of the authority's and the expert's own; None without either."""
    most = [limit for limit in (rules.reviews_per_year, expert.yearly_most) if limit is not None]
    return max(0, min(most) - expert.reviews_this_year) if most else None


def _age(expert: Candidate, limit: AgeLimit, today: date) -> tuple[Truth, Words]:
    """Only the year of birth is known, so in the year of the limit the birthday decides, which is a question."""
    if expert.birth_year is None:
        return Truth.UNKNOWN, Words("出生年份不明", "the year of birth is not known")
    turns = today.year - expert.birth_year
    evidence = Words(f"{expert.birth_year} 年出生", f"born in {expert.birth_year}")
    if turns < _OF_AGE:
        return Truth.UNKNOWN, Words(f"{evidence.zh}，或为笔误", f"{evidence.en}: a slip of the pen")
    tops = set(limit.top_titles)
    most, least = (limit.top_most if tops else limit.most), limit.most
    if expert.titles is not None:
        most = least = limit.top_most if tops & set(expert.titles) else limit.most
    if turns - 1 > most:
        return Truth.TRUE, evidence
    if turns <= least:
        return Truth.FALSE, evidence
    unsure = (
        Words("生日未知", "the birthday is not known") if most == least else Words("职称未知", "the title is not known")
    )
    return Truth.UNKNOWN, Words(
        f"{evidence.zh}，今年满 {turns} 周岁；{unsure.zh}", f"{evidence.en}, turns {turns} this year; {unsure.en}"
    )


def _lacking(expert: Candidate, rules: Authority) -> Iterator[tuple[TitleLimit, Truth]]:
    """Limits on titles that the expert does not meet (TRUE) or may not meet (UNKNOWN)."""
    for limit in rules.limits.titles:
        if limit.role not in (expert.roles or ()) or set(limit.any_of) & set(expert.titles or ()):
            continue
        yield limit, Truth.UNKNOWN if expert.titles is None or limit.or_equal else Truth.TRUE


def _titles(expert: Candidate) -> Words:
    if expert.titles is None:
        return Words("职称未知", "the titles are not known")
    zh, en = "、".join(expert.titles) or "无", ", ".join(title.en for title in expert.titles) or "none"
    return Words(f"职称：{zh}", f"titles: {en}")


def _worked(since: date | None, years: int, today: date) -> bool:
    """Whether the posts that are known reach back so far; an earlier one may be missing, so no is only a question."""
    return since is not None and since <= Window(years, "").reaches_back_to(today)
