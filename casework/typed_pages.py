"""Pages that a person has typed and not saved yet: kept for that person alone, sealed.

No record of the office: nothing of it counts, nobody else sees it, and it leaves no event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.people import Actor
from engine.faults import Fault, Refused
from models.typed_pages import TypedPage

MOST_CHARACTERS = 200_000
Texts = Sequence[tuple[str, str]]


def of(session: Session, place: str, by: Actor) -> TypedPage | None:
    """What this person typed at a place and did not save."""
    query = select(TypedPage).where(TypedPage.user_id == by.user_id, TypedPage.place == place)
    return session.scalars(query).one_or_none()


def keep(
    session: Session, place: str, texts: Iterable[tuple[str, str]], *, by: Actor, at: datetime
) -> TypedPage:
    """Keep a page as it stands, in place of the last; `texts` are names and texts of controls."""
    content = json.dumps([list(pair) for pair in texts], ensure_ascii=False)
    if by.user_id is None:
        raise Refused([Fault("not_permitted", {"permission": "signed-in"})])
    if len(content) > MOST_CHARACTERS:
        raise Refused([Fault("typed_too_long", {"most": MOST_CHARACTERS})])
    row = of(session, place, by) or TypedPage(user_id=by.user_id, place=place)
    row.content = content
    row.at = at
    session.add(row)
    session.flush()
    return row


def texts(row: TypedPage) -> Texts:
    """Names and texts of the controls, in their order on the page."""
    return [(name, text) for name, text in json.loads(row.content or "[]")]


def drop(session: Session, place: str, *, by: Actor | None) -> None:
    """Forget what one person typed at a place, or (None) what everybody did: it is handed in."""
    query = delete(TypedPage).where(TypedPage.place == place)
    if by is not None:
        query = query.where(TypedPage.user_id == by.user_id)
    session.execute(query)
