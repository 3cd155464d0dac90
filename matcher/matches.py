"""The match list: one object for library, command line and HTTP. Plain frozen dataclasses, which orjson writes as JSON.

Texts come in Chinese (`_zh`) and English (`_en`) and hold field values only, of records as the reader may see them.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part of a score. points: hundredths that add up to the score. value: 0..1, None while unknown.

    The values of both sides are for people; None where a side does not state them or the reader may not see them.
    """

    name: str
    label_zh: str
    label_en: str
    points: float
    weight: float
    value: float | None
    subject_value_zh: str | None
    subject_value_en: str | None
    candidate_value_zh: str | None
    candidate_value_en: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why. effect: points that the score would lack without this part; 0 for conditions, which only exclude."""

    part: str
    effect: float
    text_zh: str
    text_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is missing. decides: candidates whose verdict, or whose part of the score, the answer settles."""

    field: str
    text_zh: str
    text_en: str
    decides: int


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would make a failed condition hold."""

    condition: str
    field: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class SentencePair:
    """The sentences that carry the similarity."""

    subject_text: str
    candidate_text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person should look at."""

    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate. verdict: ELIGIBLE, NEED_INFO or INELIGIBLE. score: 0..100. completeness: 0..1."""

    id: str
    label: str
    verdict: str
    score: float
    completeness: float
    parts: tuple[PartScore, ...]
    reasons: tuple[Reason, ...]
    questions: tuple[Question, ...]
    counterfactuals: tuple[Counterfactual, ...]
    evidence: tuple[SentencePair, ...] = ()
    warnings: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many candidates were visible and what became of them."""

    visible: int
    eligible: int
    need_info: int
    ineligible: int


@dataclass(frozen=True, slots=True)
class Model:
    """Which encoder compared the texts."""

    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MatchList:
    """A ranked list. excluded: condition -> candidates in which it fails. questions: to the subject's owner."""

    purpose: str
    subject_id: str
    subject_kind: str
    candidate_kind: str
    items: tuple[Match, ...]
    excluded: dict[str, int]
    excluded_alone: dict[str, int]
    counts: Counts
    model: Model
    weights_version: str
    data_version: str
    k: int
    questions: tuple[Question, ...] = field(default=())
