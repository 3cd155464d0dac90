"""How the commands for panels refuse: one sentence on standard error and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from matcher.assignment.errors import AssignmentError
from matcher.conflicts.errors import FactError
from matcher.domain.words import Words
from matcher.opinions.opinion import OpinionError
from matcher.rules.errors import RuleDataError

errors = Console(stderr=True, soft_wrap=True)
"""A sentence stays on its line, so that a log or a pipe can search it."""


@contextmanager
def told() -> Iterator[None]:
    """Turns what a person did wrong into one sentence and exit code 2."""
    try:
        yield
    except (AssignmentError, FactError, RuleDataError, OpinionError, OSError) as error:
        text = _of_file(error).both if isinstance(error, OSError) else str(error)
        errors.print(text, style="red", highlight=False, markup=False)
        raise typer.Exit(2) from error


def _of_file(error: OSError) -> Words:
    name, reason = error.filename, error.strerror or error
    return Words(
        f"文件 {name} 无法读写（{reason}）：检查路径与权限。",
        f"the file {name} cannot be read or written ({reason}): check the path and the rights.",
    )
