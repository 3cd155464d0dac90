"""The job of a batch of ranked lists."""

import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from api.guard.caller import Caller, still_allowed
from api.indexing.library import Library
from api.jobs.runner import Report
from api.kit.answers import json_bytes
from api.kit.problems import NotFoundError, NotReadyError
from api.matches.orders import LARGEST_BATCH, BatchOrder
from api.matches.ranking import Field, field_of, top
from api.matches.routes import filters, visible_record
from api.store import audit, match_lists, records
from api.store.clock import new_id
from api.store.jobs import Job
from api.store.store import Store
from matcher.domain import Record


def match_task(store: Store, library: Library) -> Callable[[Job, Report], object]:
    """What the job `matches` does, with the rights that the key has when it runs."""

    def run(job: Job, report: Report) -> object:
        order = BatchOrder.model_validate(job.order["order"])
        caller = store.read_now(lambda c: still_allowed(c, job.order["key"], "matches.batch", job.id))
        subjects = store.read_now(lambda c: _subjects(c, order, caller))
        library.ready.wait()
        wanted = filters(order.candidate_kind, order.filters, "zh")
        field = _field(library, caller, order, wanted, report)
        lists = []
        for subject, line in zip(subjects, top(order.purpose, subjects, field, order.k, order.policy), strict=True):
            lists.append({"subject_id": subject.id, "items": line})
            report("rank", len(lists), len(subjects))
        list_id = new_id("mat")
        body = json_bytes(
            {"id": list_id, "purpose": order.purpose, "data_version": field.version, "k": order.k, "lists": lists}
        )

        def keep(connection: Connection) -> None:
            match_lists.keep(connection, list_id, caller.org, str(order.purpose), body)
            audit.note(connection, caller.actor, "match.batch.done", subject_id=list_id, subjects=len(subjects))

        store.write_now(keep)
        return {"match_id": list_id, "subjects": len(subjects)}

    return run


def _field(
    library: Library, caller: Caller, order: BatchOrder, wanted: Mapping[str, Sequence[object]], report: Report
) -> Field:
    """The candidates, once the index of the organisation's own records is built."""
    while True:
        try:
            return field_of(library.answering, caller, order.candidate_kind, wanted)
        except NotReadyError:
            report("index", 0, None)
            time.sleep(1)


def _subjects(connection: Connection, order: BatchOrder, caller: Caller) -> list[Record]:
    if order.subject_ids is None:
        stored = records.since(connection, order.subject_kind, 0, LARGEST_BATCH, caller.org)
    else:
        known = records.find_many(connection, order.subject_kind, order.subject_ids)
        missing = [one for one in order.subject_ids if one not in known]
        stored = [known[one] for one in dict.fromkeys(order.subject_ids) if one in known]
        if missing:
            raise NotFoundError(f"没有 {missing[0]}，或您无权查看。", f"There is no {missing[0]}, or not for you.")
    seen = [visible_record(each, caller) for each in stored if not each.deleted]
    if order.subject_ids is not None and (None in seen or len(seen) < len(stored)):
        raise NotFoundError
    return [each for each in seen if each is not None]
