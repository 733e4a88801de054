"""Who is paid and how: the member, or after a death the named heir. Checked by casework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin.acting import attempt, refused
from admin.extensions import db
from admin.forms.controls import Asked
from admin.forms.records import Line, from_asked, read
from admin.pages.common import application_or_404, policy_road, posted_version
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, policy_label
from casework import applications, heir_accounts
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.labels import Label
from models.applications import Application, PayMethod

blueprint = Blueprint("payee", __name__, url_prefix="/application")
ASKED = (
    Asked(
        "name",
        "text",
        Label("领款人姓名", "Name of the payee"),
        Label(
            "付给本人的不填；{word.person}去世的填继承人。",
            "Blank for the {word.person}; after a death the heir.",
        ),
        unknown_offered=False,
    ),
    Asked(
        "kinship",
        "text",
        Label("与{word.person}关系", "Kinship with the {word.person}"),
        unknown_offered=False,
    ),
    Asked("id_number", "text", Label("领款人身份证号", "Identity number of the payee")),
    Asked(
        "method",
        "choice",
        Label("发放方式", "Method of payment"),
        required=True,
        unknown_offered=False,
    ),
    Asked(
        "account",
        "text",
        Label("领款人银行账号", "Account of the payee"),
        Label(
            "付给本人的用{word.person}档案中的账号。",
            "The own account of the {word.person} is taken from the file.",
        ),
    ),
)

CORRECTED = (
    *(one for one in ASKED if one.name == "method"),
    Asked(
        "account", "text", Label("新的收款账号", "New account of the heir"), unknown_offered=False
    ),
    Asked(
        "reason",
        "text",
        Label("更正原因", "Why it is corrected"),
        required=True,
        unknown_offered=False,
    ),
)


@blueprint.route("/<int:application_id>/payee", methods=["GET", "POST"])
@requires(Permission.Application.WRITE)
def edit(application_id: int) -> ResponseReturnValue:
    """Name the payee before any money moves."""
    application = application_or_404(application_id, Permission.Application.WRITE)
    if request.method == "GET":
        return page(application, standing(application), ())
    typed = read([one.name for one in ASKED], request.form, "payee-")
    version = posted_version()
    method = _method(application, typed)

    def do(session: Session, by: Actor, at: datetime) -> Application:
        return applications.set_payee(
            session,
            session.get_one(Application, application_id),
            name=typed.get("name", "").strip() or None,
            kinship=typed.get("kinship", "").strip() or None,
            method=method,
            account=typed.get("account", "").strip() or None,
            id_number=typed.get("id_number", "").strip() or None,
            by=by,
            at=at,
            expected_version=version,
        )

    outcome = attempt(do, "application.set_payee", "application", application_id)
    if outcome.faults:
        return refused(
            outcome,
            lambda: page(
                application_or_404(application_id, Permission.Application.WRITE),
                typed,
                outcome.faults,
            ),
        )
    flash(_("Payee saved."), "success")
    return redirect(url_for("cases.show", application_id=application_id))


@blueprint.route("/<int:application_id>/payee/account", methods=["GET", "POST"])
@requires(Permission.Application.WRITE)
def account(application_id: int) -> ResponseReturnValue:
    """Correct the account of an heir whose money came back, with its proof."""
    application = application_or_404(application_id, Permission.Application.WRITE)
    if request.method == "GET":
        return account_page(application, {"method": standing(application)["method"]}, ())
    typed = read([one.name for one in CORRECTED], request.form, "payee-")
    version, method = posted_version(), _method(application, typed)
    sent = request.files.get("file")
    given = Upload(sent.filename or "" if sent else "", sent.read() if sent else b"")

    def do(session: Session, by: Actor, at: datetime) -> Application:
        return heir_accounts.correct(
            session,
            session.get_one(Application, application_id),
            method=method,
            account=typed.get("account", "").strip() or None,
            reason=typed.get("reason", ""),
            upload=given,
            by=by,
            at=at,
            expected_version=version,
        )

    outcome = attempt(do, "application.heir_account", "application", application_id)
    if outcome.faults:
        return refused(
            outcome,
            lambda: account_page(
                application_or_404(application_id, Permission.Application.WRITE),
                typed,
                outcome.faults,
            ),
        )
    flash(_("Account corrected; somebody else pays it out."), "success")
    return redirect(url_for("cases.show", application_id=application_id))


def account_page(
    application: Application, typed: Mapping[str, str], faults: Sequence[Fault]
) -> str:
    """The form of the correction, with why it is closed to whoever cannot do it now."""
    rules = heir_accounts.rules_of(application)
    closed = heir_accounts.faults(db.session(), application, actor())
    return render_template(
        "cases/heir_account.html",
        a=application,
        lines=from_asked(_in_words(application, CORRECTED), typed, faults, prefix="payee-"),
        scan=policy_label(rules.account_label) if rules and rules.account_label else "",
        scan_faults=[fault_text(one) for one in faults if one.where == "file"],
        closed=[fault_text(one) for one in closed],
    )


def _ways(application: Application) -> Mapping[str, Label]:
    """The ways of paying of the application's own policy."""
    return policy_road(application)[0].procedure.payment.methods


def _in_words(application: Application, asked: Sequence[Asked]) -> list[Asked]:
    """The inputs with the policy's ways of paying to choose from."""
    ways = _ways(application)
    return [replace(one, choices=ways) if one.name == "method" else one for one in asked]


def _method(application: Application, typed: Mapping[str, str]) -> PayMethod | None:
    """The way of paying that was chosen, None where it is none of the policy's."""
    chosen = typed.get("method", "")
    return PayMethod(chosen) if chosen in _ways(application) else None


def standing(application: Application) -> dict[str, str]:
    """What is kept now, the numbers left out: a blank number is typed anew with the name."""
    method = application.payee_method
    return {
        "name": application.payee_name or "",
        "kinship": application.payee_kinship or "",
        "method": method.value if method else "",
    }


def page(application: Application, typed: Mapping[str, str], faults: Sequence[Fault]) -> str:
    """The form with what was typed and every fault."""
    lines: list[Line] = from_asked(_in_words(application, ASKED), typed, faults, prefix="payee-")
    return render_template("cases/payee.html", a=application, lines=lines)


def install(app: Flask, frame: Admin) -> None:
    """Bind the page."""
    app.register_blueprint(blueprint)
