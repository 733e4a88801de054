"""Members and their households from workbooks. Moves nobody and verifies nothing."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from casework import members, worksheets
from casework.access import require
from casework.clock import day_of
from casework.imports import cells
from casework.imports.cells import Column
from casework.imports.kinds import (
    IDENTITY,
    NAME,
    UNIT,
    Context,
    Kind,
    Taken,
    Units,
    Values,
    given,
    member_of,
    person_faults,
)
from casework.imports.spellings import headings, values
from casework.permissions import Permission
from casework.worksheets import ItemRow, PersonRow
from engine.faults import Fault, Refused
from engine.labels import Label
from models.members import Household, Hukou, ItemKind, Member, MemberStatus, Sex
from models.orgs import OrgUnit

SEX = {Sex.MALE.value: Label("男", "Male"), Sex.FEMALE.value: Label("女", "Female")}
STANDING = {
    one.value: Label(f"{{word.standing_{one.value}}}", f"{{word.Standing_{one.value}}}")
    for one in MemberStatus
}
HUKOU = {
    Hukou.URBAN.value: Label("城镇", "Urban"),
    Hukou.RURAL.value: Label("农村", "Rural"),
}
ITEMS = {
    ItemKind.INCOME.value: Label("收入", "Income"),
    ItemKind.SUBSIDY.value: Label("补贴", "Subsidy"),
    ItemKind.MEDICAL_COST.value: Label("自付医疗费", "Self-paid medical cost"),
    ItemKind.DISASTER_COST.value: Label("灾害支出", "Disaster cost"),
}


def _sex(cell: object, column: Column) -> Sex:
    return Sex(cells.choice(cell, column))


def _standing(cell: object, column: Column) -> MemberStatus:
    return MemberStatus(cells.choice(cell, column))


def _hukou(cell: object, column: Column) -> Hukou:
    return Hukou(cells.choice(cell, column))


def _item(cell: object, column: Column) -> ItemKind:
    return ItemKind(cells.choice(cell, column))


def _phone(cell: object, column: Column) -> str:
    return cells.account(cell, column)


class Members(Kind):
    """People of the branches: new ones are registered, known ones are brought up to date."""

    id = "members"
    label = Label("人员名单", "People")
    permission = Permission.Member.IMPORT
    columns = (
        UNIT,
        Column("name", NAME.label, cells.name, needed=True, also=NAME.also, example="王建国"),
        IDENTITY,
        Column("sex", Label("性别", "Sex"), _sex, choices=SEX, spelled=values("sex"), kind="choice"),
        Column("ethnic", Label("民族", "Ethnic group"), cells.text, example="汉族"),
        Column("birth_on", Label("出生日期", "Date of birth"), cells.day, also=headings("members", "birth_on"), kind="date"),
        Column("joined_on", Label("{word.joined_on}", "{word.Joined_on}"), cells.day, also=headings("members", "joined_on"), kind="date"),
        Column("status", Label("身份", "Standing"), _standing, also=headings("members", "status"), choices=STANDING, spelled=values("standing"), kind="choice"),
        Column("hukou", Label("户口", "Registration"), _hukou, also=headings("members", "hukou"), choices=HUKOU, spelled=values("hukou"), kind="choice"),
        Column("hukou_label", Label("户口（证上写法）", "Registration as printed"), cells.text),
        Column("phone", Label("联系电话", "Phone"), _phone, also=headings("members", "phone"), kind="account"),
        Column("bank_name", Label("开户银行", "Bank"), cells.text, also=headings("members", "bank_name")),
        Column("bank_account", Label("银行账号", "Bank account"), cells.account, also=headings("members", "bank_account"), kind="account"),
        Column("address", Label("家庭住址", "Home address"), cells.long_text, also=headings("members", "address")),
        Column("can_help_skills", Label("技能特长", "Skills"), cells.long_text, also=headings("members", "can_help_skills")),
        Column("household_size", Label("家庭人口", "People in the household"), cells.integer, also=headings("members", "household_size"), kind="integer"),
    )  # fmt: skip
    _FIELDS = tuple(c.id for c in columns if c.id not in ("unit", "household_size"))

    def __init__(self) -> None:
        self._units = Units(Permission.Member.IMPORT)
        self._held: dict[int, OrgUnit] = {}  # else the session forgets a branch after each row

    key_names = frozenset({"id_number"})

    def key(self, values: Values) -> tuple[str, ...] | None:
        return (str(values["id_number"]),) if values.get("id_number") else None

    def also_wrong(self, context: Context, values: Values, unread: AbstractSet[str]) -> list[Fault]:
        known = None if "id_number" in unread else self._known(context, values)
        found: list[Fault] = []
        unit = values.get("unit")
        if "unit" not in unread and (known is None or unit is not None):
            try:
                self._unit(context, unit)
            except Refused as refused:
                found += refused.faults
        fields = given(values, self._FIELDS)
        now = {name: getattr(known, name) for name in members.FIELDS} if known else {}
        wrong = members.faults(context.session, {**now, **fields}, day_of(context.at), known)
        return found + [fault for fault in wrong if fault.where not in unread]

    def take(self, context: Context, values: Values) -> Taken:
        known = self._known(context, values)
        taken, member = self._member(context, values, known)
        size = values.get("household_size")
        if isinstance(size, int) and _put_size(context, member, size) and taken == "same":
            return "changed"
        return taken

    def _known(self, context: Context, values: Values) -> Member | None:
        return context.session.scalars(
            select(Member).where(Member.id_number.matches(str(values["id_number"])))
        ).one_or_none()

    def _unit(self, context: Context, unit: object) -> int:
        label = next(column.label for column in self.columns if column.id == UNIT.id)
        return self._units.find(context, None if unit is None else str(unit), label)

    def _member(
        self, context: Context, values: Values, known: Member | None
    ) -> tuple[Taken, Member]:
        unit = values.get("unit")
        org_id = self._unit(context, unit) if known is None or unit else known.org_id
        fields = given(values, self._FIELDS)
        if known is None:
            org = self._held[org_id] = context.session.get_one(OrgUnit, org_id)
            require(context.session, context.by, Permission.Member.IMPORT, org_id)
            return "new", members.register(
                context.session, org, fields, by=context.by, at=context.at
            )
        member = member_of(context, {"id_number": values["id_number"]}, Permission.Member.IMPORT)
        if member.org_id != org_id:
            raise Refused([Fault("row_person_moved", {"org": member.org.name}, "unit")])
        changed = {n: v for n, v in fields.items() if getattr(member, n) != v}
        if not changed:
            return "same", member
        members.update(
            context.session,
            member,
            changed,
            by=context.by,
            at=context.at,
            expected_version=member.version,
        )
        return "changed", member


class Persons(Kind):
    """Who lives with a member: one row for each person."""

    id = "persons"
    label = Label("家庭成员", "People of the household")
    permission = Permission.Member.IMPORT
    columns = (
        IDENTITY,
        NAME,
        Column("person_name", Label("家庭成员姓名", "Name of the person in the household"), cells.name, needed=True, also=headings("persons", "person_name")),
        Column("relation", Label("与本人关系", "Relation"), cells.text, needed=True, also=headings("persons", "relation"), example="配偶"),
        Column("person_birth_on", Label("家庭成员出生日期", "Their date of birth"), cells.day, also=headings("persons", "person_birth_on"), kind="date"),
        Column("person_id_number", Label("家庭成员身份证号码", "Their identity number"), cells.identity, also=headings("persons", "person_id_number"), kind="identity"),
        Column("can_work", Label("有劳动能力", "Able to work"), cells.yes_no, also=headings("persons", "can_work"), kind="yes_no"),
        Column("occupation", Label("职业或学校", "Work or school"), cells.text, also=headings("persons", "occupation")),
        Column("note", Label("健康及备注", "Health and remarks"), cells.long_text, also=headings("persons", "note")),
    )  # fmt: skip

    key_names = frozenset({"id_number", "person_name", "relation"})

    def key(self, values: Values) -> tuple[str, ...] | None:
        return (str(values["id_number"]), str(values["person_name"]), str(values["relation"]))

    def also_wrong(self, context: Context, values: Values, unread: AbstractSet[str]) -> list[Fault]:
        return person_faults(context, values, unread, self.permission)

    def key_label(self) -> Label:
        return Label("家庭成员", "person of the household")

    def take(self, context: Context, values: Values) -> Taken:
        member = member_of(context, values, Permission.Member.IMPORT)
        row = PersonRow(
            name=str(values["person_name"]),
            relation=str(values["relation"]),
            birth_on=values.get("person_birth_on"),  # type: ignore[arg-type]  # the column reads a date
            id_number=values.get("person_id_number"),  # type: ignore[arg-type]  # or a number
            can_work=values.get("can_work"),  # type: ignore[arg-type]  # or yes or no
            occupation=values.get("occupation"),  # type: ignore[arg-type]  # or a text
            note=values.get("note"),  # type: ignore[arg-type]  # or a text
        )
        persons = _persons(member.household)
        for place, old in enumerate(persons):
            if (old.name, old.relation) == (row.name, row.relation):
                row = _over(old, row)
                if row == old:
                    return "same"
                persons[place] = row
                _put(context, member, persons=persons)
                return "changed"
        size = member.household.size if member.household else None
        grown = len(persons) + 2 if size is not None and len(persons) + 2 > size else size
        _put(context, member, persons=[*persons, row], size=grown)
        return "new"


class Items(Kind):
    """Incomes and self-paid costs of households. They count once somebody has verified them."""

    id = "items"
    label = Label("家庭收支", "Household incomes and costs")
    permission = Permission.Member.IMPORT
    total = "amount"
    columns = (
        IDENTITY,
        NAME,
        Column("kind", Label("类别", "Kind"), _item, needed=True, also=headings("items", "kind"), choices=ITEMS, spelled=values("item"), kind="choice"),
        Column("item", Label("项目", "Item"), cells.text, needed=True, also=headings("items", "item"), example="退休金"),
        Column("who", Label("归属", "Whose"), cells.text, also=headings("items", "who")),
        Column("amount", Label("年金额（元）", "Yuan per year"), cells.money, needed=True, also=headings("items", "amount"), kind="money"),
        Column("proof", Label("证明材料", "Proof"), cells.text, also=headings("items", "proof")),
    )  # fmt: skip

    key_names = frozenset({"id_number", "kind", "item", "who"})

    def key(self, values: Values) -> tuple[str, ...] | None:
        return tuple(str(values.get(n)) for n in ("id_number", "kind", "item", "who"))

    def also_wrong(self, context: Context, values: Values, unread: AbstractSet[str]) -> list[Fault]:
        return person_faults(context, values, unread, self.permission)

    def key_label(self) -> Label:
        return Label("收支项目", "item")

    def take(self, context: Context, values: Values) -> Taken:
        member = member_of(context, values, Permission.Member.IMPORT)
        amount = values["amount"]
        fen = int(amount * 100) if isinstance(amount, Decimal) else 0
        kind, label, who = values["kind"], str(values["item"]), values.get("who")
        items = _items(member.household)
        for place, old in enumerate(items):
            if (old.kind, old.label, old.who) == (kind, label, who):
                if old.fen_per_year == fen:
                    return "same"
                items[place] = ItemRow(old.kind, label, fen, old.who, old.proof, False, old.id)
                _put(context, member, items=items)
                return "changed"
        row = ItemRow(ItemKind(str(kind)), label, fen, _text(who), _text(values.get("proof")))
        _put(context, member, items=[*items, row])
        return "new"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _over(old: PersonRow, new: PersonRow) -> PersonRow:
    """The new row with the old one's values where the new one is blank."""
    return PersonRow(
        *(
            getattr(new, name) if getattr(new, name) is not None else getattr(old, name)
            for name in PersonRow.__slots__
        )
    )


def _put_size(context: Context, member: Member, size: int) -> bool:
    household = member.household
    if household is not None and household.size == size:
        return False
    try:
        _put(context, member, size=size)
    except Refused as refused:  # the cell is named by its column
        raise Refused(
            replace(fault, where="household_size") if fault.where == "size" else fault
            for fault in refused.faults
        ) from None
    return True


def _put(
    context: Context,
    member: Member,
    *,
    size: int | None = None,
    persons: list[PersonRow] | None = None,
    items: list[ItemRow] | None = None,
) -> None:
    """The worksheet with these parts in place of its own."""
    household = member.household
    worksheets.put(
        context.session,
        member,
        size=size if size is not None else (household.size if household else None),
        persons=_persons(household) if persons is None else persons,
        items=_items(household) if items is None else items,
        by=context.by,
        at=context.at,
        expected_version=household.version if household else None,
        note=household.note if household else None,
    )


def _persons(household: Household | None) -> list[PersonRow]:
    return [
        PersonRow(p.name, p.relation, p.birth_on, p.id_number, p.can_work, p.occupation, p.note)
        for p in (household.persons if household else ())
    ]


def _items(household: Household | None) -> list[ItemRow]:
    return [
        ItemRow(i.kind, i.label, i.fen_per_year, i.who, i.proof, i.verified, i.id)
        for i in (household.items if household else ())
    ]
