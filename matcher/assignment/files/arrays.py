"""A call for panels from the NumPy archives of the benchmark: bid matrices and panels with composition rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from matcher.assignment.errors import FormatError
from matcher.assignment.problem import Cap, IntArray, Problem, Quota
from matcher.domain.words import Words

ROLES = ("technical", "industry", "finance", "management_ip")
SENIOR = 3

Arrays = dict[str, npt.NDArray[np.generic]]


def read_problem(path: Path) -> Problem:
    """The call in an ``.npz`` archive; a ``.json.gz`` beside it only repeats its rules in words.

    Raises:
        FormatError: the file cannot be read or lacks its keys.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except (OSError, ValueError, EOFError) as error:
        raise FormatError(
            str(path),
            type(error).__name__,
            Words("须为 NumPy .npz 归档", "it is a NumPy .npz archive"),
            Words("检查该文件", "check the file"),
        ) from error
    return problem_of(arrays, str(path))


def problem_of(arrays: Arrays, name: str = "arrays") -> Problem:
    """The call described by named arrays.

    Plain: ``scores`` (P, E), ``demand`` (P,), ``load_max`` and ``load_min`` (E,).
    Composition: ``scores_x10000`` (P, E), ``conflict`` (P, E), ``panel_size`` (P,), ``expert_role``,
    ``expert_level``, ``expert_unit``, ``expert_region``, ``expert_load`` (E,); each rule follows from its key.
    """
    if "scores_x10000" in arrays:
        scores = (arrays["scores_x10000"].astype(np.float32) / np.float32(10_000)).astype(np.float32)
    elif "scores" in arrays:
        scores = arrays["scores"].astype(np.float32)
    else:
        raise FormatError(
            name,
            sorted(arrays),
            Words("须有 scores 或 scores_x10000", "it holds scores or scores_x10000"),
            Words("按此命名矩阵", "name the matrix so"),
        )
    if scores.ndim != 2:
        raise FormatError(
            f"{name}: scores",
            scores.shape,
            Words("须为项目与专家的矩阵", "a matrix of projects and experts"),
            Words("给出二维矩阵", "give two dimensions"),
        )
    projects, experts = scores.shape
    size = _whole(arrays, ("panel_size", "demand"), projects, name)
    load_max = _whole(arrays, ("expert_load", "load_max"), experts, name)
    load_min = _whole(arrays, ("load_min",), experts, name) if "load_min" in arrays else None
    conflict = arrays.get("conflict", arrays.get("forbidden"))
    return Problem(
        project_ids=numbered("p", projects),
        expert_ids=numbered("e", experts),
        scores=scores,
        size=size,
        load_max=load_max,
        load_min=load_min if load_min is not None and load_min.any() else None,
        forbidden=None if conflict is None else conflict.astype(bool),
        quotas=_quotas(arrays, size),
        caps=_caps(arrays, size),
    )


def numbered(prefix: str, count: int) -> tuple[str, ...]:
    """Ids that sort as they count: p0007."""
    width = len(str(max(count - 1, 0)))
    return tuple(f"{prefix}{i:0{width}d}" for i in range(count))


def _whole(arrays: Arrays, keys: tuple[str, ...], length: int, name: str) -> IntArray:
    for key in keys:
        if key in arrays:
            values = arrays[key]
            return np.full(length, int(values), dtype=np.int64) if values.ndim == 0 else values.astype(np.int64)
    raise FormatError(
        name,
        sorted(arrays),
        Words(f"须有 {' 或 '.join(keys)}", f"it holds {' or '.join(keys)}"),
        Words("补充该键", "add the key"),
    )


def _quotas(arrays: Arrays, size: IntArray) -> tuple[Quota, ...]:
    one = np.ones_like(size)
    found: list[Quota] = []
    if "expert_role" in arrays:
        role = arrays["expert_role"]
        for code, least in ((0, (size + 1) // 2), (1, one), (2, one)):
            found.append(Quota(ROLES[code], np.asarray(role == code), least, size))
    if "expert_level" in arrays:
        found.append(Quota("senior", np.asarray(arrays["expert_level"] == SENIOR), one, size))
    return tuple(found)


def _caps(arrays: Arrays, size: IntArray) -> tuple[Cap, ...]:
    found: list[Cap] = []
    for key, most in (("expert_unit", np.ones_like(size)), ("expert_region", size // 2)):
        if key in arrays:
            _, group = np.unique(arrays[key], return_inverse=True)
            found.append(Cap(key.removeprefix("expert_"), np.arange(len(group)), group.astype(np.int64), most))
    return tuple(found)
