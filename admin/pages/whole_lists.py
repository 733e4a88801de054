"""Every payment, notice and stay in the hardship register as a table: search, filters, columns,
kept lists, keyset pages, files and what is done to many. What waits for somebody stays on the
pages of the work itself, from which these are reached."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, expose
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from admin import clock, own_pages
from admin.acting import identifier
from admin.extensions import db
from admin.i18n import _l
from admin.pages import notices, orders, payments
from admin.pages.applications import year
from admin.pages.common import policy_road
from admin.text import policy_label, yuan, zhdate
from admin.views import add_table
from admin.views.base import ReadView, within
from admin.views.bulk import Bulk, chosen_as_file
from admin.views.columns import Column, Filter, UnusableError, chosen
from admin.views.people_lookups import members_like, units_like
from admin.views.states import tag
from admin.views.usual_filters import below, days
from casework import care, funds
from casework.permissions import Permission
from models import OrgUnit
from models.applications import Application, PayMethod
from models.base import starts_with
from models.ledger import FundSource, Grant, Payment
from models.members import Member
from models.notices import Notice
from models.register import HardshipEntry

TAKEN = _l("These rows are written to a file; numbers stay masked. The export is recorded.")


class _Linked(ReadView):
    """Rows have pages of their own."""

    finds_people = True

    def page_of_row(self, row: Any) -> str:
        """The address of a row's own page."""
        raise NotImplementedError

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """On to the row's own page, which asks for the right itself."""
        row = self.get_one(request.args.get("id", ""))
        if row is None:
            return redirect(self.get_url(".index_view"))
        return redirect(self.page_of_row(row))


# -- payments


def _source(text: str) -> FundSource:
    row = db.session.get(FundSource, identifier(text) or 0)
    if row is None:
        raise UnusableError(text)
    return row


def _sources() -> list[tuple[str, str]]:
    return [(str(s.id), policy_label(s)) for s in funds.sources(db.session(), active_only=False)]


def _ways() -> dict[str, str]:
    """The ways of paying by their codes, each under every title that some policy gives it."""
    every = own_pages.policies()
    found = {}
    for method in PayMethod:
        labels = (one.procedure.way_of_paying(method.value) for one in every)
        titles = dict.fromkeys(policy_label(label) for label in labels if label is not None)
        if titles:
            found[method.value] = " / ".join(titles)
    return found


def _way(text: str) -> str:
    if text not in _ways():
        raise UnusableError(text)
    return text


def _case(payment: Payment) -> Application:
    return payment.grant.application


def _road(application: Application) -> str:
    _policy, road = policy_road(application)
    return policy_label(road.label) if road else application.road


def _grants(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Payments of grants whose application fits."""
    found = select(Grant.id).join(Application, Application.id == Grant.application_id)
    return Payment.grant_id.in_(found.where(condition))


class PaymentList(_Linked):
    """Payments in reach, the newest first."""

    read = Permission.Payment.READ
    export_with = Permission.Payment.EXPORT
    title = _l("All payments")
    one = _l("Payment")
    search_hint = _l("Name, initials, number, or last 4 of ID or phone")
    order = (Payment.id.desc(),)
    loading = (
        joinedload(Payment.grant)
        .joinedload(Grant.application)
        .options(
            joinedload(Application.org),
            joinedload(Application.member),
            joinedload(Application.edition),
        ),
        joinedload(Payment.grant).joinedload(Grant.member),
        joinedload(Payment.source),
        selectinload(Payment.receipt),
    )
    bulks = (
        Bulk(
            "export",
            _l("Export"),
            TAKEN,
            Permission.Payment.EXPORT,
            "payment.export",
            "payment",
            answer=chosen_as_file(lambda: PaymentList, "payment_list"),
        ),
    )
    columns = (
        Column("payee", _l("Payee"), lambda p: p.payee_name, css="name"),
        Column("number", _l("Application"), lambda p: _case(p).number, css="short"),
        Column("name", _l("Name"), lambda p: p.grant.member.name, in_list=False),
        Column("org", _l("{word.Branch}"), lambda p: _case(p).org.name, css="short"),
        Column("kind", _l("Kind of aid"), lambda p: _road(_case(p)), css="short"),
        Column("year", _l("Aid year"), lambda p: p.grant.aid_year, css="num", in_list=False),
        Column("instalment", _l("Instalment"), lambda p: p.instalment, in_list=False),
        Column("fen", _l("Amount"), lambda p: yuan(p.fen), css="num"),
        Column("kinship", _l("Kinship"), lambda p: p.payee_kinship or "—", in_list=False),
        Column("method", _l("Method"), payments.way_of_paying, in_list=False),
        Column("source", _l("Fund source"), lambda p: policy_label(p.source), css="short"),
        Column("paid_on", _l("Paid on"), lambda p: zhdate(p.paid_on), css="short"),
        Column(
            "receipt",
            _l("Receipt"),
            lambda p: zhdate(p.receipt.received_on) if p.receipt else "—",
            css="short",
        ),
        Column(
            "receiver",
            _l("Received by"),
            lambda p: p.receipt.receiver if p.receipt else "—",
            in_list=False,
        ),
        Column("witness", _l("Witness"), lambda p: p.witness or "—", in_list=False),
        Column(
            "state",
            _l("Status"),
            lambda p: tag(payments.STATES[p.state]),
            css="short",
            export=lambda p: str(payments.STATES[p.state][0]),
        ),
    )
    filters = (
        Filter(
            "state",
            _l("Status"),
            **chosen(Payment.state, {k: v[0] for k, v in payments.STATES.items()}),
        ),
        Filter(
            "method",
            _l("Method"),
            lambda method: Payment.method == method,
            _way,
            lambda: list(_ways().items()),
            words=lambda method: _ways()[method],
        ),
        Filter(
            "source",
            _l("Fund source"),
            lambda source: Payment.source_id == source.id,
            _source,
            _sources,
            words=policy_label,
        ),
        below(read, lambda units: _grants(Application.org_id.in_(units))),
        Filter(
            "year",
            _l("Aid year"),
            lambda number: Payment.grant_id.in_(select(Grant.id).where(Grant.aid_year == number)),
            year,
            kind="number",
        ),
        days("from", _l("Paid from"), Payment.paid_on),
        days("to", _l("Paid until"), Payment.paid_on, until=True),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return _grants(within(Application.org_id, permission))

    def search(self, words: str) -> ColumnElement[bool]:
        """By the member, the payee or the application's number."""
        people = select(Grant.id).where(
            Grant.member_id.in_(select(Member.id).where(members_like(words)))
        )
        found = [Payment.grant_id.in_(people), starts_with(Payment.payee_name, words)]
        if any(sign.isdigit() for sign in words):
            found.append(_grants(Application.number.contains(words.strip(), autoescape=True)))
        return or_(*found)

    def name_of(self, row: Any) -> str:
        return f"{row.payee_name} {_case(row).number}"

    def page_of_row(self, row: Any) -> str:
        return url_for("receipts.show", payment_id=row.id)


# -- notices


class NoticeList(_Linked):
    """Notices in reach, the newest first."""

    read = Permission.Notice.READ
    export_with = Permission.Application.EXPORT
    finds_people = False
    title = _l("All notices")
    one = _l("Notice")
    search_hint = _l("Number of the notice, or {word.branch}")
    order = (Notice.id.desc(),)
    loading = (
        joinedload(Notice.org),
        joinedload(Notice.edition),
        selectinload(Notice.lines),
    )
    bulks = (
        Bulk(
            "print",
            _l("Print many"),
            "",
            Permission.Notice.READ,
            "paper.order",
            "notice",
            answer=lambda rows: orders.choose("notice", rows),
            asks=True,
        ),
        Bulk(
            "export",
            _l("Export"),
            TAKEN,
            Permission.Application.EXPORT,
            "notice.export",
            "notice",
            answer=chosen_as_file(lambda: NoticeList, "notice_list"),
        ),
    )
    columns = (
        Column("number", _l("Number"), lambda n: n.number, css="name"),
        Column("org", _l("{word.Branch}"), lambda n: n.org.name, css="short"),
        Column(
            "kind",
            _l("Kind of aid"),
            lambda n: policy_label(notices.road_labels([n])[n.id]),
            css="short",
        ),
        Column("place", _l("Place"), lambda n: n.place, in_list=False),
        Column("posted_on", _l("First day"), lambda n: zhdate(n.posted_on), css="short"),
        Column("ends_on", _l("Last day"), lambda n: zhdate(n.ends_on), css="short"),
        Column("removed_on", _l("Taken down"), lambda n: zhdate(n.removed_on), in_list=False),
        Column("lines", _l("Names"), lambda n: len(n.lines), css="num"),
        Column(
            "status",
            _l("Status"),
            lambda n: tag(notices.STATUSES[n.status]),
            css="short",
            export=lambda n: str(notices.STATUSES[n.status][0]),
        ),
    )
    filters = (
        Filter(
            "status",
            _l("Status"),
            **chosen(Notice.status, {k: v[0] for k, v in notices.STATUSES.items()}),
        ),
        below(read, lambda units: Notice.org_id.in_(units)),
        days("from", _l("Posted from"), Notice.posted_on),
        days("to", _l("Posted until"), Notice.posted_on, until=True),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return within(Notice.org_id, permission)

    def search(self, words: str) -> ColumnElement[bool]:
        branches = select(OrgUnit.id).where(units_like(words))
        return or_(starts_with(Notice.number, words.upper()), Notice.org_id.in_(branches))

    def name_of(self, row: Any) -> str:
        return str(row.number)

    def page_of_row(self, row: Any) -> str:
        return url_for("notices.show", notice_id=row.id)


# -- the hardship register


def _reason(entry: HardshipEntry, *, leaving: bool) -> str:
    """The policy's word for why somebody came in or left."""
    rules = care.register(db.session(), clock.today())
    code = entry.leave_reason if leaving else entry.join_reason
    if not code:
        return "—"
    known = (rules.leave if leaving else rules.join) if rules else {}
    return policy_label(known.get(code, code))


def _reasons() -> list[tuple[str, str]]:
    rules = care.register(db.session(), clock.today())
    return [(code, policy_label(label)) for code, label in (rules.join if rules else {}).items()]


def _code(text: str) -> str:
    if text not in dict(_reasons()):
        raise UnusableError(text)
    return text


def _there(text: str) -> bool:
    if text not in ("in", "left"):
        raise UnusableError(text)
    return text == "in"


PRESENT = {"in": _l("In the register"), "left": _l("Has left")}


class HardshipList(_Linked):
    """Stays in the register, of members in reach, the newest first."""

    read = Permission.Hardship.READ
    export_with = Permission.Member.EXPORT
    title = _l("The whole hardship register")
    one = _l("Entry of the register")
    search_hint = _l("Name, initials, or last 4 of ID or phone")
    order = (HardshipEntry.id.desc(),)
    loading = (joinedload(HardshipEntry.member).joinedload(Member.org),)
    bulks = (
        Bulk(
            "print",
            _l("Print files of {word.persons}"),
            "",
            Permission.Member.READ,
            "paper.order",
            "member",
            answer=lambda rows: orders.choose(
                "member", list({row.member_id: row.member for row in rows}.values())
            ),
            asks=True,
        ),
    )
    columns = (
        Column("name", _l("Name"), lambda e: e.member.name, css="name"),
        Column("org", _l("{word.Branch}"), lambda e: e.member.org.name, css="short"),
        Column("joined_on", _l("Since"), lambda e: zhdate(e.joined_on), css="short"),
        Column("reason", _l("Reason"), lambda e: _reason(e, leaving=False), css="short"),
        Column("situation", _l("Situation"), lambda e: e.situation, css="long"),
        Column("needs", _l("What help is needed"), lambda e: e.needs or "—", in_list=False),
        Column("left_on", _l("Until"), lambda e: zhdate(e.left_on), css="short"),
        Column("left_why", _l("Why left"), lambda e: _reason(e, leaving=True), in_list=False),
        Column("left_words", _l("In words"), lambda e: e.leave_words or "—", in_list=False),
    )
    filters = (
        Filter(
            "there",
            _l("Show"),
            lambda yes: (
                HardshipEntry.left_on.is_(None) if yes else HardshipEntry.left_on.is_not(None)
            ),
            _there,
            lambda: [(key, str(word)) for key, word in PRESENT.items()],
            words=lambda yes: str(PRESENT["in" if yes else "left"]),
        ),
        Filter(
            "reason",
            _l("Reason"),
            lambda code: HardshipEntry.join_reason == code,
            _code,
            _reasons,
            words=lambda code: dict(_reasons()).get(code, code),
        ),
        below(
            read,
            lambda units: HardshipEntry.member_id.in_(
                select(Member.id).where(Member.org_id.in_(units))
            ),
        ),
        days("from", _l("In it from"), HardshipEntry.joined_on),
        days("to", _l("In it until"), HardshipEntry.joined_on, until=True),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return HardshipEntry.member_id.in_(
            select(Member.id).where(within(Member.org_id, permission))
        )

    def search(self, words: str) -> ColumnElement[bool]:
        return HardshipEntry.member_id.in_(select(Member.id).where(members_like(words)))

    def name_of(self, row: Any) -> str:
        return str(row.member.name)

    def page_of_row(self, row: Any) -> str:
        return url_for("hardship.show", member_id=row.member_id)


def install(app: Flask, frame: Admin) -> None:
    """Bind the three lists."""
    add_table(app, frame, PaymentList, Payment, "payment_list")
    add_table(app, frame, NoticeList, Notice, "notice_list")
    add_table(app, frame, HardshipList, HardshipEntry, "hardship_list")
