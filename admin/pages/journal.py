"""The journal of the ledger: newest first, who moved what from where to where, and its correction.

Who reads the department's money sees every entry; others those that touch an account of their units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from admin import clock, looks
from admin.acting import attempt, found_or_404, identifier, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import ledger_entries
from admin.pages.ledger_entries import KINDS
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import moment, policy_label, zhdate
from admin.views import files, paging
from casework import funds, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.source import parse_date
from models.ledger import Account, FundSource, Journal, Posting
from models.orgs import OrgLevel, OrgUnit

blueprint = Blueprint("journal", __name__, url_prefix="/funds/journal")
READERS = (Permission.Fund.READ,)
PAGE = 50
STREAMED = 500
KEYS = (paging.Key(Journal.at, down=True), paging.Key(Journal.id, down=True))
OWNERS = (joinedload(Account.source), joinedload(Account.org), joinedload(Account.member))
LOADED = tuple(
    selectinload(Journal.postings).selectinload(side).options(*OWNERS)
    for side in (Posting.debit_account, Posting.credit_account)
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; what means nothing is left out."""

    source: int | None
    kind: str
    since: str
    until: str

    @property
    def asked(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        given = {
            "source": str(self.source or ""),
            "kind": self.kind,
            "since": self.since,
            "until": self.until,
        }
        return {name: text for name, text in given.items() if text}


def wish() -> Wish:
    """The filters of this request."""
    kind = request.args.get("kind", "")
    since, until = (request.args.get(name, "") for name in ("since", "until"))
    return Wish(
        identifier(request.args.get("source", "")),
        kind if kind in KINDS else "",
        since if parse_date(since) else "",
        until if parse_date(until) else "",
    )


def reach(by: Actor, permission: str) -> ColumnElement[bool]:
    """Entries that the person may see with this permission."""
    if any(one.level == OrgLevel.DEPARTMENT and permission in one.permissions for one in by.roles):
        return true()
    own = (
        select(Account.id)
        .join(OrgUnit, OrgUnit.id == Account.org_id)
        .where(scope.condition(by, permission, OrgUnit.path))
    )
    return _touching(own)


def _touching(accounts: Select[Any]) -> ColumnElement[bool]:
    touched = select(Posting.journal_id).where(
        or_(Posting.debit_account_id.in_(accounts), Posting.credit_account_id.in_(accounts))
    )
    return Journal.id.in_(touched)


def conditions(asked: Wish, by: Actor, permission: str) -> list[ColumnElement[bool]]:
    """The filters and the reach; days are those on the office's wall."""
    found = [reach(by, permission)]
    if asked.source:
        found.append(_touching(select(Account.id).where(Account.source_id == asked.source)))
    if asked.kind:
        found.append(Journal.kind == asked.kind)
    since, until = parse_date(asked.since), parse_date(asked.until)
    if since:
        found.append(Journal.at >= datetime.combine(since, time(), clock.zone()))
    if until and until.year < 9999:
        after = datetime.combine(until + timedelta(days=1), time(), clock.zone())
        found.append(Journal.at < after)
    return found


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """One page of the journal."""
    session, by, asked = db.session(), actor(), wish()
    where = conditions(asked, by, Permission.Fund.READ)
    back = "before" in request.args
    number = identifier(request.args.get("before" if back else "after", ""))
    place = paging.place_of(session, KEYS, [Journal.id == number, where[0]]) if number else None
    query = select(Journal).where(*where).options(*LOADED)
    found = paging.fetch(session, query, KEYS, PAGE, place, back=back)
    return render_template(
        "funds/journal.html",
        entries=ledger_entries.described(session, by, found.rows),
        found=found,
        wish=asked,
        kinds=KINDS,
        sources=funds.sources(session, active_only=False),
        may_export=by.holds(Permission.Fund.EXPORT),
    )


@blueprint.get("/<int:journal_id>")
@requires(*READERS)
def show(journal_id: int) -> ResponseReturnValue:
    """One entry with its postings, and its correction where that is done here."""
    return entry_page(journal_or_404(journal_id))


def journal_or_404(journal_id: int, permission: str = Permission.Fund.READ) -> Journal:
    """The entry in reach."""
    query = select(Journal).where(Journal.id == journal_id, reach(actor(), permission))
    return found_or_404(query.options(*LOADED))


def entry_page(row: Journal, reason: str = "", errors: Sequence[str] = ()) -> str:
    """The page of an entry."""
    by = actor()
    entry = ledger_entries.described(db.session(), by, [row])[0]
    return render_template(
        "funds/entry.html",
        entry=entry,
        may_reverse=by.holds(Permission.Fund.REVERSE)
        and entry.reversed_by is None
        and row.reverses_id is None
        and row.kind not in funds.CORRECTED_ELSEWHERE,
        reason=reason,
        errors=errors,
    )


@blueprint.post("/<int:journal_id>/reverse")
@requires(Permission.Fund.REVERSE)
def reverse(journal_id: int) -> ResponseReturnValue:
    """Correct an entry by one that moves the money back; once."""
    journal_or_404(journal_id, Permission.Fund.REVERSE)
    reason = request.form.get("reason", "").strip()

    def do(session: Session, by: Actor, at: datetime) -> int:
        entry = session.get_one(Journal, journal_id)
        return funds.reverse(session, entry, by=by, at=at, reason=reason).id

    outcome = attempt(do, "fund.reverse", "journal", journal_id)
    if outcome.faults:
        return refused(
            outcome,
            lambda: entry_page(
                journal_or_404(journal_id), reason, ledger_entries.reason_faults(outcome.faults)
            ),
        )
    flash(_("Corrected."), "success")
    return redirect(url_for("journal.show", journal_id=journal_id))


@blueprint.get("/export.<any(xlsx, csv):ending>")
@requires(Permission.Fund.EXPORT)
def export(ending: str) -> ResponseReturnValue:
    """The journal as asked for, a line per posting; who took it is written down first."""
    asked = wish()
    looks.note("export", "journal", None, {"filters": asked.asked, "kind": ending})
    head = (
        _("No."),
        _("When"),
        _("Kind"),
        _("Out of"),
        _("Into"),
        _("Amount (yuan)"),
        _("Memo"),
        _("Who"),
        _("Concerns"),
        _("Reverses no."),
    )
    title = _("Ledger journal")
    return files.answer(title, head, _cells(asked), kind=ending, narrowed=_narrowed(asked))


def _narrowed(asked: Wish) -> list[tuple[str, str]]:
    """The filters in words."""
    source = db.session.get(FundSource, asked.source) if asked.source else None
    found = [
        (_("Source"), policy_label(source) if source else ""),
        (_("Kind"), str(KINDS[asked.kind]) if asked.kind else ""),
        (_("From"), asked.since and str(zhdate(parse_date(asked.since)))),
        (_("Until"), asked.until and str(zhdate(parse_date(asked.until)))),
    ]
    return [(what, words) for what, words in found if words]


def _cells(asked: Wish) -> Iterator[list[object]]:
    session, by = db.session(), actor()
    query = (
        select(Journal)
        .where(*conditions(asked, by, Permission.Fund.EXPORT))
        .order_by(*(key.clause() for key in KEYS))
        .options(*LOADED)
        .execution_options(yield_per=STREAMED)
    )
    with closing(session.scalars(query)) as found:
        for rows in found.partitions(STREAMED):
            for one in ledger_entries.described(session, by, rows):
                for leg in one.legs:
                    yield [
                        one.row.id,
                        moment(one.row.at),
                        str(one.kind),
                        leg.out_of,
                        leg.into,
                        files.money(leg.fen),
                        one.row.memo,
                        one.who,
                        " ".join(text for text, _url in one.links),
                        one.row.reverses_id,
                    ]
                session.expunge(one.row)


def install(app: Flask, frame: Admin) -> None:
    """Bind the journal."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "journal.index",
            _l("Ledger journal"),
            "money",
            READERS,
            icon="list",
            order=31,
            also=("journal",),
        ),
    )
