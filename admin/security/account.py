"""Sign in, sign out, change the password, choose language and appearance. Accounts themselves are
managed in views/users.py."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin import clock
from admin.extensions import db
from admin.i18n import LANGUAGES
from admin.security import passwords, throttle
from admin.security.guard import SIGNED_IN, requires
from admin.security.people import SignedIn, actor, forget, remember_language, user
from casework import events
from casework.people import Actor
from models import Locale, User

account = Blueprint("account", __name__)
THEMES = ("auto", "light", "dark")
COOKIE_DAYS = 400


def inside(target: str | None) -> str | None:
    """`target` when it is a path of this site, else None: nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(letter) < 32 for letter in target) or "\\" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


@account.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    if request.method == "GET":
        return render_template("account/login.html", username="")
    fault, status = _sign_in(request.form.get("username", ""), request.form.get("password", ""))
    if fault:
        shown = render_template(
            "account/login.html", username=request.form.get("username", "")[:64], fault=fault
        )
        return shown, status
    return redirect(inside(request.args.get("next")) or url_for("home.index"))


def _sign_in(typed: str, password: str) -> tuple[str | None, int]:
    """(why not, status); None when the person is signed in now."""
    at, name = clock.now(), throttle.known_name(typed)
    if not name or not password:  # no guess, so it is not counted as one
        return _("Enter your user name and your password."), 422
    address = (request.remote_addr or "")[:45]
    stop = throttle.blocked(db.session(), name, address, at)
    if stop is not None:
        minutes = max(1, -(-int((stop.until - at).total_seconds()) // 60))
        return _(
            "Too many failed attempts. Try again in %(minutes)d minutes.", minutes=minutes
        ), 429
    attempt = throttle.begin(db.session(), name, address, at)
    db.session.commit()
    found = db.session.scalar(select(User).where(User.username == name))
    fits = passwords.matches(found.password_hash if found else None, password)
    if found is None or not fits or not found.active:
        return _("Name or password is wrong, or the account is closed."), 401
    attempt.ok = True
    if passwords.outdated(found.password_hash):
        found.password_hash = passwords.hashed(password)
    session.clear()
    login_user(SignedIn(found))
    session.permanent = True
    remember_language(found.locale if found.locale in LANGUAGES else "zh")
    forget()
    events.audit(
        db.session(),
        _as_actor(found),
        at,
        "account.sign_in",
        "user",
        found.id,
        {"address": address},
    )
    db.session.commit()
    return None, 200


def _as_actor(found: User) -> Actor:
    return Actor(found.id, found.display_name, (), found.member_id)


@account.post("/logout")
@requires(SIGNED_IN)
def logout() -> ResponseReturnValue:
    """End every session of the account: a cookie that was copied opens nothing afterwards."""
    me = user()
    me.session_stamp = passwords.stamp()
    events.audit(db.session(), actor(), clock.now(), "account.sign_out", "user", me.id)
    db.session.commit()
    logout_user()
    kept = session.get("lang")
    session.clear()
    if kept:
        remember_language(kept)
    return redirect(url_for("account.login"))


@account.route("/password", methods=["GET", "POST"])
@requires(SIGNED_IN)
def password() -> ResponseReturnValue:
    """Change one's own password; every other session of the account ends."""
    if request.method == "GET":
        return render_template("account/password.html", faults_of={})
    wrong = _password_faults()
    if wrong:
        return render_template("account/password.html", faults_of=wrong), 422
    me = user()
    me.password_hash = passwords.hashed(request.form["new"])
    me.must_change_password = False
    me.session_stamp = passwords.stamp()
    events.audit(db.session(), actor(), clock.now(), "account.password", "user", me.id)
    db.session.commit()
    login_user(SignedIn(me))
    flash(_("Your password is changed. Other sessions of yours have ended."), "success")
    return redirect(url_for("home.index"))


def _password_faults() -> dict[str, str]:
    """Field → what is wrong with it, all at once."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    me, wrong = user(), {}
    if not old:  # no guess, so it is not counted as one
        return {"old": _("Enter your present password."), **_new_faults(me, "", new, again)}
    at, name, address = clock.now(), throttle.known_name(me.username), request.remote_addr or ""
    if throttle.blocked(db.session(), name, address[:45], at):
        return {"old": _("Too many failed attempts. Try again later.")}
    attempt = throttle.begin(db.session(), name, address[:45], at)
    db.session.commit()
    attempt.ok = passwords.matches(me.password_hash, old)
    db.session.commit()
    if not attempt.ok:
        wrong["old"] = _("This is not your present password.")
    return wrong | _new_faults(me, old, new, again)


def _new_faults(me: User, old: str, new: str, again: str) -> dict[str, str]:
    """Field → what is wrong with the new password."""
    wrong = {}
    reasons = {
        "too_short": _("Use at least %(count)d characters.", count=passwords.SHORTEST),
        "too_long": _("Use at most %(count)d characters.", count=passwords.LONGEST),
        "like_name": _("The password must not contain your user name."),
        "too_common": _("This password is too easy to guess. Choose another one."),
    }
    weak = passwords.weakness(new, me.username)
    if weak:
        wrong["new"] = reasons[weak]
    elif new == old:
        wrong["new"] = _("Choose a password other than the present one.")
    if new != again:
        wrong["again"] = _("The two new passwords differ.")
    return wrong


@account.route("/lang/<code>", methods=["GET", "POST"])
def language(code: str) -> ResponseReturnValue:
    """Speak another language; the button (POST) also keeps the choice with the account."""
    if code not in LANGUAGES:
        return redirect(url_for("home.index"))
    remember_language(code)
    if request.method == "POST" and current_user.is_authenticated:
        user().locale = Locale(code)
        db.session.commit()
    answer = redirect(inside(request.values.get("next")) or url_for("home.index"))
    return _with_cookie(answer, "lang", code)


@account.post("/appearance")
def appearance() -> ResponseReturnValue:
    """Light, dark, or as the computer has it."""
    chosen = request.form.get("theme", "auto")
    answer = redirect(inside(request.form.get("next")) or url_for("home.index"))
    return _with_cookie(answer, "theme", chosen if chosen in THEMES else "auto")


def _with_cookie(answer: Response, name: str, value: str) -> Response:
    answer.set_cookie(
        name,
        value,
        max_age=COOKIE_DAYS * 86400,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
    )
    return answer
