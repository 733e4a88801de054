"""Results of the screening, and lists of other schemes to compare with, from workbooks (clause 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from casework import schemes, scope, screenings
from casework.imports import cells
from casework.imports.cases import READERS
from casework.imports.cells import Column
from casework.imports.kinds import IDENTITY, NAME, Context, Kind, Taken, Values
from casework.imports.spellings import headings, values
from casework.people import Actor
from casework.permissions import Permission
from casework.schemes import Aided
from engine import Policy
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import RecordField, StageKind
from models.applications import Application
from models.editions import Edition
from models.orgs import OrgUnit
from models.schemes import SchemeList
from models.screenings import ScreeningLine, ScreeningList, ScreeningResult

RESULTS = {
    ScreeningResult.PASS.value: Label("筛查无误", "Passed"),
    ScreeningResult.FAIL.value: Label("筛查有误", "Failed"),
}
PART = "result"


def fields(policy: Policy) -> Iterator[RecordField]:
    """What the policy's roads write down with a result, besides the result and its reason."""
    seen = {"result", "reason"}
    for road in policy.procedure.roads.values():
        for stage in road.stages:
            if stage.kind is not StageKind.SCREEN:
                continue
            part = PART if any(one.id == PART for one in stage.parts) else None
            for field in stage.records_for(road.id, part):
                if field.id not in seen:
                    seen.add(field.id)
                    yield field


def screens(policy: Policy, by: Actor) -> bool:
    """Whether the policy has a screening whose results this person records."""
    for stage in policy.procedure.stages.values():
        if stage.kind is StageKind.SCREEN:
            own = [one.by for one in stage.parts if one.id == PART] or [stage.by]
            if not by.role_codes.isdisjoint(own[0]):
                return True
    return False


class Results(Kind):
    """What the screening office found, row by row; a row without a result is left for later."""

    id = "screening_results"
    label = Label("筛查结果", "Screening results")
    permission = Permission.Step.SCREEN

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._fields = tuple(fields(policy))
        self.columns = (
            Column("number", Label("申请编号", "Application"), cells.text, needed=True, also=headings("screening_results", "number")),
            NAME,
            Column("id_number", IDENTITY.label, cells.identity, also=IDENTITY.also, kind="identity", help=IDENTITY.help),
            Column("result", Label("筛查结果", "Result"), cells.choice, also=headings("screening_results", "result"), choices=RESULTS, spelled=values("screening_result"), kind="choice", help=Label("空白的以后再登记", "Blank rows are left for later")),
            Column("reason", Label("原因", "Reason"), cells.long_text, also=headings("screening_results", "reason")),
            *(_asked(field) for field in self._fields),
        )  # fmt: skip

    def key(self, values: Values) -> tuple[str, ...] | None:
        return (str(values["number"]),)

    def key_label(self) -> Label:
        return Label("申请", "application")

    def take(self, context: Context, values: Values) -> Taken:
        line = self._line(context, str(values["number"]))
        found = _same_person(line, values)
        result = values.get("result")
        if result is not None and line.result is not None and line.result != result:
            found.append(Fault("row_screened", {"number": values["number"]}, "result"))
        if found:
            raise Refused(found)
        if result is None or line.result is not None:
            return "same"
        record = {one.id: values[one.id] for one in self._fields if values.get(one.id) is not None}
        given = {**record, "result": result, "reason": values.get("reason") or ""}
        own = {line.application_id: given}
        screenings.record_results(
            context.session, line.list, record, own, by=context.by, at=context.at
        )
        return "changed"

    def _line(self, context: Context, number: str) -> ScreeningLine:
        """The application's last line on a screening list within reach."""
        query = (
            select(ScreeningLine)
            .join(Application, Application.id == ScreeningLine.application_id)
            .join(Edition, Edition.id == Application.edition_id)
            .join(ScreeningList, ScreeningList.id == ScreeningLine.list_id)
            .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
            .where(Application.number == number, Edition.policy_code == self._policy.id)
            .order_by(ScreeningLine.id.desc())
            .limit(1)
        )
        reach = scope.visible(query, context.by, self.permission, OrgUnit.path)
        found = context.session.scalars(reach).one_or_none()
        if found is None:
            raise Refused([Fault("row_screening_unknown", {"number": number}, "number")])
        return found


def _asked(field: RecordField) -> Column:
    return Column(
        field.id,
        field.label,
        READERS[field.type],
        needed=field.required,
        also=headings("screening_results", field.id),
        choices=field.choices or {},
        help=field.help or Label("有结果的行必填", "Needed in rows with a result"),
        kind=field.type,
        once=True,
        beside="result",
    )


def _same_person(line: ScreeningLine, values: Values) -> list[Fault]:
    """The row must be about the person that the number stands for: a shifted column is found so."""
    member, found = line.application.member, []
    name, number = values.get("name"), values.get("id_number")
    if name is not None and name != member.name:
        found.append(Fault("row_other_name", {"name": name}, "name"))
    if number is not None and number != member.id_number:
        found.append(Fault("row_other_identity", {"number": values["number"]}, "id_number"))
    return found


class OtherSchemes(Kind):
    """Whom another scheme aids. Kept sealed, and only to be compared with our own lists."""

    id = "scheme_lists"
    label = Label("其他救助名单", "Lists of other schemes")
    permission = Permission.Screening.UPLOAD
    total = "amount"
    columns = (
        Column("scheme", Label("救助项目名称", "Name of the scheme"), cells.text, needed=True, also=headings("scheme_lists", "scheme"), once=True),
        Column("year", Label("救助年度", "Year of the aid"), cells.integer, needed=True, also=headings("scheme_lists", "year"), kind="integer", once=True),
        Column("name", NAME.label, cells.name, needed=True, also=NAME.also),
        Column("id_number", IDENTITY.label, cells.identity, also=IDENTITY.also, kind="identity", help=Label("没有的须填出生日期", "Without it the date of birth is needed")),
        Column("birth_on", Label("出生日期", "Date of birth"), cells.day, also=headings("scheme_lists", "birth_on"), kind="date"),
        Column("account", Label("银行账号", "Bank account"), cells.account, also=headings("scheme_lists", "account"), kind="account"),
        Column("amount", Label("金额（元）", "Yuan"), cells.money, also=headings("scheme_lists", "amount"), kind="money", once=True),
        Column("note", Label("备注", "Remarks"), cells.long_text, also=headings("scheme_lists", "note"), once=True),
    )  # fmt: skip

    def __init__(self) -> None:
        self._lists: dict[
            tuple[str, int], tuple[int, int]
        ] = {}  # (scheme, year) → (list, new rows)

    def key(self, values: Values) -> tuple[str, ...] | None:
        names = ("scheme", "year", "name", "id_number", "birth_on", "amount", "note")
        return tuple(str(values.get(name)) for name in names)

    def key_label(self) -> Label:
        return Label("人员、金额和备注", "person, amount and remarks")

    def take(self, context: Context, values: Values) -> Taken:
        aided = _aided(values)
        list_, added = self._list(context, str(values["scheme"]), values["year"])
        taken = schemes.put(context.session, list_, aided, context.row)
        if taken == "new":
            self._lists[list_.name, list_.year] = (list_.id, added + 1)
        return taken

    def finish(self, context: Context) -> None:
        for id_, added in self._lists.values():
            known = context.session.get(SchemeList, id_)  # gone where a dry run made it
            if known is not None and added:
                schemes.taken_in(context.session, known, added, by=context.by, at=context.at)
        self._lists = {}

    def _list(self, context: Context, name: str, year: object) -> tuple[SchemeList, int]:
        if not isinstance(year, int):
            raise TypeError("the column reads a whole number")
        id_, added = self._lists.get((name, year), (0, 0))
        known = context.session.get(SchemeList, id_) if id_ else None
        found = known or schemes.list_for(
            context.session, name, year, context.filename, by=context.by, at=context.at
        )
        return found, added


def _aided(values: Values) -> Aided:
    birth, amount = values.get("birth_on"), values.get("amount")
    number = values.get("id_number")
    if number is None and not isinstance(birth, date):
        raise Refused([Fault("row_needs_birth", {}, "birth_on")])
    return Aided(
        name=str(values["name"]),
        id_number=None if number is None else str(number),
        birth_on=birth if isinstance(birth, date) else None,
        account=None if values.get("account") is None else str(values["account"]),
        fen=int(amount * 100) if isinstance(amount, Decimal) else None,
        note=None if values.get("note") is None else str(values["note"]),
    )
