"""The report as one figure: meetings and waiting per party, use of tables by slot, wishes met, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matcher.domain.words import Words
from matcher.scheduling.errors import FormatError
from matcher.scheduling.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure(report: Report) -> Figure:
    """The figure of a report (needs matplotlib).

    Raises:
        FormatError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure as Canvas
    except ImportError as error:
        raise FormatError(
            "plot",
            "matplotlib",
            Words("尚未安装", "it is not installed"),
            Words("运行 pip install matplotlib", "run pip install matplotlib"),
        ) from error
    drawing = Canvas(figsize=(10, 6), layout="constrained")
    panels = drawing.subplots(2, 3).ravel()
    _bars(panels[0], report.meetings_per_party, ("meetings of a party", "parties"))
    _bars(panels[1], report.breaks_per_party, ("breaks of a party", "parties"))
    _bars(panels[2], {t + 1: share for t, share in enumerate(report.table_use)}, ("slot", "tables in use"))
    _wishes(panels[3], report)
    causes = {cause.replace(" ", "\n"): count for cause, count in report.refused.items()}
    _bars(panels[4], causes, ("why not held", "possible meetings"))
    _afterwards(panels[5], report)
    return drawing


def write_figure(report: Report, path: Path) -> None:
    """Write the figure as ``.svg`` or ``.png``; the same report gives the same bytes.

    Raises:
        FormatError: another ending, or matplotlib is not installed.
    """
    if path.suffix not in (".svg", ".png"):
        raise FormatError(
            "plot",
            path.name,
            Words("图只能是 .svg 或 .png", "a figure is .svg or .png"),
            Words("命名为 report.svg", "name it report.svg"),
        )
    drawing = figure(report)
    from matplotlib import rc_context

    draft = path.with_name(f".{path.name}.draft")
    with rc_context({"svg.hashsalt": "matcher"}):
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        drawing.savefig(draft, format=path.suffix[1:], metadata=metadata)
    draft.replace(path)


def _bars(axes: Axes, heights: dict[int, int] | dict[int, float] | dict[str, int], labels: tuple[str, str]) -> None:
    axes.bar([str(key) for key in heights], list(heights.values()))
    axes.set(xlabel=labels[0], ylabel=labels[1])


def _wishes(axes: Axes, report: Report) -> None:
    """By rank where the wishes are known, else by tenth of the scores."""
    if report.met_by_rank:
        shares = {rank: met / sent for rank, (met, sent) in list(report.met_by_rank.items())[:12]}
        _bars(axes, shares, ("rank of the wish", "share met"))
    else:
        shares = {tenth + 1: share for tenth, share in enumerate(report.met_by_tenth)}
        _bars(axes, shares, ("tenth by score, best first", "share held"))
    axes.set_ylim(0, 1)


def _afterwards(axes: Axes, report: Report) -> None:
    after = report.afterwards
    if after is None:
        axes.set_axis_off()
        return
    counts = {
        "held": after.held,
        "not held": after.not_held,
        "unknown": after.unknown,
        "both\ninterested": after.interested,
        "next\nstep": after.next_steps,
    }
    _bars(axes, counts, ("afterwards", "meetings"))
