"""Whose words this request speaks: those of the office's policy, and of an application's own policy
on its pages."""

from __future__ import annotations

from flask import g
from sqlalchemy.exc import SQLAlchemyError

from admin import clock
from admin.extensions import db
from casework import editions
from engine import Policy
from engine.faults import Refused
from engine.terms import NEUTRAL, Terms, speak


def begin() -> None:
    """From here on texts use the office's words; they are looked up once, when first needed."""
    speak(_words)


def of(policy: Policy) -> None:
    """The rest of this request is about a matter of this policy."""
    g.sunshine_words = policy.words or NEUTRAL


def _words() -> Terms:
    if not g:
        return NEUTRAL
    if "sunshine_words" not in g:
        g.sunshine_words = _of_the_office()
    found: Terms = g.sunshine_words
    return found


def _of_the_office() -> Terms:
    """An office without a database, or with a damaged edition, still has its messages read."""
    try:
        return editions.terms_on(db.session(), clock.today())
    except (SQLAlchemyError, Refused):
        return NEUTRAL
