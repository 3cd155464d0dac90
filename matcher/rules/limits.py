"""Who may judge at all under an authority: age, titles, years of work; read from rule data, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from matcher.domain.taxonomy import ExpertRole, ExpertTitle
from matcher.domain.term import Term
from matcher.domain.words import Words
from matcher.rules.errors import RuleDataError

T = TypeVar("T", bound=Term)

_STATE_SOURCE = Words("每项限制写明出处", "every limit names its source")


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """At most ``most`` years old; ``top_most`` for who holds one of ``top_titles``, the same where there is none."""

    most: int
    source: str
    top_titles: tuple[ExpertTitle, ...] = ()
    top_most: int = 0

    @property
    def words(self) -> Words:
        """The limit in a sentence."""
        top = "、".join(self.top_titles), ", ".join(title.en for title in self.top_titles)
        return Words(
            f"年龄不超过 {self.most} 周岁" + (f"（{top[0]}不超过 {self.top_most} 周岁）" if top[0] else ""),
            f"at most {self.most} years old" + (f" ({top[1]}: at most {self.top_most})" if top[1] else ""),
        )


@dataclass(frozen=True, slots=True)
class TitleLimit:
    """Experts of a role hold one of ``any_of``; ``or_equal`` where an equal professional level will do instead."""

    role: ExpertRole
    any_of: tuple[ExpertTitle, ...]
    source: str
    or_equal: bool = False

    @property
    def words(self) -> Words:
        """The limit in a sentence."""
        zh, en = "或".join(self.any_of), " or ".join(title.en for title in self.any_of)
        return Words(
            f"{self.role}专家须具有{zh}职称" + ("或同等专业水平" if self.or_equal else ""),
            f"{self.role.en} experts hold the title {en}" + (" or are of equal level" if self.or_equal else ""),
        )


@dataclass(frozen=True, slots=True)
class WorkLimit:
    """At least so many years of work."""

    least: int
    source: str

    @property
    def words(self) -> Words:
        """The limit in a sentence."""
        return Words(f"从业满 {self.least} 年", f"at least {self.least} years of work")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an authority; what it does not limit is None or empty."""

    age: AgeLimit | None = None
    titles: tuple[TitleLimit, ...] = ()
    work: WorkLimit | None = None


def read_limits(name: str, table: Mapping[str, Any]) -> Limits:
    """The limits in the table ``limits`` of the rule data called ``name``.

    Raises:
        RuleDataError: a limit without source, a number that is none, a word that no vocabulary has.
    """
    age, work = table.get("age"), table.get("work")
    return Limits(
        age=None if age is None else _age(f"{name} limits.age", age),
        titles=tuple(
            TitleLimit(
                _term(f"{name} limits.titles", ExpertRole, role),
                _titles(f"{name} limits.titles.{role}", entry.get("any_of")),
                _source(f"{name} limits.titles.{role}", entry),
                bool(entry.get("or_equal", False)),
            )
            for role, entry in table.get("titles", {}).items()
        ),
        work=None
        if work is None
        else WorkLimit(_number(f"{name} limits.work.least", work.get("least")), _source(f"{name} limits.work", work)),
    )


def _age(name: str, entry: Mapping[str, Any]) -> AgeLimit:
    most, source = _number(f"{name}.most", entry.get("most")), _source(name, entry)
    if "top_titles" not in entry and "top_most" not in entry:
        return AgeLimit(most, source)
    top_most = _number(f"{name}.top_most", entry.get("top_most"))
    if top_most < most:
        rule = Words(f"不低于一般上限 {most}", f"not below the usual limit of {most}")
        raise RuleDataError(f"{name}.top_most", top_most, rule, Words("更正其一", "correct one of the two"))
    return AgeLimit(most, source, _titles(f"{name}.top_titles", entry.get("top_titles")), top_most)


def _number(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise RuleDataError(
            name, value, Words("为正整数", "it is a whole number above 0"), Words("更正该数", "correct it")
        )
    return value


def _source(name: str, entry: Mapping[str, Any]) -> str:
    if not entry.get("source"):
        raise RuleDataError(name, dict(entry), _STATE_SOURCE, Words("补上 source", "add the source"))
    return str(entry["source"])


def _titles(name: str, words: object) -> tuple[ExpertTitle, ...]:
    if not isinstance(words, list) or not words:
        rule = Words("列出至少一个职称", "it lists at least one title")
        raise RuleDataError(name, words, rule, Words("补上职称", "add titles"))
    return tuple(_term(name, ExpertTitle, word) for word in words)


def _term(name: str, vocabulary: type[T], word: str) -> T:
    try:
        return vocabulary.of(word)
    except ValueError:
        known = ", ".join(vocabulary)
        raise RuleDataError(
            name, word, Words(f"已知：{known}", f"known are {known}"), Words("更正名称", "correct the name")
        ) from None
