"""Pressing a button: load a row or answer 404, call one verb of casework, commit, say so, go on.

A refused verb changes nothing: the transaction is rolled back, the refusal is written to the audit
log in a transaction of its own, and the page is shown again with every fault and what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import abort, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from admin import clock
from admin.extensions import db
from admin.security.people import actor
from casework import events, scope
from casework.people import Actor
from engine.faults import Fault, Refused

T = TypeVar("T")
LARGEST_ID = 2**63 - 1
STALE = frozenset(
    {
        "stale_page",
        "edge_stale",
        "draft_stale",
        "edge_versions",
        "edge_versions_alike",
        "put_back_late",
    }
)
Verb = Callable[[Session, Actor, datetime], T]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What a verb gave back, or every reason why it was refused."""

    value: T | None
    faults: tuple[Fault, ...] = ()

    @property
    def status(self) -> int:
        """409 when somebody else was faster, 503 when the database was busy, else 422."""
        codes = {fault.code for fault in self.faults}
        if codes & STALE:
            return 409
        return 503 if "edge_busy" in codes else 422


def identifier(text: object) -> int | None:
    """A row's number out of an address or a form; None for anything that cannot be one."""
    plain = str(text)
    if not plain.isascii() or not plain.isdigit() or len(plain) > 19:
        return None
    number = int(plain)
    return number if 0 < number <= LARGEST_ID else None


def found_or_404(query: Select[T]) -> T:
    """The one row of a query that is already scoped; a hidden row and a missing one look alike."""
    row = db.session.scalars(query.limit(1)).first()
    if row is None:
        abort(404)
    return row


def load(query: Select[T], permission: str, path_column: Any) -> T:
    """The one row of `query` if it lies where the person holds `permission`; else 404.

    `query` must reach `path_column`: `select(Application).join(OrgUnit).where(Application.id == n)`.
    """
    return found_or_404(scope.visible(query, actor(), permission, path_column))


def attempt(verb: Verb[T], what: str, object_type: str, object_id: int | str | None) -> Outcome[T]:
    """Call the verb and commit; on a refusal roll back and write the refusal down."""
    at, by = clock.now(), actor()
    faults: tuple[Fault, ...]
    try:
        value = verb(db.session(), by, at)
        db.session.commit()
    except Refused as refused:
        faults = refused.faults
    except StaleDataError:
        faults = (Fault("edge_stale", {}, None),)
    except IntegrityError:
        faults = (Fault("edge_conflict", {}, None),)
    except DataError:
        faults = (Fault("edge_too_long", {}, None),)
    except OperationalError:
        faults = (Fault("edge_busy", {}, None),)
    else:
        return Outcome(value)
    db.session.rollback()
    _write_down(what, object_type, object_id, faults, by, at)
    return Outcome(None, faults)


def _write_down(
    what: str,
    object_type: str,
    object_id: int | str | None,
    faults: Sequence[Fault],
    by: Actor,
    at: datetime,
) -> None:
    """A busy database must not turn a clear refusal into an error page: then it stays unwritten."""
    try:
        events.record_refusal(db.session(), by, at, what, object_type, object_id, faults)
        db.session.commit()
    except OperationalError:
        db.session.rollback()


def all_told(
    unread: Sequence[Fault], call: Callable[[], T], places: Mapping[str, str] | None = None
) -> T:
    """What `call` gives; Refused with what the page could not read and what the verb found, at once.

    The verb is called also where something could not be read, with a value in its place that it
    would take, so that nobody is sent back twice. What it says of a field that has a fault already
    is left out: it was never given what was typed there. `places`: by code, the field that a fault
    of the verb belongs to. The caller's transaction is rolled back by the refusal (`attempt`).
    """
    try:
        made = call()
    except Refused as refusal:
        said = {fault.where for fault in unread}
        more = [
            fault
            for fault in refusal.faults
            if fault.where is None or (places or {}).get(fault.code, fault.where) not in said
        ]
        raise Refused([*unread, *more]) from None
    if unread:
        raise Refused(unread)
    return made


def act(
    verb: Verb[T],
    *,
    what: str,
    object_type: str,
    object_id: int | str | None,
    done: str | Callable[[T], str],
    then: str | Callable[[T], str],
    again: Callable[[], str] | None = None,
) -> ResponseReturnValue:
    """The whole POST: on success flash `done` and go to `then`; refused, show `again()` with all
    faults on it (the layout prints them) and 422, 409 or 503. Without `again` a page of its own
    lists the faults with a way back. Texts and addresses may be computed from the verb's value."""
    outcome = attempt(verb, what, object_type, object_id)
    if outcome.faults:
        return refused(outcome, again)
    value: Any = outcome.value
    flash(done if isinstance(done, str) else done(value), "success")
    return redirect(then if isinstance(then, str) else then(value))


def refused(outcome: Outcome[Any], again: Callable[[], str] | None = None) -> ResponseReturnValue:
    """The answer to a refused verb, with every fault on the page."""
    show(outcome.faults)
    page = again() if again else render_template("refused.html", back=request.referrer)
    return make_response(page, outcome.status)


def show(faults: Sequence[Fault]) -> None:
    """Have the layout of this answer print these faults at its top."""
    g.faults = (*getattr(g, "faults", ()), *faults)
