"""How the commands for panels refuse: one sentence on standard error and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from matcher.domain.refused import RefusedError

errors = Console(stderr=True)


@contextmanager
def told() -> Iterator[None]:
    """Turns what a person did wrong into one sentence and exit code 2."""
    try:
        yield
    except (RefusedError, OSError) as error:
        errors.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(2) from error
