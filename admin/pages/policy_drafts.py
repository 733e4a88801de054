"""The draft of a policy: what it changes, what is wrong with it, its files, its effect, signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, flash, make_response, redirect, request
from flask import render_template as render
from flask import url_for as address
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin import acting, looks
from admin.acting import Outcome, attempt
from admin.extensions import db
from admin.policy import file_names, words
from admin.policy.desk import READERS, Desk, desk
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, zhdate
from admin.views.files import disposition
from casework import drafts, editions, policy_edits, policy_impact
from casework.drafts import Files
from casework.policy_changes import file_diffs
from casework.policy_check import check
from casework.written_days import read_day
from engine.faults import Fault, Refused
from engine.source import parse_date
from models.policy_drafts import PolicyDraft

SHOWN_LINES = 400
LARGEST = 1_000_000
Call = acting.Verb[object]


@dataclass(frozen=True)
class Found:
    """One fault with its place in a file and the line itself."""

    text: str
    place: str
    file: str
    line: int
    excerpt: str
    caret: str


def found_in(files: Files, faults: tuple[Fault, ...]) -> list[Found]:
    """The faults as the page shows them."""
    return [_found(files, fault) for fault in faults]


def _found(files: Files, fault: Fault) -> Found:
    place = fault.where or ""
    file, _colon, rest = place.partition(":")
    line, _colon, column = rest.partition(":")
    if file not in files or not (line.isdigit() and column.isdigit()):
        return Found(fault_text(fault), place, file if file in files else "", 0, "", "")
    lines = files[file].decode("utf-8", "replace").splitlines()
    text = lines[int(line) - 1] if 0 < int(line) <= len(lines) else ""
    start = max(0, int(column) - 24)
    excerpt = text[start : start + 90]
    caret = "".join("　" if ord(c) > 0x2E7F else " " for c in text[start : int(column) - 1]) + "^"
    return Found(fault_text(fault), place, file, int(line), excerpt, caret if excerpt else "")


def bind(policy: Blueprint) -> None:
    """Add the pages to the blueprint of policy settings."""
    policy.add_url_rule("/<code>/draft", "draft", draft)
    policy.add_url_rule("/<code>/draft/<verb>", "press", press, methods=["POST"])
    policy.add_url_rule("/<code>/effect", "effect", effect)
    policy.add_url_rule("/<code>/files", "files", files, methods=["GET", "POST"])
    policy.add_url_rule("/<code>/files.zip", "zipped", zipped)


# the draft ----------------------------------------------------------------------------------


@requires(*READERS)
def draft(code: str) -> ResponseReturnValue:
    """What the draft changes and whether it can be put forward."""
    return _draft(desk(code))


def _draft(one: Desk, wrong: Mapping[str, list[str]] | None = None) -> str:
    return render(
        "policy/draft.html",
        desk=one,
        tab="draft",
        words=words,
        found=found_in(one.files, one.faults),
        remarks=found_in(one.files, one.checked.uncovered),
        diffs=file_diffs(one.base, one.files) if one.draft else (),
        shown_lines=SHOWN_LINES,
        wrong=wrong or {},
        typed=request.form,
        first_day=_first_day(one),
        earlier=_earlier(one.code),
    )


def _first_day(one: Desk) -> date:
    """The day that suits the new values: the earliest of them, or today."""
    days = [c.since for c in one.changes if c.kind == "value" and c.since and c.since >= one.today]
    return min(days, default=one.today)


def _earlier(code: str) -> list[PolicyDraft]:
    return drafts.past(db.session(), code, 5)


@requires(*READERS)
def press(code: str, verb: str) -> ResponseReturnValue:
    """Put forward, take back or send back, sign, withdraw."""
    one = desk(code)
    if one.draft is None:
        nothing: Outcome[object] = Outcome(None, (Fault("draft_none", {"policy": code}),))
        return acting.refused(nothing, lambda: _draft(one))
    calls = {"propose": _propose, "back": _back, "sign": _sign, "withdraw": _withdraw}
    if verb not in calls:
        abort(404)
    done, call = calls[verb](one.draft)
    outcome = attempt(call, f"policy.draft_{verb}", "policy_draft", one.draft.id)
    if outcome.faults:
        again = desk(code)
        wrong: dict[str, list[str]] = {}
        for fault in outcome.faults:
            wrong.setdefault(fault.where or "", []).append(fault_text(fault))
        acting.show(_without_listed(again, outcome.faults))
        return make_response(_draft(again, wrong), outcome.status)
    flash(done, "success")
    return redirect(address(".draft", code=code))


def _without_listed(one: Desk, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Faults of the files are listed on the page below; the rest is said on top."""
    listed = set(map(repr, one.faults))
    rest = tuple(fault for fault in faults if repr(fault) not in listed)
    return rest or faults[:1]


def _seen() -> str:
    return request.form.get("seen", "")


def _propose(row: PolicyDraft) -> tuple[str, Call]:
    first = read_day(request.form.get("in_force_from", ""))
    note = request.form.get("note", "")[:2000]
    done = _("Put forward. A second person signs it; until then nothing changes.")
    return done, lambda session, by, at: drafts.propose(
        session, row, first, note, expected=_seen(), by=by, at=at
    )


def _back(row: PolicyDraft) -> tuple[str, Call]:
    reason = request.form.get("reason", "")[:2000]
    return _("The draft is open for changes again."), lambda session, by, at: drafts.take_back(
        session, row, reason, expected=_seen(), by=by, at=at
    )


def _sign(row: PolicyDraft) -> tuple[str, Call]:
    day = zhdate(row.in_force_from)
    done = _("Signed and published. The new edition is in force from %(day)s.", day=day)
    unread = [] if request.form.get("read") == "yes" else [Fault("edge_read_first", {}, "read")]
    return done, lambda session, by, at: acting.all_told(
        unread, lambda: drafts.sign(session, row, expected=_seen(), by=by, at=at)
    )


def _withdraw(row: PolicyDraft) -> tuple[str, Call]:
    return _("The draft is withdrawn."), lambda session, by, at: drafts.withdraw(
        session, row, expected=_seen(), by=by, at=at
    )


# its effect ---------------------------------------------------------------------------------


@requires(*READERS)
def effect(code: str) -> ResponseReturnValue:
    """The open applications under the edition and under the draft, in figures."""
    one = desk(code)
    now, new = check(one.base).policy, one.checked.policy
    if one.draft is None or now is None or new is None:
        if one.draft is not None:  # where there is none, the next page says so
            flash(_("There is no draft whose rules can be read."), "warning")
        return redirect(address(".draft", code=code))
    asked = parse_date(request.args.get("on", ""))
    on = asked or one.draft.in_force_from or _first_day(one)
    found = policy_impact.impact(db.session(), now, new, on, by=actor())
    looks_at = [o for o in words.OUTCOMES if o != "unread"]
    return render(
        "policy/effect.html", desk=one, tab="draft", words=words, found=found, outcomes=looks_at
    )


# its files ----------------------------------------------------------------------------------


@requires(*READERS)
def files(code: str) -> ResponseReturnValue:
    """The rule files as text, for those who write them."""
    one = desk(code)
    if request.method == "GET":
        return _files(one, request.args.get("file", ""))
    upload = request.files.get("upload")
    name = request.form.get("file", "")
    if upload is not None and upload.filename:
        make = policy_edits.file_replaced(name, upload.read(LARGEST + 1))
    elif "text" in request.form:
        make = policy_edits.file_typed(name, request.form["text"])
    else:
        make = _nothing_chosen
    expected = _seen()
    outcome = attempt(
        lambda session, by, at: drafts.change(
            session, code, make, expected=expected, by=by, at=at, whole_file=True
        ),
        "policy.file",
        "policy",
        code,
    )
    if outcome.faults:
        acting.show(outcome.faults)
        return make_response(_files(one, name, request.form.get("text")), outcome.status)
    faults = desk(code).faults
    if faults:
        flash(_("Saved in the draft. It has faults and cannot be put forward yet."), "warning")
    else:
        flash(_("Saved in the draft. No fault was found."), "success")
    return redirect(address(".files", code=code, file=name))


def _nothing_chosen(_files: Files) -> Files:
    raise Refused((Fault("draft_file_needed", {}, "upload"),))


def _files(one: Desk, name: str, typed: str | None = None) -> str:
    names = sorted(one.files, key=lambda n: ("/" in n, n))
    shown = name if name in one.files else names[0]
    try:
        text = one.files[shown].decode("utf-8")
    except UnicodeDecodeError:
        text = None
    changed = {n for n in names if one.base.get(n) != one.files[n]}
    return render(
        "policy/files.html",
        desk=one,
        tab="files",
        words=words,
        names=names,
        groups=file_names.groups(one.files),
        shown=shown,
        text=text if typed is None else typed,
        changed=changed,
        found=found_in(one.files, one.faults),
    )


@requires(*READERS)
def zipped(code: str) -> Response:
    """The files shown, in one zip: the draft's, or the newest edition's."""
    one = desk(code)
    looks.note("policy_files", "policy", code, {"draft": one.draft.id if one.draft else None})
    name = disposition(f"{code}-{'draft' if one.draft else one.edition.in_force_from}", "zip")
    return Response(
        editions.pack(one.files),
        mimetype="application/zip",
        headers={"Content-Disposition": name},
    )
