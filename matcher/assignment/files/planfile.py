"""Plans as JSON documents: panels by id, the figures, and the prices that prove them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from matcher.assignment.certificate import Certificate
from matcher.assignment.changes.alternates import Alternates
from matcher.assignment.changes.repair import Swap
from matcher.assignment.errors import FormatError
from matcher.assignment.files.lead import leads
from matcher.assignment.files.reasons import Reasons
from matcher.assignment.lots.draw import Draw, DrawRecord, pool_hash
from matcher.assignment.lots.drawrules import DrawRules
from matcher.assignment.lots.urn import Method
from matcher.assignment.problem import Problem
from matcher.assignment.result import Result, Seats
from matcher.domain.words import Words

Document = dict[str, Any]


def plan_document(result: Result, prepared: Alternates | None = None, reasons: Reasons | None = None) -> Document:
    """A result as a document; the same result gives the same bytes, so the seconds are left out."""
    problem = result.problem
    document: Document = {
        "format": "panels-1",
        "pool_hash": pool_hash(problem),
        "panels": panels_document(problem, result.seats, prepared, reasons),
        "total": result.total,
        "bound": result.bound,
        "gap": result.gap,
        "status": str(result.status),
        "weakest_mean": result.minimum,
        "certificate": _certificate(result.certificate),
    }
    if result.floor is not None:
        document["floor"] = {
            "mean": result.floor.mean,
            "bound": result.floor.bound,
            "certificate": _certificate(result.floor.certificate),
        }
    if result.soft is not None:
        soft = result.soft
        document["soft"] = asdict(soft) | {name: getattr(soft, name) for name in ("preference", "before", "proven")}
    return document


def panels_document(
    problem: Problem, seats: Seats, prepared: Alternates | None = None, reasons: Reasons | None = None
) -> list[Document]:
    """Panels by id, with scores, leads and alternates; and why: what a seat counts for, and the evidences if known."""
    names = problem.expert_ids
    lead = leads(problem, seats)
    panels: list[Document] = []
    for p, panel in enumerate(seats):
        members = [
            {
                "expert": names[e],
                "score": round(float(problem.scores[p, e]), 6),
                "lead": lead[p] == e,
                "fills": [quota.name for quota in problem.quotas if quota.least[p] and quota.members[e]],
                "alternates": [{"expert": names[a.expert], "joint": a.joint} for a in (prepared or {}).get((p, e), ())],
            }
            | _why(reasons, problem.project_ids[p], names[e])
            for e in panel
        ]
        panels.append({"project": problem.project_ids[p], "members": members})
    return panels


def _why(reasons: Reasons | None, project: str, expert: str) -> Document:
    found = (reasons or {}).get((project, expert))
    return {} if found is None else {"why": found.document()}


def swaps_document(problem: Problem, swaps: Iterable[Swap]) -> list[Document]:
    """Changed seats by id: who leaves, who comes, and why."""
    experts = problem.expert_ids
    return [
        {
            "project": problem.project_ids[swap.project],
            "leaves": experts[swap.leaves],
            "comes": experts[swap.comes],
            "reason": swap.reason,
        }
        for swap in swaps
    ]


def draw_document(
    problem: Problem, drawn: Draw, prepared: Alternates | None = None, reasons: Reasons | None = None
) -> Document:
    """A draw as a document: the panels, each member with its probability, and all that an auditor needs."""
    record = drawn.record
    panels = panels_document(problem, drawn.seats, prepared, reasons)
    likely = drawn.urn.probabilities()
    for panel in panels:
        for member in panel["members"]:
            member["probability"] = likely[panel["project"], member["expert"]]
    return {
        "format": "panel-draw-1",
        "panels": panels,
        "record": {
            "seed": record.seed,
            "epsilon": record.rules.epsilon,
            "cap": record.rules.cap,
            "plans": record.rules.plans,
            "method": str(record.method),
            "pool_hash": record.pool_hash,
            "urn_hash": record.urn_hash,
            "size": record.size,
            "ticket": record.ticket,
            "number": record.number,
            "best_total": record.best_total,
            "expected_total": record.expected_total,
            "highest_probability": record.highest_probability,
        },
    }


def read_document(path: Path) -> Document:
    """A plan or draw that was written.

    Raises:
        FormatError: the file is neither.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows write a byte order mark
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(
            str(path),
            type(error).__name__,
            Words("须为 JSON", "it is JSON"),
            Words("给出先前写出的文件", "give the file that was written"),
        ) from error
    if not isinstance(document, dict) or document.get("format") not in ("panels-1", "panel-draw-1"):
        raise FormatError(
            str(path),
            Words("别的文件", "another file"),
            Words("须由 matcher panels 写出", "it was written by matcher panels"),
            Words("给出方案或抽取记录", "give a plan or a draw"),
        )
    return document


def seats_from(problem: Problem, document: Document) -> Seats:
    """The panels of a document, in the order of the call.

    Raises:
        FormatError: it has no panels, one twice, or a project or expert that is not in the call.
    """
    projects = {name: n for n, name in enumerate(problem.project_ids)}
    experts = {name: n for n, name in enumerate(problem.expert_ids)}
    seats: list[list[int]] = [[] for _ in projects]
    for project, expert in seated(document):
        if project not in projects or expert not in experts:
            raise FormatError(
                "panels",
                expert if project in projects else project,
                Words("须为本次评审的项目与专家", "projects and experts of the call"),
                Words("给出该方案所属的评审文件", "give the call of the plan"),
            )
        seats[projects[project]].append(experts[expert])
    return tuple(tuple(sorted(panel)) for panel in seats)


def seated(document: Document) -> list[tuple[str, str]]:
    """The seats of a document: project and expert.

    Raises:
        FormatError: it has no panels, or one twice.
    """
    try:
        panels = [(str(one["project"]), [str(each["expert"]) for each in one["members"]]) for one in document["panels"]]
    except (KeyError, TypeError) as error:
        raise FormatError(
            "panels",
            str(error),
            Words(
                "每个专家组须有 project、members，每位成员须有 expert", "a panel has a project and members with expert"
            ),
            Words("给出未经改动的文件", "give the file as written"),
        ) from error
    if len({project for project, _ in panels}) < len(panels):
        names = [project for project, _ in panels]
        raise FormatError(
            "panels",
            next(name for n, name in enumerate(names) if name in names[:n]),
            Words("每个项目只有一个专家组", "a project has one panel"),
            Words("给出未经改动的文件", "give the file as written"),
        )
    return [(project, expert) for project, members in panels for expert in members]


def claims_from(document: Document) -> dict[str, float]:
    """The total and the bound that a plan claims; a repaired plan has no prices and may claim neither.

    Raises:
        FormatError: one is no finite number.
    """
    claims: dict[str, Any] = {
        name: document.get(name) for name in ("total", "bound") if name in document or "certificate" in document
    }
    for name, value in claims.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise FormatError(
                name,
                value,
                Words("须为有限的数", "it is a finite number"),
                Words("给出未经改动的文件", "give the file as written"),
            )
    return claims


def record_from(document: Document) -> DrawRecord:
    """The record of a draw.

    Raises:
        FormatError: the document lacks it.
    """
    try:
        entry = document["record"]
        rules = DrawRules(entry["epsilon"], entry["cap"], entry["plans"])
        return DrawRecord(
            str(entry["seed"]), rules, Method(entry["method"]), entry["pool_hash"], entry["urn_hash"], entry["size"],
            entry["ticket"], entry["number"], entry["best_total"], entry["expected_total"],
            entry["highest_probability"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(
            "record",
            str(error),
            Words("须为抽取记录", "the record of a draw"),
            Words("给出抽取时写出的文件", "give the file that the draw wrote"),
        ) from error


def likings_from(document: Document) -> dict[str, float]:
    """What each soft term adds to the preference, as a plan claims it; nothing where it has no soft terms.

    Raises:
        FormatError: the entry is not what a plan has.
    """
    try:
        return {term["term"]: float(term["preference"]) for term in document.get("soft", {"terms": ()})["terms"]}
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(
            "soft",
            str(error),
            Words("须为方案的软性条件", "the soft terms of a plan"),
            Words("给出未经改动的文件", "give the file as written"),
        ) from error


def certificate_from(entry: Document) -> Certificate:
    """The prices of a document.

    Raises:
        FormatError: they are not complete.
    """
    try:
        return Certificate(
            weight=np.array(entry["weight"], dtype=np.float64),
            offset=float(entry["offset"]),
            expert=np.array(entry["expert"], dtype=np.float64),
            quota=np.array(entry["quota"], dtype=np.float64).reshape(len(entry["weight"]), -1),
            cap_row=np.array(entry["cap_row"], dtype=np.int64).reshape(-1, 3),
            cap_price=np.array(entry["cap_price"], dtype=np.float64),
            primary=int(entry["primary"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(
            "certificate",
            str(error),
            Words("须为方案的价格", "the prices of a plan"),
            Words("给出未经改动的文件", "give the file as written"),
        ) from error


def _certificate(proof: Certificate) -> Document:
    return {
        "weight": proof.weight.tolist(),
        "offset": proof.offset,
        "expert": proof.expert.tolist(),
        "quota": proof.quota.tolist(),
        "cap_row": proof.cap_row.tolist(),
        "cap_price": proof.cap_price.tolist(),
        "primary": proof.primary,
    }
