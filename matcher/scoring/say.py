"""Says one pair in words, from templates and field values only."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from matcher.domain import Expert, Fund, LoanProduct, Project, Purpose, Record
from matcher.domain.show import NOT_KNOWN, Shown, percent, show_field
from matcher.matches import Counterfactual, Match, Note, PartScore, Question, Reason, SentencePair
from matcher.rules.condition import Condition, Text
from matcher.rules.context import Context
from matcher.rules.kleene import FALSE, TRUE, UNKNOWN
from matcher.rules.verdicts import Verdict
from matcher.scoring.part import Part
from matcher.scoring.points import hundredths
from matcher.scoring.purposes import parts_of
from matcher.scoring.values import pair_value, value_of

MOST_REASONS, LEAST_REASONS = 5, 3
_BASE: Text = ("基准", "Base")
_DEDUCTION: Text = ("除外责任", "Exclusions")


@dataclass(frozen=True, slots=True)
class Said:
    """What was computed for one pair. values: part -> 0..1, NaN while unknown. minus: points taken off."""

    verdict: Verdict
    score: float
    completeness: float
    values: dict[str, float]
    minus: float
    states: list[tuple[Condition, int]]
    evidence: tuple[SentencePair, ...]

    @property
    def known(self) -> list[tuple[str, float]]:
        """The parts that are known."""
        return [(name, value) for name, value in self.values.items() if not isnan(value)]


class Speaker:
    """Says the pairs of one subject; values of the subject are looked up once."""

    def __init__(self, purpose: Purpose, subject: Record, context: Context, decides: dict[str, int]) -> None:
        self.purpose, self.subject, self.context, self.decides = purpose, subject, context, decides
        self._parts = parts_of(purpose)
        self._weights = context.rules.part_weights(purpose)
        self._shown: dict[str, Shown] = {}

    def match(self, candidate: Record, said: Said) -> Match:
        """The pair as a `Match`."""
        pair = _Pair(self, candidate)
        gained, weight = self._gained(said)
        return Match(
            candidate.id,
            candidate.label,
            said.verdict.name,
            said.score,
            said.completeness,
            self._part_scores(said, pair, gained, weight),
            self._reasons(said, pair, gained, weight),
            self._questions(said, pair),
            tuple(_counterfactuals(said, pair)),
            said.evidence,
            tuple(_warnings(pair)),
        )

    def value(self, path: str) -> Shown:
        """A value of the subject for people."""
        if path not in self._shown:
            self._shown[path] = value_of(self.subject, path, self.context)
        return self._shown[path]

    def _gained(self, said: Said) -> tuple[float, float]:
        """sum(w s) and sum(w) over the known parts and the base."""
        base = self.context.rules.weights["base"]
        known = [(self._weights[name], value) for name, value in said.known]
        gained = base["weight"] * base["value"] + sum(weight * value for weight, value in known)
        return gained, base["weight"] + sum(weight for weight, _ in known)

    def _part_scores(self, said: Said, pair: "_Pair", gained: float, weight: float) -> tuple[PartScore, ...]:
        base = self.context.rules.weights["base"]
        rows = [("base", _BASE, base["weight"], base["value"], NOT_KNOWN, NOT_KNOWN)]
        for part in self._parts:
            value = said.values[part.name]
            shown = pair.joined(part.project, project=True), pair.joined(part.offer, project=False)
            rows.append((part.name, part.label, self._weights[part.name], None if isnan(value) else value, *shown))
        shares = [100 * w * (v or 0.0) / weight if v is not None else 0.0 for _, _, w, v, _, _ in rows]
        if said.minus:
            rows.append(("exclusions", _DEDUCTION, 0.0, None, NOT_KNOWN, NOT_KNOWN))
            shares.append(-min(said.minus, 100 * gained / weight))
        points = hundredths(shares, said.score)
        return tuple(
            PartScore(name, *label, share / 100, w, None if v is None else round(v, 4), *pair.subject_first(p, o))
            for (name, label, w, v, p, o), share in zip(rows, points, strict=True)
        )

    def _reasons(self, said: Said, pair: "_Pair", gained: float, weight: float) -> tuple[Reason, ...]:
        """Three to five: failed conditions, then the parts that move the score most, then what holds or is open."""
        hard = [(c, state) for c, state in said.states if c.is_hard]
        chosen = [_reason(c, c.fails, pair) for c, state in hard if state == FALSE][:LEAST_REASONS]
        effects = sorted(
            ((_effect(self._weights[name], value, gained, weight), name) for name, value in said.known),
            key=lambda found: (-abs(found[0]), found[1]),
        )
        parts = {part.name: part for part in self._parts}
        room = MOST_REASONS - len(chosen)
        chosen += [self._part_reason(parts[name], effect, said.values[name], pair) for effect, name in effects[:room]]
        for condition, state in hard:
            if len(chosen) >= LEAST_REASONS:
                break
            if state == TRUE:
                chosen.append(_reason(condition, condition.holds, pair))
        for part in self._parts:
            if len(chosen) >= LEAST_REASONS:
                break
            if isnan(said.values[part.name]):
                zh, en = part.label
                text = f"{zh}：信息不足，不影响得分", f"{en}: too little is known, so it does not move the score"
                chosen.append(Reason(part.name, 0.0, *text, _source(part)))
        return tuple(chosen)

    def _part_reason(self, part: Part, effect: float, value: float, pair: "_Pair") -> Reason:
        zh, en = pair.say(part.says, part.project, part.offer, value)
        return Reason(part.name, round(effect, 2), zh, en, _source(part))

    def _questions(self, said: Said, pair: "_Pair") -> tuple[Question, ...]:
        """What is asked while conditions are UNKNOWN, hard ones first, then by how many candidates each decides."""
        unknown = [c for c, state in said.states if state == UNKNOWN and c.asks is not None]
        expired = [c for c in unknown if c.name in ("offer_current", "project_current")]
        asked: dict[str, tuple[bool, Question]] = {}
        for condition in expired or unknown:
            assert condition.asks is not None
            zh, en = pair.say(condition.asks, condition.project, condition.offer)
            question = Question(condition.asked_field, zh, en, self.decides.get(condition.name, 0))
            asked.setdefault(condition.asked_field, (condition.is_hard, question))
        ranked = sorted(asked.values(), key=lambda found: (not found[0], -found[1].decides))
        return tuple(question for _, question in ranked)


class _Pair:
    """The two records of a pair, and templates filled with their values."""

    def __init__(self, speaker: Speaker, candidate: Record) -> None:
        self._speaker = speaker
        self._shown: dict[str, Shown] = {}
        self.subject_is_project = isinstance(speaker.subject, Project)
        self.candidate = candidate
        first, second = (speaker.subject, candidate) if self.subject_is_project else (candidate, speaker.subject)
        assert isinstance(first, Project)
        self.project: Project = first
        self.offer: Record = second

    def say(self, template: Text, project: tuple[str, ...], offer: tuple[str, ...], value: float | None = None) -> Text:
        """The template in both languages."""
        words: dict[str, Shown] = {}
        for letter, is_project, paths in (("p", True, project), ("o", False, offer)):
            for place, path in enumerate(paths):
                words[letter if place == 0 else f"{letter}{place + 1}"] = self._value(path, is_project)
        if value is not None:
            words["v"] = percent(round(value, 2))
        zh, en = template
        return zh.format_map(_Words(words, 0, self)), en.format_map(_Words(words, 1, self))

    def _value(self, path: str, of_project: bool) -> Shown:
        """A value of the project or of the offer, looked up once."""
        if of_project == self.subject_is_project:
            return self._speaker.value(path)
        if path not in self._shown:
            self._shown[path] = value_of(self.candidate, path, self._speaker.context)
        return self._shown[path]

    def joined(self, paths: tuple[str, ...], *, project: bool) -> Shown:
        """The values of some fields side by side; NOT_KNOWN where none is known."""
        known = [shown for path in paths if (shown := self._value(path, project)) != NOT_KNOWN]
        return ("；".join(zh for zh, _ in known), "; ".join(en for _, en in known)) if known else NOT_KNOWN

    def subject_first(self, project: Shown, offer: Shown) -> tuple[str | None, ...]:
        """The subject's value in Chinese and English, then the candidate's; None where unknown."""
        sides = [(None, None) if shown == NOT_KNOWN else shown for shown in (project, offer)]
        subject, candidate = sides if self.subject_is_project else reversed(sides)
        return *subject, *candidate


class _Words(dict[str, str]):
    """Values of one language; those that need both sides are looked up when a template names them."""

    def __init__(self, words: dict[str, Shown], language: int, pair: _Pair) -> None:
        super().__init__({name: shown[language] for name, shown in words.items()})
        self._language, self._pair = language, pair

    def __missing__(self, name: str) -> str:
        return pair_value(name, self._pair.project, self._pair.offer)[self._language]


def _effect(weight: float, value: float, gained: float, total: float) -> float:
    """What the score would lack if the part were unknown, in points."""
    return 100 * (gained / total - (gained - weight * value) / (total - weight))


def _reason(condition: Condition, template: Text, pair: _Pair) -> Reason:
    zh, en = pair.say(template, condition.project, condition.offer)
    return Reason(condition.name, 0.0, zh, en, condition.source)


def _source(part: Part) -> str:
    return ", ".join(dict.fromkeys((*part.project, *part.offer))) or "texts"


def _counterfactuals(said: Said, pair: _Pair) -> Iterator[Counterfactual]:
    for condition, state in said.states:
        if state == FALSE and condition.would is not None:
            zh, en = pair.say(condition.would, condition.project, condition.offer)
            yield Counterfactual(condition.name, (condition.offer or condition.project)[0], zh, en)


def _warnings(pair: _Pair) -> Iterator[Note]:
    project, offer = pair.project, pair.offer
    if project.warnings:
        stage, level = show_field(project, "verification_stage"), project.trl
        yield Note(
            f"验证阶段 {stage[0]} 与 TRL {level}不一致，请核对",
            f"Stage {stage[1]} and TRL {level} do not agree: please check",
        )
    for name, zh, en in (("overdue_records", "逾期记录", "overdue debts"), ("litigation", "未决诉讼", "litigation")):
        if getattr(project, name):
            yield Note(f"项目有{zh}，请人工核对", f"The project has {en}: please check")
    if isinstance(offer, Fund | LoanProduct) and offer.exclusions:
        zh, en = show_field(offer, "exclusions")
        yield Note(f"另有排除条件，请人工核对：{zh}", f"Further exclusions, please check: {en}")
    if isinstance(offer, Expert):
        yield Note("排序仅供参考，由指定人员决定", "The ranking advises; a named person decides")
