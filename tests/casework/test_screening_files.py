"""Screening by file and by comparison (R-4.4.1, R-4.4.2)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import likenesses, schemes, screening_files, screenings, workbooks
from casework.attachments import Upload
from casework.screening_files import COLUMNS
from engine.faults import Refused
from models.applications import Application
from models.members import HouseholdPerson
from models.schemes import MatchState, SchemeList, ScreeningMatch
from models.screenings import ScreeningList
from tests import factories as make
from tests.casework.office import Office, codes, met, noon, open_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_office)


def exported(office: Office, entered: ScreeningList) -> list[dict[str, str]]:
    """The rows of the workbook that goes out."""
    content = screening_files.export(
        office.session, entered, by=office.staff["screener"], at=noon(13)
    )
    return [dict(row.values) for row in workbooks.read("out.xlsx", content, COLUMNS)]


def imported(office: Office, entered: ScreeningList, rows: list[dict[str, str]]) -> None:
    content = workbooks.write("筛查", COLUMNS, rows)
    screening_files.import_results(
        office.session,
        entered,
        Upload("结果.xlsx", content),
        {"screened_on": date(2010, 12, 14)},
        by=office.staff["screener"],
        at=noon(14),
    )


def two_entered(office: Office) -> tuple[Application, Application, ScreeningList]:
    one = office.application("screening", member=make.member(office.session, office.tree.branch))
    two = office.application("screening", member=make.member(office.session, office.tree.branch))
    return one, two, office.enter(one, two)


# -- the file


def test_r_4_4_1_the_list_goes_out_with_numbers_as_text_and_no_cause_or_amount(
    office: Office,
) -> None:
    one, _two, entered = two_entered(office)
    rows = exported(office, entered)
    assert set(rows[0]) == {"number", "name", "id_number", "kind", "result", "reason"}
    assert rows[0]["id_number"] == one.member.id_number
    assert "因病" not in str(rows)
    assert "600" not in str([row["kind"] for row in rows])


def test_r_4_4_1_results_come_back_by_file_and_each_moves_on_or_ends(office: Office) -> None:
    one, two, entered = two_entered(office)
    rows = exported(office, entered)
    rows[0]["result"] = "通过"
    rows[1] |= {"result": "不通过", "reason": "名下有营运车辆"}
    imported(office, entered, rows)
    assert (one.stage, str(two.status)) == ("transfer", "refused")


def test_r_4_4_1_every_fault_of_every_row_is_said_at_once_and_nothing_is_recorded(
    office: Office,
) -> None:
    one, two, entered = two_entered(office)
    rows = exported(office, entered)
    rows[0] |= {"result": "也许", "name": "别人"}
    rows[1] |= {"result": "不通过", "id_number": one.member.id_number or ""}
    rows.append({**rows[0], "number": "2010-999999", "result": "通过"})
    rows.append({**rows[1]})
    with pytest.raises(Refused) as refused:
        imported(office, entered, rows)
    assert met(refused) == [
        ("screening_row_result", "row:2"),
        ("screening_row_name", "row:2"),
        ("screening_row_reason", "row:3"),
        ("screening_row_identity", "row:3"),
        ("screening_row_unknown", "row:4"),
        ("screening_row_twice", "row:5"),
        ("screening_row_reason", "row:5"),
        ("screening_row_identity", "row:5"),
    ]
    assert (one.stage, two.stage) == ("screening", "screening")


def test_a_row_without_a_result_waits_and_a_file_without_any_is_refused(office: Office) -> None:
    one, two, entered = two_entered(office)
    rows = exported(office, entered)
    with pytest.raises(Refused) as refused:
        imported(office, entered, rows)
    assert codes(refused) == ["screening_no_results"]
    rows[0]["result"] = "筛查无误"
    imported(office, entered, rows)
    assert (one.stage, two.stage) == ("transfer", "screening")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"name,result\n", b"%PDF-1.4"])
def test_a_file_that_is_no_workbook_is_refused_in_words(office: Office, content: bytes) -> None:
    _one, _two, entered = two_entered(office)
    with pytest.raises(Refused) as refused:
        screening_files.import_results(
            office.session,
            entered,
            Upload("结果.xlsx", content),
            {"screened_on": date(2010, 12, 14)},
            by=office.staff["screener"],
            at=noon(14),
        )
    assert codes(refused)[0].startswith("workbook_")


def test_a_formula_in_a_name_is_written_as_text(office: Office) -> None:
    content = workbooks.write("甲", COLUMNS, [{"number": "1", "name": "=1+1"}])
    assert workbooks.read("x.xlsx", content, COLUMNS[:2])[0].get("name") == "=1+1"


def test_only_who_screens_imports(office: Office) -> None:
    _one, _two, entered = two_entered(office)
    with pytest.raises(Refused) as refused:
        screening_files.import_results(
            office.session, entered, Upload("x", b""), {}, by=office.staff["finance"], at=noon(14)
        )
    assert codes(refused) == ["not_permitted"]


# -- other schemes


def scheme(office: Office, name: str, id_number: str, year: int = 2010) -> SchemeList:
    by = office.staff["screener"]
    made = schemes.list_for(office.session, "城乡低保", year, "低保.xlsx", by=by, at=noon(12))
    assert schemes.put(office.session, made, schemes.Aided(name, id_number), 2) == "new"
    return made


def test_r_4_4_1_a_list_of_another_scheme_says_what_it_is_and_nobody_else_hands_one_in(
    office: Office,
) -> None:
    given = {"by": office.staff["screener"], "at": noon(12)}
    with pytest.raises(Refused) as refused:
        schemes.list_for(office.session, " ", 1999, "a.xlsx", **given)
    assert codes(refused) == ["scheme_name_missing", "scheme_year"]
    with pytest.raises(Refused) as refused:
        schemes.list_for(
            office.session, "低保", 2010, "a.xlsx", by=office.staff["finance"], at=noon(12)
        )
    assert codes(refused) == ["not_permitted"]


# -- likenesses


def found(office: Office, entered: ScreeningList) -> list[tuple[str, str]]:
    """(kind, whose line) of every likeness."""
    rows = office.session.scalars(select(ScreeningMatch).order_by(ScreeningMatch.id)).all()
    return [(row.kind, row.line.application.number) for row in rows]


def alone(office: Office, **given: Any) -> Application:
    """An application of somebody with a name and birth of his own."""
    number = make.id_number(birth=date(1944, 2, 3))
    given = {"name": "欧阳独", "birth_on": date(1944, 2, 3), "id_number": number, **given}
    member = make.member(office.session, given.pop("branch", office.tree.branch), **given)
    return office.application("screening", member=member)


def test_r_4_4_1_the_same_number_in_any_form_in_another_list_is_found(office: Office) -> None:
    one = alone(office)
    number = one.member.id_number or ""
    old_form = number[:6] + number[8:17]
    scheme(office, "欧阳独", old_form.lower())
    entered = office.enter(one)
    assert found(office, entered) == [("identity", one.number)]


def test_r_4_4_1_the_same_account_household_and_name_are_found(office: Office) -> None:
    one = alone(office, bank_account="6222 0000 1111 2222")
    two = alone(office, name="司马同", bank_account="6222000011112222", branch=office.tree.sibling)
    three = alone(office, name="司马同", branch=office.tree.sibling)
    home = make.household(office.session, one.member)
    home.persons.append(
        HouseholdPerson(name="司马同", relation="配偶", id_number=three.member.id_number)
    )
    office.session.flush()
    entered = office.enter(one)
    assert sorted(found(office, entered)) == [
        ("account", one.number),
        ("household", one.number),
    ]
    later = office.enter(two)
    kinds = [each for each in found(office, later) if each[1] == two.number]
    assert sorted(kinds) == [("account", two.number), ("name_birth", two.number)]


def test_nobody_is_like_himself_and_looking_again_adds_nothing(office: Office) -> None:
    one = alone(office, bank_account="6222")
    make.household(office.session, one.member)
    entered = office.enter(one)
    assert found(office, entered) == []
    scheme(office, "x", one.member.id_number or "")
    assert likenesses.find(office.session, entered, at=noon(13)) == 1
    assert likenesses.find(office.session, entered, at=noon(13)) == 0


def test_a_list_of_another_year_is_not_compared(office: Office) -> None:
    one = alone(office)
    scheme(office, "x", one.member.id_number or "", year=2009)
    assert found(office, office.enter(one)) == []


def test_r_4_4_2_nobody_passes_while_a_likeness_that_stops_is_open_or_was_a_duplicate(
    office: Office, session: Session
) -> None:
    one = alone(office)
    scheme(office, "x", one.member.id_number or "")
    entered = office.enter(one)
    with pytest.raises(Refused) as refused:
        office.screen(entered)
    assert met(refused) == [("match_open", one.number)]
    match = session.scalars(select(ScreeningMatch)).one()
    by = office.staff["screener"]
    with pytest.raises(Refused) as refused:
        likenesses.settle(session, match, duplicate=True, note=" ", by=by, at=noon(14))
    assert codes(refused) == ["match_note_missing"]
    likenesses.settle(session, match, duplicate=True, note="低保已发同一事项", by=by, at=noon(14))
    with pytest.raises(Refused) as refused:
        likenesses.settle(session, match, duplicate=False, note="再看", by=by, at=noon(14))
    assert codes(refused) == ["match_settled"]
    with pytest.raises(Refused) as refused:
        office.screen(entered)
    assert codes(refused) == ["match_duplicate"]
    assert one.stage == "screening"
    screenings.record_results(
        session,
        entered,
        {"screened_on": date(2010, 12, 14)},
        {one.id: {"result": "fail", "reason": "重复"}},
        by=by,
        at=noon(14),
    )
    assert str(one.status) == "refused"


def test_a_likeness_that_was_cleared_lets_him_pass(office: Office, session: Session) -> None:
    one = alone(office)
    scheme(office, "x", one.member.id_number or "")
    entered = office.enter(one)
    match = session.scalars(select(ScreeningMatch)).one()
    by = office.staff["screener"]
    likenesses.settle(session, match, duplicate=False, note="不同事项", by=by, at=noon(14))
    assert match.state == MatchState.CLEARED
    office.screen(entered)
    assert one.stage == "transfer"


def test_only_who_may_compare_settles(office: Office, session: Session) -> None:
    one = alone(office)
    scheme(office, "x", one.member.id_number or "")
    office.enter(one)
    match = session.scalars(select(ScreeningMatch)).one()
    for role in ("branch_clerk", "committee_clerk", "finance", "department_leader"):
        with pytest.raises(Refused) as refused:
            likenesses.settle(
                session, match, duplicate=False, note="x", by=office.staff[role], at=noon(14)
            )
        assert codes(refused) == ["not_permitted"]
