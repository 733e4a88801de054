"""Pages of what only some policies know, such as a yearly round: an office none of whose policies has
it does not see them in its sidebar. The pages themselves stay where they are."""

from __future__ import annotations

from collections.abc import Callable

from flask import g
from sqlalchemy.exc import SQLAlchemyError

from admin.extensions import db
from casework import editions
from engine import Policy
from engine.faults import Refused
from engine.procedure import StageKind


def without_stage(kind: StageKind) -> Callable[[], bool]:
    """Whether no policy has a step of that kind."""
    return lambda: _none(lambda one: any(s.kind is kind for s in one.procedure.stages.values()))


def without_round() -> bool:
    """Whether no policy has a yearly round."""
    return _none(lambda one: one.procedure.round is not None)


def _none(has: Callable[[Policy], bool]) -> bool:
    """False before the first policy: whoever sets an office up sees what there is."""
    known = policies()
    return bool(known) and not any(has(one) for one in known)


def policies() -> list[Policy]:
    """Every policy that was ever published, looked up once in a request."""
    if "sunshine_policies" not in g:
        try:
            g.sunshine_policies = editions.published(db.session())
        except (SQLAlchemyError, Refused):  # a damaged edition hides nothing
            g.sunshine_policies = []
    found: list[Policy] = g.sunshine_policies
    return found
