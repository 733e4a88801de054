"""Applications and earlier grants from workbooks. Their columns are the facts of the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from casework import access, applications, entries, events, scope, starts
from casework.imports import cells
from casework.imports.cells import Column, Reader
from casework.imports.kinds import (
    IDENTITY,
    NAME,
    Context,
    Kind,
    Taken,
    Values,
    member_of,
    person_faults,
)
from casework.imports.spellings import headings
from casework.moves import LIVE
from casework.permissions import Permission
from engine import Policy
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.model import Fact
from models.applications import Application, CaseStatus
from models.editions import Edition
from models.imports import PastAid
from models.ledger import Grant, GrantState
from models.orgs import OrgUnit

ENDED = (CaseStatus.REFUSED, CaseStatus.CANCELLED, CaseStatus.WITHDRAWN)


def _yuan(cell: object, column: Column) -> str:
    return str(cells.money(cell, column))


READERS: Mapping[str, Callable[[object, Column], object]] = {
    "yes_no": cells.yes_no,
    "integer": cells.integer,
    "number": cells.number,
    "money": _yuan,
    "date": lambda cell, column: cells.day(cell, column).isoformat(),
    "choice": cells.choice,
    "set": cells.choices,
    "text": cells.long_text,
}


def fact_column(fact: Fact) -> Column:
    """The column of a fact: heading, reader, choices and help as `facts.yaml` has them."""
    reader: Reader = READERS[fact.type]
    help_ = Label(fact.help_zh, fact.help_en) if fact.help_zh or fact.help_en else None
    also = (fact.annex,) if fact.annex else ()
    kind = "choice" if fact.type == "set" else fact.type
    return Column(
        fact.name, fact.label, reader, also=also, choices=fact.choices, help=help_, kind=kind
    )


class Applications(Kind):
    """Personal applications as drafts under the policy in force on the day of application."""

    id = "applications"
    label = Label("申请登记", "Applications")
    permission = Permission.Application.REGISTER

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        roads = {id_: road.label for id_, road in policy.procedure.roads.items()}
        self._only = next(iter(roads)) if len(roads) == 1 else None
        road = Column("road", Label("申请类别", "Kind of application"), cells.choice, needed=self._only is None, also=headings("applications", "road"), choices=roads, kind="choice", once=True)  # fmt: skip
        applied = Column("applied_on", Label("申请日期", "Date of application"), cells.day, needed=True, also=headings("applications", "applied_on"), kind="date", once=True)  # fmt: skip
        self._implied = _said_by_road(policy)
        taken = {"road", "applied_on", policy.pick_by, "id_number", "name"}
        self._facts = tuple(
            fact
            for fact in policy.facts.values()
            if fact.name not in taken and self._asked(fact.name)
        )
        self.columns = (
            IDENTITY,
            NAME,
            road,
            applied,
            *(fact_column(fact) for fact in self._facts),
        )

    def key(self, values: Values) -> tuple[str, ...] | None:
        applied = values.get("applied_on")
        if not isinstance(applied, date):
            return None
        year = entries.aid_year(self._typed(values), applied)
        return str(values["id_number"]), str(values.get("road")), str(year)

    def key_label(self) -> Label:
        return Label("人员、类别和年度", "person, kind and year")

    def also_wrong(self, context: Context, values: Values, unread: AbstractSet[str]) -> list[Fault]:
        return person_faults(context, values, unread, self.permission)

    def take(self, context: Context, values: Values) -> Taken:
        member = member_of(context, values, self.permission)
        road, applied = str(values.get("road") or self._only), values["applied_on"]
        typed = self._typed(values)
        if not isinstance(applied, date):
            raise TypeError("the column reads a date")
        known = self._known(context, member.id, road, entries.aid_year(typed, applied))
        if known is None:
            applications.register(
                context.session,
                member,
                road,
                applied,
                by=context.by,
                at=context.at,
                facts=typed,
                policy_code=self._policy.id,
            )
            return "new"
        changed = {n: v for n, v in entries.clean(typed).items() if known.facts.get(n) != v}
        if not changed:
            return "same"
        if known.status != CaseStatus.DRAFT or known.stage != self._first(road):
            label = self._policy.procedure.road(road).label
            params = {"number": known.number, "road": label}
            raise Refused([Fault("row_application_open", params, None)])
        applications.save(
            context.session,
            known,
            by=context.by,
            at=context.at,
            expected_version=known.version,
            facts=changed,
        )
        return "changed"

    def _asked(self, name: str) -> bool:
        """Whether the fact may be written when an application is entered, on any road."""
        procedure = self._policy.procedure
        return (
            any(
                entries.may_write(self._policy, road, road.first, name)
                for road in procedure.roads.values()
            )
            and name not in self._implied
        )

    def _typed(self, values: Values) -> dict[str, object]:
        names = [fact.name for fact in self._facts]
        return {name: values[name] for name in names if values.get(name) is not None}

    def _first(self, road: str) -> str:
        return self._policy.procedure.road(road).first.id

    def _known(self, context: Context, member_id: int, road: str, year: int) -> Application | None:
        query = (
            select(Application)
            .join(Edition, Edition.id == Application.edition_id)
            .join(OrgUnit, OrgUnit.id == Application.org_id)
            .where(
                Application.member_id == member_id,
                Application.road == road,
                Application.aid_year == year,
                Application.status.in_([*LIVE, CaseStatus.CLOSED]),
                Edition.policy_code == self._policy.id,
            )
            .order_by(Application.id.desc())
            .limit(1)
        )
        return context.session.scalars(
            scope.visible(query, context.by, Permission.Application.READ, OrgUnit.path)
        ).one_or_none()


def _said_by_road(policy: Policy) -> frozenset[str]:
    """The facts that every choice of a road says already."""
    found = [frozenset(starts.said(policy, road)) for road in policy.procedure.roads.values()]
    return frozenset.intersection(*found) if found else frozenset()


class PastGrants(Kind):
    """Aid given before this system, so that the rules that count earlier grants know of it."""

    id = "past_grants"
    label = Label("往年帮扶记录", "Earlier grants")
    permission = Permission.Member.IMPORT
    total = "amount"

    def __init__(self, policy: Policy, labels: Mapping[str, Label]) -> None:
        self._policy = policy
        self.columns = (
            IDENTITY,
            NAME,
            Column("category", Label("帮扶类别", "Kind of aid"), cells.choice, needed=True, also=headings("past_grants", "category"), choices=labels, kind="choice", once=True),
            Column("aid_year", Label("年度", "Aid year"), cells.integer, needed=True, also=headings("past_grants", "aid_year"), kind="integer", once=True),
            Column("amount", Label("金额（元）", "Yuan"), cells.money, needed=True, also=headings("past_grants", "amount"), kind="money", once=True),
            Column("given_on", Label("发放日期", "Day it was given"), cells.day, also=headings("past_grants", "given_on"), kind="date", once=True),
            Column("note", Label("资料来源", "Source"), cells.long_text, also=headings("past_grants", "note"), once=True),
        )  # fmt: skip

    key_names = frozenset({"id_number", "category", "aid_year"})

    def key(self, values: Values) -> tuple[str, ...] | None:
        return tuple(str(values[name]) for name in ("id_number", "category", "aid_year"))

    def key_label(self) -> Label:
        return Label("人员、类别和年度", "person, kind and year")

    def also_wrong(self, context: Context, values: Values, unread: AbstractSet[str]) -> list[Fault]:
        return person_faults(context, values, unread, self.permission)

    def take(self, context: Context, values: Values) -> Taken:
        member = member_of(context, values, self.permission)
        access.require(context.session, context.by, self.permission, member.org_id)
        year, amount = values["aid_year"], values["amount"]
        if not isinstance(year, int) or not isinstance(amount, Decimal):
            raise TypeError("the columns read a whole number and an amount")
        self._check(context, member.id, year, amount)
        known = context.session.scalars(
            select(PastAid).where(
                PastAid.member_id == member.id,
                PastAid.policy_code == self._policy.id,
                PastAid.aid_year == year,
                PastAid.category == values["category"],
            )
        ).one_or_none()
        row = known or PastAid(
            member_id=member.id,
            policy_code=self._policy.id,
            aid_year=year,
            category=str(values["category"]),
        )
        wanted = {"fen": int(amount * 100), **self._rest(values)}
        if known is not None and all(getattr(known, n) == v for n, v in wanted.items()):
            return "same"
        before = {n: str(getattr(row, n)) for n in wanted} if known is not None else {}
        for name, value in wanted.items():
            setattr(row, name, value)
        row.by_id, row.at = context.by.user_id, context.at
        context.session.add(row)
        context.session.flush()
        data = {"year": year, "fen": row.fen, "category": row.category, "before": before}
        events.audit(
            context.session, context.by, context.at, "past_aid.put", "member", member.id, data
        )
        return "new" if known is None else "changed"

    def _rest(self, values: Values) -> dict[str, object]:
        return {n: values[n] for n in ("given_on", "note") if values.get(n) is not None}

    def _check(self, context: Context, member_id: int, year: int, amount: Decimal) -> None:
        """Only years that are over, and none of which this system has its own grant."""
        found = []
        own = context.session.scalar(
            select(Grant.id).where(
                Grant.member_id == member_id,
                Grant.aid_year == year,
                Grant.state == GrantState.ACTIVE,
            )
        )
        last = context.at.year - 1
        if own is not None or not 1990 <= year <= last:
            found.append(Fault("row_policy_year", {"year": year, "last": last}, "aid_year"))
        if amount <= 0:
            params = {"field": Label("金额", "Amount"), "text": str(amount)}
            found.append(Fault("cell_money", params, "amount"))
        if found:
            raise Refused(found)
