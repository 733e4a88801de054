"""Lists that people keep for themselves. Never shows more than the list itself would.

What was searched for is not kept: it may be a person's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import casework.messages_screens  # noqa: F401 - registers the words of the faults below
from casework.people import Actor
from engine.faults import Fault, Refused
from models.saved_views import SavedView

MOST = 30  # per person and list
LONGEST = 40  # characters of a name
NEVER_KEPT = frozenset({"search"})


def of(session: Session, by: Actor, table: str) -> Sequence[SavedView]:
    """The person's kept lists of one table, by name."""
    query = select(SavedView).where(SavedView.user_id == by.user_id, SavedView.table_name == table)
    return session.scalars(query.order_by(SavedView.name, SavedView.id)).all()


def keep(
    session: Session,
    table: str,
    name: str,
    query: Mapping[str, str],
    columns: Sequence[str],
    *,
    first: bool,
    by: Actor,
) -> SavedView:
    """Keep a list under a name; a name in use is written over. `first`: it opens by itself."""
    name = name.strip()
    known = {view.name: view for view in of(session, by, table)}
    found = []
    if not 0 < len(name) <= LONGEST:
        found.append(Fault("view_name", {"most": LONGEST}, "name"))
    if name not in known and len(known) >= MOST:
        found.append(Fault("views_full", {"most": MOST}))
    if found or by.user_id is None:
        raise Refused(found or [Fault("not_permitted", {"permission": "signed-in"})])
    view = known.get(name) or SavedView(user_id=by.user_id, table_name=table, name=name)
    view.query = {key: text for key, text in query.items() if key not in NEVER_KEPT}
    view.columns = list(columns)
    session.add(view)
    if first or view.is_default:
        _alone(session, known.values(), view if first else None)
    session.flush()
    return view


def open_with(session: Session, table: str, number: int | None, *, by: Actor) -> None:
    """Open the list with this one from now on; None: with all entries."""
    views = of(session, by, table)
    chosen = next((view for view in views if view.id == number), None)
    if number is not None and chosen is None:
        raise Refused([Fault("view_gone", {})])
    _alone(session, views, chosen)


def drop(session: Session, table: str, number: int | None, *, by: Actor) -> None:
    """Forget a kept list."""
    view = next((view for view in of(session, by, table) if view.id == number), None)
    if view is None:
        raise Refused([Fault("view_gone", {})])
    session.delete(view)
    session.flush()


def _alone(session: Session, views: Iterable[SavedView], chosen: SavedView | None) -> None:
    """Make `chosen` the only one that opens by itself; one after the other, for the unique index."""
    for view in views:
        if view is not chosen:
            view.is_default = False
    session.flush()
    if chosen is not None:
        chosen.is_default = True
        session.flush()
