"""Policy settings (政策参数): dated values, notice and deadlines, words, as a form made from the rule
files. Everything typed goes into the draft; nothing is in force before a second person signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Flask, abort, flash, make_response, redirect, render_template, request
from flask import url_for as address
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _

from admin import acting, nav
from admin.acting import Outcome, attempt
from admin.extensions import db
from admin.i18n import _l
from admin.pages import policy_drafts
from admin.pages.messages import read_fault
from admin.policy import sheets, words
from admin.policy.desk import READERS, Desk, desk, title
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text
from casework import drafts, editions, policy_edits
from casework.dated_values import FILE
from casework.drafts import Make
from casework.permissions import Permission
from casework.policy_form import rule_files
from casework.written_days import read_day
from engine.faults import Fault, Refused
from engine.source import parse_date

policy = Blueprint("policy", __name__, url_prefix="/policy")
policy_drafts.bind(policy)


@policy.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """The policies; straight to the only one."""
    codes = editions.policy_codes(db.session())
    if len(codes) == 1:
        return redirect(address(".amounts", code=codes[0]))
    cards = []
    for one in (desk(code) for code in codes):
        marked = [s for s in _sheets(one) if s.placeholder]
        cards.append((one, title(one.base, one.code), marked))
    return render_template("policy/index.html", cards=cards, words=words)


def _sheets(one: Desk) -> list[sheets.Sheet]:
    try:
        return sheets.sheets(one)
    except (Refused, KeyError):
        return []


def readable(one: Desk) -> bool:
    """Whether the form can be made at all: each file is valid by itself."""
    try:
        for file in rule_files(one.files).values():
            file.root  # noqa: B018 - reading is the test
    except Refused:
        return False
    return FILE in one.files


def page(template: str, one: Desk, tab: str, **values: object) -> str:
    """A page of one policy, with its head and tabs; broken files lead to the draft instead."""
    return render_template(template, desk=one, tab=tab, words=words, **values)


def _broken(one: Desk) -> ResponseReturnValue:
    flash(
        _("A file of the draft cannot be read. Mend it first: the form is made from it."), "warning"
    )
    return redirect(address(".draft", code=one.code))


Again = Callable[[Desk, Mapping[str, list[str]]], str]


def send(one: Desk, make: Make, what: str, then: str, again: Again) -> ResponseReturnValue:
    """Put a change into the draft; refused, the page again with each fault at its field."""
    expected = request.form.get("seen", "")
    outcome: Outcome[object] = attempt(
        lambda session, by, at: drafts.change(
            session, one.code, make, expected=expected, by=by, at=at
        ),
        what,
        "policy",
        one.code,
    )
    if not outcome.faults:
        flash(_("Put into the draft. It holds only when a second person has signed it."), "success")
        return redirect(then)
    acting.show(outcome.faults)
    return make_response(again(desk(one.code), _by_place(outcome.faults)), outcome.status)


def _by_place(faults: tuple[Fault, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.where or "", []).append(fault_text(fault))
    return found


# dated values -------------------------------------------------------------------------------


@policy.get("/<code>/")
@requires(*READERS)
def amounts(code: str) -> ResponseReturnValue:
    """Every dated value with its history."""
    one = desk(code)
    return _amounts(one) if readable(one) else _broken(one)


def _amounts(one: Desk, wrong: Mapping[str, list[str]] | None = None, opened: str = "") -> str:
    typed = request.form if opened else {}
    return page(
        "policy/amounts.html",
        one,
        "amounts",
        sheets=sheets.sheets(one),
        wrong=wrong or {},
        opened=opened,
        typed=typed,
    )


@policy.post("/<code>/value")
@requires(Permission.Policy.PROPOSE)
def value(code: str) -> ResponseReturnValue:
    """A value from a day on, or its end."""
    one = desk(code)
    if not readable(one):
        return _broken(one)
    name = request.form.get("parameter", "")
    sheet = next((s for s in sheets.sheets(one) if s.name == name), None)
    if sheet is None:
        abort(404)
    since = read_day(request.form.get("since", ""))
    ends = request.form.get("ends") == "yes"
    values = {
        choice: request.form.get(f"value.{choice}" if choice else "value", "").strip()
        for choice, _title, _now in ([] if ends else sheet.choices)
    }

    def make(files: drafts.Files) -> drafts.Files:
        if since is None:
            no_day = read_fault(request.form.get("since", "")[:20], "since")
            raise Refused((no_day, *policy_edits.value_faults(files, name, values)))
        confirmed = request.form.get("confirmed") == "yes"
        earliest = one.settled_until
        return policy_edits.value_from(name, since, values, earliest=earliest, confirmed=confirmed)(
            files
        )

    then = address(".amounts", code=code, _anchor=name)
    return send(one, make, "policy.value", then, lambda now, wrong: _amounts(now, wrong, name))


@policy.post("/<code>/value/out")
@requires(Permission.Policy.PROPOSE)
def value_out(code: str) -> ResponseReturnValue:
    """Take a value out of the draft again."""
    one = desk(code)
    if not readable(one):
        return _broken(one)
    since = parse_date(request.form.get("since", ""))
    name = request.form.get("parameter", "")
    if since is None:
        abort(400)
    then = address(".amounts", code=code, _anchor=name)
    make = policy_edits.value_taken_out(name, since)
    return send(one, make, "policy.value_out", then, _amounts)


# notice, deadlines and whatever else is counted or switched ---------------------------------


@policy.route("/<code>/rules", methods=["GET", "POST"])
@requires(*READERS)
def rules(code: str) -> ResponseReturnValue:
    """Numbers, switches and texts with a meaning of their own."""
    one = desk(code)
    if not readable(one):
        return _broken(one)
    if request.method == "GET":
        return _rules(one)
    then = address(".rules", code=code)
    return send(one, policy_edits.typed(_typed()), "policy.rules", then, _rules)


def _rules(one: Desk, wrong: Mapping[str, list[str]] | None = None) -> str:
    return page(
        "policy/rules.html",
        one,
        "rules",
        sections=sheets.sections(one),
        lists=sheets.lists(one),
        wrong=wrong or {},
        typed=_typed(),
    )


def _typed() -> dict[str, str]:
    """The texts of the form by their addresses."""
    return {name: text for name, text in request.form.items() if "/" in name}


@policy.post("/<code>/order")
@requires(Permission.Policy.PROPOSE)
def order(code: str) -> ResponseReturnValue:
    """Move one item of a list up or down."""
    one = desk(code)
    if not readable(one):
        return _broken(one)
    item, _dot, way = request.form.get("move", "").rpartition(":")
    if way not in ("up", "down"):
        abort(400)
    path = request.form.get("list", "")
    make = policy_edits.item_moved(path, item, up=way == "up")
    then = address(".rules", code=code, _anchor=path.replace("/", "-"))
    return send(one, make, "policy.order", then, _rules)


# words --------------------------------------------------------------------------------------


@policy.route("/<code>/words", methods=["GET", "POST"])
@requires(*READERS)
def wording(code: str) -> ResponseReturnValue:
    """Titles, labels and help texts in both languages, by part or by search."""
    one = desk(code)
    if not readable(one):
        return _broken(one)
    if request.method == "GET":
        return _wording(one)
    then = f"{address('.wording', code=code)}?{urlencode(request.args)}"
    return send(one, policy_edits.typed(_typed()), "policy.words", then, _wording)


def _wording(one: Desk, wrong: Mapping[str, list[str]] | None = None) -> str:
    parts = sheets.parts(one)
    part = request.args.get("part", "")
    search = request.args.get("find", "").strip()[:60]
    part = part if part in parts else next(iter(parts), "")
    found, more = sheets.wordings(one, part, search)
    return page(
        "policy/words.html",
        one,
        "words",
        parts=parts,
        part=part,
        search=search,
        found=found,
        more=more,
        wrong=wrong or {},
        typed=_typed(),
    )


def waiting() -> int | None:
    """How many drafts wait for this person's signature."""
    by = actor()
    if not by.holds(Permission.Policy.SIGN):
        return None
    return drafts.waiting_for(db.session(), by) or None


def install(app: Flask, frame: Admin) -> None:
    """Bind the pages and their line in the sidebar."""
    app.register_blueprint(policy)
    entry = nav.Entry(
        "policy.index",
        _l("Policy settings"),
        "rules",
        READERS,
        "edit",
        10,
        waiting,
        also=("policy",),
    )
    nav.add(app, entry)
