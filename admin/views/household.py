"""The household worksheet of one member, edited as a whole. Writing is casework's (worksheets)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

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
from sqlalchemy import select

from admin import acting
from admin.acting import Outcome, attempt, load
from admin.extensions import db
from admin.i18n import _l
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import DASH, mask, yuan, zhdate
from admin.views.both_versions import Line
from admin.views.fields import EXAMPLE, Versioned, long_words, number
from admin.views.words import ITEM
from casework import people, worksheets
from casework.permissions import Permission
from casework.scope import may
from casework.worksheets import ItemRow, PersonRow
from casework.written_days import read_day
from engine.faults import Fault
from engine.source import parse_money
from models import Household, ItemKind, Member, OrgUnit

household = Blueprint("household", __name__)
MOST_ROWS = 60


class SheetForm(Versioned):
    """The head of the sheet; its rows are read by `rows`."""

    size = number(_l("People in the household"), 1, worksheets.MOST)
    note = long_words(_l("Remarks"), most=1000)


def member_or_404(identifier: int) -> Member:
    """A member whose data the person may write."""
    query = select(Member).join(OrgUnit, OrgUnit.id == Member.org_id).where(Member.id == identifier)
    return load(query, Permission.Member.WRITE, OrgUnit.path)


def typed_rows(prefix: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows as typed: `item-3-label` and so on, in the order of their numbers; blank rows left out."""
    numbers: set[int] = set()
    for key in request.form:
        parts = key.split("-")
        if len(parts) == 3 and parts[0] == prefix and parts[1].isascii() and parts[1].isdigit():
            numbers.add(int(parts[1][:6]))
    rows = []
    for at in sorted(numbers)[:MOST_ROWS]:
        row = {name: request.form.get(f"{prefix}-{at}-{name}", "").strip()[:400] for name in names}
        if any(text for name, text in row.items() if name not in ("kind", "id", "can_work")):
            rows.append(row)
    return rows


ITEM_FIELDS = ("id", "kind", "label", "who", "yuan", "proof", "verified")
PERSON_FIELDS = ("id", "name", "relation", "birth_on", "id_number", "can_work", "occupation")


def read_items(rows: list[dict[str, str]]) -> tuple[list[ItemRow], list[str]]:
    """Rows for the verb and what could not be read, in words."""
    found, wrong = [], []
    kinds = {kind.value: kind for kind in ItemKind}
    for at, row in enumerate(rows, 1):
        fen = parse_money(row["yuan"].replace(",", "").replace("，", ""))
        if fen is None or fen < 0 or fen >= 10**13:
            wrong.append(
                _("Row %(row)d: write the amount in yuan, such as 12000 or 350.50.", row=at)
            )
            fen = 0
        if row["kind"] not in kinds:
            wrong.append(_("Row %(row)d: choose what kind it is.", row=at))
        found.append(
            ItemRow(
                kind=kinds.get(row["kind"], ItemKind.INCOME),
                label=row["label"][:200],
                fen_per_year=fen,
                who=row["who"][:200] or None,
                proof=row["proof"] or None,
                verified=row["verified"] == "yes",
                id=acting.identifier(row["id"]),
            )
        )
    return found, wrong


def read_persons(
    rows: list[dict[str, str]], sheet: Household | None
) -> tuple[list[PersonRow], list[str]]:
    """Rows for the verb and what could not be read, in words. An identity number that was left
    blank stays as it is on file: the page never had it."""
    found, wrong = [], []
    on_file = {str(person.id): person.id_number for person in sheet.persons} if sheet else {}
    for row in rows:
        born: date | None = None
        if row["birth_on"]:
            born = read_day(row["birth_on"])
            if born is None:
                wrong.append(
                    _(
                        "%(name)s: write the date of birth such as %(day)s.",
                        name=row["name"],
                        day=zhdate(EXAMPLE),
                    )
                )
        found.append(
            PersonRow(
                name=row["name"][:200],
                relation=row["relation"][:200],
                birth_on=born,
                id_number=row["id_number"][:30] or on_file.get(row["id"]),
                can_work={"yes": True, "no": False}.get(row["can_work"]),
                occupation=row["occupation"] or None,
            )
        )
    return found, wrong


def stored_rows(sheet: Household | None) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The sheet as the page shows it: items, persons."""
    if sheet is None:
        return [], []
    items = [
        {
            "id": str(item.id),
            "kind": item.kind.value,
            "label": item.label,
            "who": item.who or "",
            "yuan": f"{item.fen_per_year // 100}.{item.fen_per_year % 100:02d}",
            "proof": item.proof or "",
            "verified": "yes" if item.verified else "",
        }
        for item in sheet.items
    ]
    persons = [
        {
            "id": str(person.id),
            "name": person.name,
            "relation": person.relation,
            "birth_on": person.birth_on.isoformat() if person.birth_on else "",
            "id_number": "",
            "can_work": {True: "yes", False: "no", None: ""}[person.can_work],
            "occupation": person.occupation or "",
        }
        for person in sheet.persons
    ]
    return items, persons


@household.route("/members/<int:number>/household", methods=["GET", "POST"])
@requires(Permission.Member.WRITE)
def edit(number: int) -> ResponseReturnValue:
    """The whole sheet on one page."""
    member = member_or_404(number)
    sheet = member.household
    if request.method == "GET":
        form = SheetForm(None, obj=sheet)
        form.version.data = str(sheet.version) if sheet else ""
        return page(member, form, *stored_rows(sheet))
    form = SheetForm(request.form)
    items, persons = typed_rows("item", ITEM_FIELDS), typed_rows("person", PERSON_FIELDS)
    item_rows, wrong = read_items(items)
    person_rows, wrong_persons = read_persons(persons, sheet)
    wrong += wrong_persons
    if not form.validate() or wrong:
        return make_response(page(member, form, items, persons, wrong), 422)
    outcome: Outcome[Household] = attempt(
        lambda session, by, at: worksheets.put(
            session,
            member,
            size=form.size.data,
            persons=person_rows,
            items=item_rows,
            by=by,
            at=at,
            expected_version=form.opened_on(),
            note=form.note.data,
        ),
        "household.put",
        "member",
        number,
    )
    if outcome.faults:
        again = member_or_404(number)
        versions: list[Line] = []
        if outcome.status == 409 and again.household is not None:
            form.version.data = str(again.household.version)
            versions = compared(form, items, persons, again.household)
            catch_up(items, persons, again.household)
            code = "edge_versions" if versions else "edge_versions_alike"
            outcome = Outcome(None, (Fault(code, {"name": again.name}),))
        return acting.refused(outcome, lambda: page(again, form, items, persons, (), versions))
    flash(_("Saved."), "success")
    return redirect(url_for("members.details_view", id=number))


def compared(
    form: SheetForm,
    items: list[dict[str, str]],
    persons: list[dict[str, str]],
    sheet: Household,
) -> list[Line]:
    """What differs between the sheet as somebody else has just saved it and the one typed; rows are
    told as a whole, since the log counts them only."""
    stored_items, stored_persons = stored_rows(sheet)
    three = (
        (form.size.label.text, _plain(sheet.size), _plain(form.size.data)),
        (_("Incomes and costs"), _told(stored_items, _item), _told(items, _item)),
        (_("People in the household"), _told(stored_persons, _one), _told(persons, _one)),
        (form.note.label.text, _plain(sheet.note), _plain(form.note.data)),
    )
    return [Line(str(label), "", now, mine, True) for label, now, mine in three if now != mine]


def catch_up(items: list[dict[str, str]], persons: list[dict[str, str]], sheet: Household) -> None:
    """Tie the typed rows to those of the sheet as it is now: rows were written anew with it, and a
    number left blank must still find its person."""
    stored_items, stored_persons = stored_rows(sheet)
    _tie(items, stored_items, lambda row: (*_item(row),))
    _tie(persons, stored_persons, lambda row: (row["name"], row["relation"]))


def _tie(
    rows: list[dict[str, str]],
    stored: list[dict[str, str]],
    alike: Callable[[dict[str, str]], tuple[str, ...]],
) -> None:
    left = {row["id"]: alike(row) for row in stored}
    for row in rows:
        same = (number for number, one in left.items() if one == alike(row))
        row["id"] = row["id"] if row["id"] in left else next(same, "")
        left.pop(row["id"], None)


def _item(row: dict[str, str]) -> tuple[str, ...]:
    """What a row of incomes and costs says."""
    fen = parse_money(row["yuan"].replace(",", "").replace("，", ""))
    kind = next((str(words) for one, words in ITEM.items() if one.value == row["kind"]), "")
    return kind, row["label"], row["who"], yuan(fen), row["proof"]


def _one(row: dict[str, str]) -> tuple[str, ...]:
    """What a row of people says; of the number what may be shown, where one was typed."""
    born, number = row["birth_on"], row["id_number"]
    able = {"yes": _("able to work"), "no": _("not able to work")}.get(row["can_work"], "")
    shown = (born and zhdate(read_day(born)), number and mask(number, "id_number"))
    return row["name"], row["relation"], *map(str, shown), str(able), row["occupation"]


def _told(rows: list[dict[str, str]], say: Callable[[dict[str, str]], tuple[str, ...]]) -> str:
    texts = [" ".join(part for part in say(row) if part) for row in rows]
    return str(_("; ")).join(sorted(texts)) or DASH


def _plain(value: object) -> str:
    return DASH if value in (None, "") else str(value)


def masks(sheet: Household | None) -> dict[str, str]:
    """Number of a person's row → his identity number as it may be shown."""
    persons = sheet.persons if sheet else []
    return {str(p.id): mask(p.id_number, "id_number") for p in persons if p.id_number}


def said_of(sheet: Household | None) -> dict[str, list[str]]:
    """Number of a row → who entered it, who checked it."""
    items = sheet.items if sheet else []
    ids = [number for item in items for number in (item.entered_by_id, item.verified_by_id)]
    called = people.names(db.session(), ids)
    found: dict[str, list[str]] = {}
    for item in items:
        texts = found.setdefault(str(item.id), [])
        if item.entered_by_id in called:
            texts.append(_("entered by %(name)s", name=called[item.entered_by_id]))
        if item.verified_by_id in called:
            texts.append(_("verified by %(name)s", name=called[item.verified_by_id]))
    return found


def left_to(sheet: Household | None) -> set[str]:
    """Numbers of the rows that this person may check: somebody else entered them."""
    by = actor()
    items = sheet.items if sheet else []
    return {str(i.id) for i in items if not worksheets.second_person_faults(i, by)}


def page(
    member: Member,
    form: SheetForm,
    items: list[dict[str, str]],
    persons: list[dict[str, str]],
    wrong: list[str] | tuple[str, ...] = (),
    versions: Sequence[Line] = (),
) -> str:
    """The page with these rows and a blank one of each."""
    blank: Mapping[str, Any] = dict.fromkeys((*ITEM_FIELDS, *PERSON_FIELDS), "")
    return render_template(
        "members/household.html",
        member=member,
        form=form,
        items=items,
        persons=persons,
        wrong=wrong,
        versions=versions,
        blank=blank,
        kinds=ITEM,
        masks=masks(member.household),
        said=said_of(member.household),
        others=left_to(member.household),
        may_verify=may(actor(), Permission.Member.VERIFY_HOUSEHOLD, member.org.path),
    )


def install(app: Flask) -> None:
    """Bind the page."""
    app.register_blueprint(household)
