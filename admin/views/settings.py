"""Settings of the office, one form. Numbers and words of a policy are never among them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import acting, nav
from admin.acting import attempt
from admin.extensions import db
from admin.i18n import _l
from admin.security.guard import requires
from admin.security.people import actor
from casework import settings as office
from casework.people import Actor
from casework.permissions import Permission

settings = Blueprint("settings", __name__)
MOST = 200
LABELS = {
    "office_name": (
        _l("Name of the office"),
        _l("Stands on papers and in the title of the window."),
    ),
    "hotline": (_l("Hotline"), _l("Stands on public notices.")),
    "deduct_costs": (
        _l("Take verified costs off the income"),
        _l("Self-paid medical and disaster costs."),
    ),
    "attachment_max_mb": (_l("Largest scan, in megabytes"), ""),
    "backup_folder": (_l("Folder for backups"), ""),
    "mail_server": (
        _l("Mail server"),
        _l(
            "Name or address, with the port where it is not 587 (encrypted) or 25. Leave blank for "
            "no mails."
        ),
    ),
    "mail_sender": (_l("Sender of mails"), ""),
    "mail_user": (
        _l("User of the mail server"),
        _l(
            "Leave blank where none is asked. The password is SUNSHINE_MAIL_PASSWORD on the server."
        ),
    ),
    "mail_encrypted": (_l("Encrypted connection to the mail server"), ""),
}
PARTS = (
    (_l("Papers and notices"), ("office_name", "hotline")),
    (_l("Income of a household"), ("deduct_costs",)),
    (_l("Scans and backups"), ("attachment_max_mb", "backup_folder")),
    (_l("Mails"), ("mail_server", "mail_sender", "mail_user", "mail_encrypted")),
)
"""The form in parts; a setting that is named in none of them would not be asked."""


@settings.route("/settings", methods=["GET", "POST"])
@requires(Permission.Setting.READ)
def edit() -> ResponseReturnValue:
    """All settings on one page; only what changed is written."""
    now = {key: office.get(db.session(), key) for key in office.DEFAULTS}
    if request.method == "GET":
        return page(now, {})
    typed, wrong = read(now)
    if wrong:
        return make_response(page({**now, **typed}, wrong), 422)

    def verb(session: Session, by: Actor, at: datetime) -> None:
        for key, value in typed.items():
            if value != now[key]:
                office.put(session, key, value, by=by, at=at)

    outcome = attempt(verb, "setting.put", "setting", None)
    if outcome.faults:
        return acting.refused(outcome, lambda: page({**now, **typed}, {}))
    flash(_("Saved."), "success")
    return redirect(url_for("settings.edit"))


def read(now: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The form's values by key, typed like the defaults, and what could not be read."""
    typed: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for key, default in office.DEFAULTS.items():
        text = request.form.get(key, "").strip()[:MOST]
        if isinstance(default, bool):
            typed[key] = text == "yes"
        elif isinstance(default, int):
            if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 1000:
                typed[key] = int(text)
            else:
                wrong[key] = _("Write a whole number from 1 to 1000.")
        else:
            typed[key] = text
    return typed, wrong


def page(values: Mapping[str, object], wrong: Mapping[str, str]) -> str:
    """The form with these values."""
    return render_template(
        "office/settings.html",
        values=values,
        parts=PARTS,
        labels={key: LABELS.get(key, (key, "")) for key in office.DEFAULTS},
        wrong=wrong,
        may_write=actor().holds(Permission.Setting.WRITE),
    )


def install(app: Flask) -> None:
    """Bind the page and its line in the sidebar."""
    app.register_blueprint(settings)
    entry = nav.Entry(
        "settings.edit", _l("Settings"), "office", (Permission.Setting.READ,), "settings", 40
    )
    nav.add(app, entry)
