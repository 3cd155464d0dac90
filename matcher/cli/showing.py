"""Match lists on a terminal."""

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from matcher.matches import Match, MatchList

_VERDICTS = {
    "ELIGIBLE": ("符合", "eligible", "green"),
    "NEED_INFO": ("待补充", "need info", "yellow"),
    "INELIGIBLE": ("不符合", "ineligible", "red"),
}
_MOST = 3


def show_list(found: MatchList, language: str, console: Console) -> None:
    """A table of the matches with their first reasons, then counts and the questions that decide most."""
    zh = language == "zh"
    table = Table(
        "#",
        "id",
        "名称" if zh else "name",
        "得分" if zh else "score",
        "结论" if zh else "verdict",
        "理由" if zh else "why",
    )
    for place, match in enumerate(found.items, 1):
        table.add_row(
            str(place),
            match.id,
            match.label,
            f"{match.score:.2f}",
            _verdict(match, language),
            _reasons(match, language),
        )
    console.print(table)
    console.print(_counts(found, language), highlight=False)
    for question in found.questions[:_MOST]:
        text = question.text_zh if zh else question.text_en
        console.print(f"? {text} ({question.decides})", highlight=False)
    console.print(
        f"{found.model.name} {found.model.fingerprint} · {found.weights_version}", style="dim", highlight=False
    )


def show_match(match: Match, language: str, console: Console) -> None:
    """One pair with everything that is known about it."""
    zh = language == "zh"
    parts = Table("", "分" if zh else "points", "值" if zh else "value", "", "")
    for part in match.parts:
        label = part.label_zh if zh else part.label_en
        value = "?" if part.value is None else f"{part.value:.2f}"
        both = (
            (part.subject_value_zh, part.candidate_value_zh) if zh else (part.subject_value_en, part.candidate_value_en)
        )
        parts.add_row(label, f"{part.points:.2f}", value, *(one or "" for one in both))
    lines = [
        *(f"· {one.text_zh if zh else one.text_en}" for one in match.reasons),
        *(f"? {one.text_zh if zh else one.text_en}" for one in match.questions),
        *(f"→ {one.text_zh if zh else one.text_en}" for one in match.counterfactuals),
        *(f"“{one.subject_text}” ~ “{one.candidate_text}” ({one.similarity:.2f})" for one in match.evidence),
        *(f"! {one.text_zh if zh else one.text_en}" for one in match.warnings),
    ]
    title = f"{match.id} {match.label}  {match.score:.2f}"
    console.print(Panel(Group(_verdict(match, language), parts, Text("\n".join(lines))), title=title))


def _counts(found: MatchList, language: str) -> str:
    each = found.counts
    if language == "zh":
        return f"可见 {each.visible}，符合 {each.eligible}，待补充 {each.need_info}，不符合 {each.ineligible}"
    return f"{each.visible} visible, {each.eligible} eligible, {each.need_info} need info, {each.ineligible} excluded"


def _verdict(match: Match, language: str) -> Text:
    zh, en, colour = _VERDICTS[match.verdict]
    return Text(zh if language == "zh" else en, style=colour)


def _reasons(match: Match, language: str) -> str:
    return "；".join(reason.text_zh if language == "zh" else reason.text_en for reason in match.reasons[:_MOST])
