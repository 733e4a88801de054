"""The fund ledger: budgets of a year with what is used and left, what stands with whom, and the two
forms that raise money: a budget and a new source. Journals have a page of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import attempt, identifier, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, ledger_forms
from admin.pages.ledger_forms import Typed, by_field
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from casework import funds
from casework.funds import Balance
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.ledger import AccountKind, Budget, FundSource

blueprint = Blueprint("funds", __name__, url_prefix="/funds")
READERS = (Permission.Fund.READ,)
PLACES = {"source_closed": "source", "source_exists": "code", "amount_not_positive": "amount"}
CODE_LENGTH, NAME_LENGTH = 64, 200
ALL_YEARS = "all"


@dataclass(frozen=True, slots=True)
class YearRow:
    """A source in a year: what it was given and what of it has gone out, fen."""

    source: FundSource
    year: int
    budget: int
    left: int

    @property
    def used(self) -> int:
        """What has left the source and not come back."""
        return self.budget - self.left


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which form was refused, what was typed there, and why."""

    what: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[Fault] = ()


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """Sources and years, paying units, recovered money."""
    return page()


def page(refusal: Refusal = Refusal()) -> str:
    """The ledger; a refused form stands open with what was typed."""
    session, by = db.session(), actor()
    standing = funds.balances(session, by)
    held = [one for one in standing if one.kind is AccountKind.SOURCE]
    present = funds.standing(session)
    held = [
        one for one in held if one.fen or (one.source and (one.source.id, one.year) in present)
    ]  # a budget that was reversed to nothing is no longer one: the journal keeps it
    known = {one.year for one in held if one.year} | {clock.today().year}
    asked = request.args.get("year", "")
    chosen = identifier(asked) if asked != ALL_YEARS else None
    if asked != ALL_YEARS and chosen not in known:
        chosen = clock.today().year
    rows = _years(session, held, [chosen] if chosen else sorted(known, reverse=True))
    own = by.holds(Permission.Fund.BUDGET)
    return render_template(
        "funds/index.html",
        years=sorted(known, reverse=True),
        chosen=chosen,
        rows=rows,
        of_department=any(one.org is None for one in standing) or own,
        units=_sorted(standing, (AccountKind.COMMITTEE, AccountKind.DEPARTMENT)),
        others=_sorted(standing, _ELSEWHERE),
        sources=funds.sources(session),
        may_budget=own,
        refused_form=refusal.what,
        typed=refusal.texts,
        faults=by_field(refusal.faults, PLACES),
        request_key=batches.posted_key() if refusal.what else batches.request_key(),
        this_year=clock.today().year,
    )


_ELSEWHERE = (AccountKind.RETURNED, AccountKind.RECOVERED, AccountKind.SUSPENSE)


def _years(session: Session, held: Iterable[Balance], years: Iterable[int]) -> list[YearRow]:
    """What each source was given in these years and still holds; only sources that one may see."""
    left = {(one.source.id, one.year): one.fen for one in held if one.source and one.year}
    found: list[Budget] = [one for year in years for one in funds.budgets(session, year)]
    return [
        YearRow(one.source, one.year, one.fen, left[one.source_id, one.year])
        for one in found
        if (one.source_id, one.year) in left
    ]


def _sorted(standing: Iterable[Balance], kinds: Sequence[AccountKind]) -> list[Balance]:
    """Accounts of these kinds in which something stands, by unit and source."""
    return sorted(
        (one for one in standing if one.kind in kinds and one.fen),
        key=lambda one: (one.org.path if one.org else "", one.source.code if one.source else ""),
    )


@blueprint.post("/budget")
@requires(Permission.Fund.BUDGET)
def budget() -> ResponseReturnValue:
    """Raise what a source may spend in a year; the same page sent twice counts once."""
    key = batches.posted_key()
    source_id = identifier(request.form.get("source", ""))

    def do(session: Session, by: Actor, at: datetime) -> int:
        typed = Typed(request.form)
        source = session.get(FundSource, source_id) if source_id else None
        year, fen = typed.year("year"), typed.money("amount")
        if source is None:
            typed.fault("edge_choose_source", "source")
            typed.faults += [] if "year" in typed.wrong else funds.year_faults(session, year, at)
            raise Refused(typed.faults)
        memo = typed.text("memo")
        typed.then(
            lambda: funds.allocate_budget(
                session, source, year, fen, by=by, at=at, memo=memo, request_key=key
            ),
            PLACES,
        )
        return year

    outcome = attempt(do, "fund.budget", "fund_source", source_id)
    if outcome.faults:
        return refused(outcome, lambda: page(Refusal("budget", request.form, outcome.faults)))
    flash(_("The budget of %(year)s is raised.", year=str(outcome.value)), "success")
    return redirect(url_for("funds.index", year=outcome.value))


@blueprint.post("/source")
@requires(Permission.Fund.BUDGET)
def source() -> ResponseReturnValue:
    """Open a source of money."""

    def do(session: Session, by: Actor, at: datetime) -> str:
        typed = Typed(request.form)
        code = typed.words("code", "edge_source_code", most=CODE_LENGTH)
        zh = typed.words("zh", "edge_source_zh", most=NAME_LENGTH)
        en = typed.text("en") or zh  # a name that nobody reads is not demanded
        if len(en) > NAME_LENGTH:
            typed.fault("edge_too_long", "en")
        if code and session.scalar(select(FundSource.id).where(FundSource.code == code)):
            typed.faults.append(Fault("source_exists", {"code": code}, "code"))
        typed.stop()
        return policy_label(funds.add_source(session, code, zh, en, by=by, at=at))

    outcome = attempt(do, "fund.add_source", "fund_source", None)
    if outcome.faults:
        return refused(outcome, lambda: page(Refusal("source", request.form, outcome.faults)))
    flash(_("The source %(name)s is open.", name=outcome.value or ""), "success")
    return redirect(url_for("funds.index"))


def install(app: Flask, frame: Admin) -> None:
    """Bind the ledger."""
    ledger_forms.install()
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "funds.index",
            _l("Fund ledger"),
            "money",
            READERS,
            icon="ledger",
            order=30,
            also=("reconciling",),
        ),
    )
