"""The person behind a request: Flask-Login's idea of a user over models.User, and his Actor."""

from __future__ import annotations

from flask import g, session
from flask_login import UserMixin, current_user
from sqlalchemy import select

from admin import clock
from admin.extensions import db, login_manager
from casework import people
from casework.people import Actor
from models import User


class SignedIn(UserMixin):
    """Adapter: models know nothing of Flask. The session holds id and stamp; a new stamp (password
    changed, account closed, signed out everywhere) ends every older session."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.name = user.display_name
        self.username = user.username
        self.must_change_password = user.must_change_password
        self._stamp = user.session_stamp
        self._active = user.active

    @property
    def is_active(self) -> bool:
        return self._active

    def get_id(self) -> str:
        return f"{self.id}.{self._stamp}"


@login_manager.user_loader
def load_user(key: str) -> SignedIn | None:
    """The account of a session, or None when it is gone, closed, or its stamp has changed."""
    number, _dot, stamp = key.partition(".")
    if not number.isdigit():
        return None
    user = db.session.scalar(select(User).where(User.id == int(number)))
    if user is None or not user.active or user.session_stamp != stamp:
        return None
    return SignedIn(user)


def user() -> User:
    """The signed-in person's row; only behind the guard."""
    if not current_user.is_authenticated:
        raise LookupError("nobody is signed in")
    return db.session.get_one(User, current_user.id)


def actor() -> Actor:
    """The signed-in person with today's roles; computed once per request."""
    if "actor" not in g:
        if not current_user.is_authenticated:
            g.actor = Actor(None, "", ())
        else:
            g.actor = people.actor(db.session(), user(), clock.today())
    known: Actor = g.actor
    return known


def forget() -> None:
    """Drop what this request remembers of the person, after signing in or out."""
    g.pop("actor", None)


def remember_language(code: str) -> None:
    """Speak this language from now on in this session."""
    session["lang"] = code
