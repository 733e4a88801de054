"""Doing one thing to many rows: first a page that says what will happen to which and why some are
left out, then each row in a transaction of its own and a result per row.

A table states its `bulks`; ReadView binds the route. A row that the person may not act on is not
there, whatever the post says; each verb checks again when its turn comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import acting, clock
from admin.acting import attempt
from admin.extensions import db
from admin.security.people import actor
from admin.views import asked, files
from admin.views.columns import Column, Filter
from casework import events
from casework.people import Actor
from engine.faults import Fault, Refused

MOST = 1000  # rows at once; more would keep the page waiting


@dataclass(frozen=True)
class Bulk:
    """Something that can be done to many rows on each of which the person holds `permission`.

    `verb(session, row, by, at)` is done to each row; `why_not(row)` tells beforehand why one is left
    out. With `answer(rows)` there is no verb: its answer (a file, say) is given for all at once.
    `what` and `kind` are what the audit log calls a refused try.
    """

    name: str
    text: object
    explained: object
    permission: str
    what: str
    kind: str
    verb: Callable[[Session, Any, Actor, datetime], object] | None = None
    why_not: Callable[[Any], Fault | None] = lambda _row: None
    answer: Callable[[Sequence[Any]], ResponseReturnValue] | None = None
    loading: tuple[Any, ...] = ()
    asks: bool = False  # `answer` is a page that asks on, so nothing needs to be confirmed before


@dataclass(frozen=True)
class Result:
    """What became of one row; without faults it was done."""

    number: Any
    name: str
    faults: tuple[Fault, ...] = ()


def chosen_as_file(view: Callable[[], Any], what: str) -> Callable[[Sequence[Any]], Response]:
    """The chosen rows of a list as a workbook; who took it is written down, as of `what`, before it
    is given. `view` is the list, asked late since it names its bulks itself."""

    def answer(rows: Sequence[Any]) -> Response:
        taken = [column for column in view().columns if column.in_export]
        cells = [[(column.export or column.show)(row) for column in taken] for row in rows]
        data = {"chosen": len(rows), "kind": "xlsx"}
        events.record_look(db.session(), actor(), clock.now(), "export", what, None, data)
        db.session.commit()
        head = [str(column.label) for column in taken]
        narrowed = [(_("Chosen by hand"), str(len(rows)))]
        return files.answer(str(view().title), head, cells, kind="xlsx", narrowed=narrowed)

    return answer


class BulkActions:
    """What ReadView does with `bulks`."""

    bulks: ClassVar[Sequence[Bulk]] = ()
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]]

    def offered_bulks(self) -> list[Bulk]:
        """Those that the person may do anywhere."""
        return [bulk for bulk in self.bulks if actor().holds(bulk.permission)]

    @expose("/bulk/", methods=("POST",))
    def bulk_view(self) -> ResponseReturnValue:
        """Preview, then do."""
        view: Any = self
        bulk = next((b for b in self.offered_bulks() if b.name == request.form.get("do")), None)
        if bulk is None:
            abort(404)
        rows, missing = self._rows(bulk)
        if len(rows) > MOST:
            flash(
                _("More than %(most)d rows at once are too many. Narrow the list.", most=MOST),
                "warning",
            )
            return redirect(view.back())
        if not rows and not missing:
            flash(_("Select at least one row first."), "warning")
            return redirect(view.back())
        before = [
            Result(view.get_pk_value(r), view.name_of(r), _first(bulk.why_not(r))) for r in rows
        ]
        ready = [one for one in before if not one.faults]
        asked_on = bulk.asks and bool(ready)
        if not asked_on and (request.form.get("confirmed") != "yes" or not ready):
            page: str = view.render(
                "model/bulk.html",
                bulk=bulk,
                ready=ready,
                left=[one for one in before if one.faults],
                missing=missing,
                cancel=view.back(),
            )
            return page
        if bulk.answer is not None:
            numbers = {one.number for one in ready}
            return bulk.answer([row for row in rows if view.get_pk_value(row) in numbers])
        done = list(self._do(bulk, before))
        result: str = view.render(
            "model/bulk_done.html", bulk=bulk, results=done, missing=missing, cancel=view.back()
        )
        return result

    def _rows(self, bulk: Bulk) -> tuple[list[Any], int]:
        """(the rows meant, at most one more than MOST; how many of the chosen are not there)."""
        view: Any = self
        query = select(view.model).where(view.visible(bulk.permission))
        query = query.options(*view.loading, *bulk.loading)
        chosen: set[Any] = set()
        if request.form.get("every") == "yes":
            wish = asked.read(self.columns, self.filters, request.form)
            keys = view.keys(wish)
            query = query.where(*view.conditions(wish)).order_by(*(key.clause() for key in keys))
        else:
            named = {view.key(text) for text in request.form.getlist("rowid")[: MOST + 1]}
            chosen = named - {None}
            query = query.where(view.primary.in_(chosen)).order_by(*view.order, view.primary)
        rows = list(db.session.scalars(query.limit(MOST + 1)).unique())
        return rows, max(0, len(chosen) - len(rows))

    def _do(self, bulk: Bulk, before: Sequence[Result]) -> Iterator[Result]:
        """Each row in its own transaction, in the order of the list."""
        for one in before:
            if one.faults:
                yield one
                continue
            outcome = attempt(self._verb(bulk, one.number), bulk.what, bulk.kind, one.number)
            yield Result(one.number, one.name, outcome.faults)

    def _verb(self, bulk: Bulk, number: Any) -> acting.Verb[object]:
        view: Any = self

        def verb(session: Session, by: Actor, at: datetime) -> object:
            row = view.get_one(number, bulk.permission)
            if row is None:
                raise Refused([Fault("edge_gone")])
            reason = bulk.why_not(row)
            if reason is not None:
                raise Refused([reason])
            if bulk.verb is None:
                raise TypeError(f"{bulk.name} has neither a verb nor an answer")
            return bulk.verb(session, row, by, at)

        return verb


def _first(fault: Fault | None) -> tuple[Fault, ...]:
    return () if fault is None else (fault,)
