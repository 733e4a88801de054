"""Pages for what went wrong, in both languages, with what to do next. Never shows an inner text."""

from __future__ import annotations

from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from admin.acting import Outcome, refused
from admin.extensions import db
from engine.faults import Refused


def words(code: int) -> tuple[str, str]:
    """(heading, what to do) for a status."""
    texts = {
        400: (
            _("The request was not understood"),
            _("Go back, check what was entered and try again."),
        ),
        401: (_("You are not signed in"), _("Sign in and try again.")),
        403: (
            _("Not open to you"),
            _("Your roles do not include this page. If they should, ask the administrator."),
        ),
        404: (
            _("Not found"),
            _("There is no such page or record, or it lies outside your part of the organisation."),
        ),
        405: (_("Not possible this way"), _("Go back and use the button on the page.")),
        409: (_("Somebody else was faster"), _("Open the page again and compare before you save.")),
        413: (
            _("Too large"),
            _(
                "What was sent is larger than %(size)d MB and was not taken. Go back and send a smaller scan, or several files.",
                size=_most_megabytes(),
            ),
        ),
        503: (_("The system is busy"), _("Wait a few seconds and try again. Nothing was changed.")),
    }
    wrong = (
        _("Something went wrong on our side"),
        _(
            "Nothing was changed. Try again; if it happens again, tell the administrator the time and the page."
        ),
    )
    return texts.get(code, wrong if code >= 500 else texts[400])


def _most_megabytes() -> int:
    """How large the request at hand may be: workbooks may be larger than scans."""
    return (request.max_content_length or 0) // (1024 * 1024)


def answer(code: int) -> ResponseReturnValue:
    """The page, or JSON for a script that asked."""
    heading, advice = words(code)
    if code >= 500:
        _without_database()
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify(error=heading, advice=advice), code
    return render_template("error.html", code=code, heading=heading, advice=advice), code


def _without_database() -> None:
    """The page of a failure must not ask the database again: it may be what failed."""
    g.without_database = True
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()


def install(app: Flask) -> None:
    """Answer every error of `app` with one of these pages."""

    @app.errorhandler(HTTPException)
    def expected(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if code < 400:
            return error  # a redirect
        return answer(code)

    @app.errorhandler(SecurityError)
    def strange_name(error: SecurityError) -> ResponseReturnValue:
        """Opened by a name that is not one of the house's: then no page with addresses can be made."""
        heading, advice = words(400)
        return Response(f"{heading}\n{advice}\n", 400, mimetype="text/plain")

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> ResponseReturnValue:
        """The session ended while the page stood open, or the form came from elsewhere."""
        if request.endpoint == "account.login":
            flash(_("The page had been open too long. Please sign in again."), "warning")
            return redirect(url_for("account.login"))
        heading = _("This form is out of date")
        advice = _("Open the page again and repeat what you entered. Nothing was changed.")
        return render_template("error.html", code=400, heading=heading, advice=advice), 400

    @app.errorhandler(Refused)
    def fault(error: Refused) -> ResponseReturnValue:
        db.session.rollback()
        return refused(Outcome(None, error.faults))

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        db.session.rollback()
        app.logger.warning("database busy or away: %s", error.orig)
        return answer(503)

    @app.errorhandler(InternalServerError)
    def unexpected(error: InternalServerError) -> ResponseReturnValue:
        db.session.rollback()
        return answer(500)
