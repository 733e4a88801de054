"""An application as it would be if what is typed were saved: for looking, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.orm.attributes import set_committed_value

from models.applications import Application
from models.members import Household


@contextmanager
def as_if(
    application: Application, given: Mapping[str, object], household: Household | None
) -> Iterator[None]:
    """Within it the application reads with these facts and this worksheet (see
    `worksheets.as_put`), which belong to no session and are gone afterwards."""
    member = application.member
    kept, sheet = application.facts, member.household
    known = {name: value for name, value in given.items() if value is not None}
    set_committed_value(application, "facts", known)
    set_committed_value(member, "household", household)
    try:
        yield
    finally:
        set_committed_value(application, "facts", kept)
        set_committed_value(member, "household", sheet)
