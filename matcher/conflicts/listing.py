"""Conflicts as a list: for the check before anybody is invited, as a document, a table or lines on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from matcher.conflicts.finding import KIND_WORDS, TWIN, Conflicts
from matcher.conflicts.party import Truth
from matcher.domain.words import Words
from matcher.rules.authority import Authority
from matcher.tables.cell_text import Plain, safe

HEAD = (
    Words("项目", "Project"), Words("专家", "Expert"), Words("不同组的专家", "Kept apart from"),
    Words("结论", "Verdict"), Words("种类", "Kind"), Words("依据", "Evidence"), Words("开始", "Start"),
    Words("结束", "End"), Words("规则", "Rule"), Words("出处", "Source"),
)  # fmt: skip
"""The columns of a table."""

_ALL = Words("全部", "all")
_BARRED, _OPEN, _APART = Words("回避", "barred"), Words("待申报", "to be declared"), Words("不同组", "not in one panel")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. It is about every project where ``project`` is ""; ``apart_from`` is an expert of the pool.

    truth: TRUE bars the pair, or keeps the two experts apart; UNKNOWN waits for a declaration.
    """

    project: str
    expert: str
    apart_from: str
    truth: str
    kind: str
    zh: str
    en: str
    start: date | None
    end: date | None
    rule_zh: str
    rule_en: str
    source: str

    @property
    def verdict(self) -> Words:
        """What follows, in a word."""
        if self.apart_from:
            return _APART
        return _BARRED if self.truth == Truth.TRUE.name else _OPEN

    @property
    def words(self) -> Words:
        """The finding in a sentence of one line."""
        kind = KIND_WORDS[self.kind]
        about = self.apart_from or self.project
        return Words(
            f"{about or _ALL.zh} {self.expert} {self.verdict.zh}（{kind.zh}）：{self.zh}；{self.rule_zh}",
            f"{about or _ALL.en} {self.expert} {self.verdict.en} ({kind.en}): {self.en}; {self.rule_en}",
        )


def lines(found: Conflicts) -> tuple[Line, ...]:
    """Every finding by project, expert and kind, then who is kept apart from whom."""
    return (*_findings(found), *_apart(found))


def document(found: Conflicts, rules: Authority, today: date) -> dict[str, Any]:
    """The list as plain values for JSON, with whose rules it goes by and how many pairs may not be or wait."""
    return {
        "authority": rules.name,
        "version": rules.version,
        "today": today.isoformat(),
        "counts": {
            "pairs": found.barred.size,
            "barred": int(found.barred.sum()),
            "open": int(found.open.sum()),
            "apart": len(found.apart),
        },
        "items": [
            {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()}
            for line in lines(found)
        ],
    }


def table(found: Conflicts, language: str = "zh") -> Iterator[list[Plain]]:
    """The list as rows of cells that no spreadsheet program runs, the head first; ``language`` is zh or en."""

    def said(words: Words) -> str:
        return words.en if language == "en" else words.zh

    yield [said(head) for head in HEAD]
    for line in lines(found):
        who = line.project or said(_ALL), line.expert, line.apart_from
        what = said(line.verdict), said(KIND_WORDS[line.kind]), said(Words(line.zh, line.en))
        rule = said(Words(line.rule_zh, line.rule_en)), line.source
        yield [*map(safe, (*who, *what)), line.start, line.end, *map(safe, rule)]


def _findings(found: Conflicts) -> Iterator[Line]:
    for one in found.findings:
        yield Line(
            one.project, one.expert, "", one.truth.name, one.kind, one.evidence.zh, one.evidence.en, one.start, one.end,
            one.rule.zh, one.rule.en, one.source,
        )  # fmt: skip


def _apart(found: Conflicts) -> Iterator[Line]:
    for one in found.apart:
        truth = Truth.UNKNOWN if one.kind == TWIN else Truth.TRUE
        yield Line(
            "", one.first, one.second, truth.name, one.kind, one.evidence.zh, one.evidence.en, None, None,
            one.rule.zh, one.rule.en, one.source,
        )  # fmt: skip
