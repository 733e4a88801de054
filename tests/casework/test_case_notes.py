"""Notes on an application: who reads and writes them, what stays, what never tells on an objector.
And saved changes of a draft put back to an earlier version."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import applications, case_notes, put_back
from casework.people import Actor
from engine.faults import Refused
from models import Application, AuditRecord, CaseNote, HouseholdPerson
from models.audit import verify
from tests.casework.bureau import Bureau, applicant, register, walk
from tests.casework.office import noon, open_office
from tests.casework.test_notices import objected
from tests.factories import NOW
from tests.ground import Ground

SAID = "电话联系，本人住院，下周再访"
NAME, PHONE = "钱知情人", "139-7777 6666"


def refused(*codes: str) -> pytest.RaisesExc[Refused]:
    """The refusal with exactly these reasons."""
    return pytest.raises(Refused, check=lambda error: [f.code for f in error.faults] == [*codes])


def write(
    bureau: Bureau, case: Application, who: str, words: str, *, inner: bool = False
) -> CaseNote:
    return case_notes.write(bureau.session, case, words, inner_only=inner, by=bureau[who], at=NOW)


def read(session: Session, case: Application, by: Actor) -> list[str | None]:
    found = case_notes.of(session, case, by)
    assert all(one.intact for one in found)
    return [one.note.content for one in found]


def test_a_note_is_kept_for_ever_and_taken_back_by_its_author_alone(bureau: Bureau) -> None:
    session = bureau.session
    case = register(bureau, applicant(bureau))
    version = case.version
    note = write(bureau, case, "clerk", f"  {SAID}\r\n ")
    assert case.version == version, "a note changes nothing of the application"
    for who in ("clerk", "verifier", "committee_clerk", "reviewer", "leader", "auditor"):
        assert read(session, case, bureau[who]) == [SAID], who
    for who in ("neighbour", "other_verifier", "screener", "finance", "administrator"):
        assert read(session, case, bureau[who]) == [], who
    for who, code in (("neighbour", "out_of_scope"), ("screener", "not_permitted")):
        with refused(code):
            write(bureau, case, who, "看不到")
    with refused("note_inspector"):
        write(bureau, case, "auditor", "监督意见")
    with refused("note_empty"):
        write(bureau, case, "clerk", " \n ")
    with refused("note_long"):
        write(bureau, case, "clerk", "长" * (case_notes.MOST + 1))
    with refused("note_twice"):
        write(bureau, case, "clerk", SAID)
    with refused("note_not_yours"):
        case_notes.withdraw(session, note, "不是我写的", by=bureau["verifier"], at=NOW)
    with refused("note_empty"):
        case_notes.withdraw(session, note, " ", by=bureau["clerk"], at=NOW)
    case_notes.withdraw(session, note, "写错了人", by=bureau["clerk"], at=NOW)
    with refused("note_withdrawal_done"):
        case_notes.withdraw(session, note, "再撤一次", by=bureau["clerk"], at=NOW)
    (one,) = case_notes.of(session, case, bureau["verifier"])
    assert one.note.content == SAID
    assert one.withdrawn is not None
    assert one.withdrawn.content == "写错了人"
    write(bureau, case, "clerk", SAID)  # taken back, so it may be said again
    logged = [r for r in session.query(AuditRecord) if r.object_type == "case_note"]
    assert [r.action for r in logged] == ["note.note", "note.withdrawal", "note.note"]
    assert not any(SAID in str(r.data) or "写错了人" in str(r.data) for r in logged)
    assert verify(session) == []


@pytest.mark.parametrize(
    "statement", ["DELETE FROM case_note", "UPDATE case_note SET by_id = by_id + 1"]
)
def test_a_note_can_be_neither_removed_nor_given_to_another(bureau: Bureau, statement: str) -> None:
    write(bureau, register(bureau, applicant(bureau)), "clerk", SAID)
    with pytest.raises(IntegrityError):
        bureau.session.execute(text(statement))


def test_a_text_written_over_below_the_program_is_found_out(bureau: Bureau) -> None:
    case = register(bureau, applicant(bureau))
    note = write(bureau, case, "clerk", SAID)
    note.content = "另一段话"
    bureau.session.flush()
    (one,) = case_notes.of(bureau.session, case, bureau["clerk"])
    assert not one.intact


def test_nobody_writes_a_note_on_his_own_or_a_relatives_case(bureau: Bureau) -> None:
    session = bureau.session
    member = applicant(bureau)
    case = register(bureau, member)
    write(bureau, case, "reviewer", "只给审批机关看", inner=True)
    bureau.users["leader"].member_id = member.id
    relative = applicant(bureau, name="刘长河")
    bureau.users["verifier"].member_id = relative.id
    assert member.household is not None
    person = HouseholdPerson(household=member.household, name="刘长河", relation="配偶")
    person.id_number = relative.id_number
    session.add(person)
    session.flush()
    with refused("recusal_self"):
        write(bureau, case, "leader", "我自己的")
    with refused("recusal_relative"):
        write(bureau, case, "verifier", "我家的")
    assert read(session, case, bureau["reviewer"]) == ["只给审批机关看"]
    assert read(session, case, bureau["leader"]) == [], (
        "what is kept inside is not for the person it is about"
    )


def test_r_4_3_1_notes_never_tell_branch_or_committee_who_objected(ground: Ground) -> None:
    office = ground.use(open_office)
    session, staff = office.session, office.staff
    case = office.application("notice")
    office.post(case)
    objected(office, case, objector_name=NAME, objector_phone=PHONE)
    reviewer, clerk = staff["department_reviewer"], staff["branch_clerk"]

    def write_as(by: Actor, words: str, *, inner: bool = False) -> CaseNote:
        return case_notes.write(session, case, words, inner_only=inner, by=by, at=noon(9))

    told = (f"{NAME[:2]} {NAME[2:]}来信", "回拨13977776666未接")
    for words in told:
        with refused("note_names_objector"):
            write_as(reviewer, words)
        write_as(reviewer, words, inner=True)
    own = write_as(reviewer, "已核对")
    with refused("note_names_objector"):
        case_notes.withdraw(session, own, f"{NAME}说不对", by=reviewer, at=noon(9))
    with refused("note_inner_not_yours"):
        write_as(clerk, "仅限审批机关", inner=True)
    guess = write_as(clerk, f"听说是{NAME}反映的")  # to refuse it would tell
    with refused("not_permitted"):
        case_notes.close(session, guess, "不该写", by=staff["committee_verifier"], at=noon(9))
    case_notes.close(session, guess, "涉及反映人", by=reviewer, at=noon(9))
    with refused("note_closing_done"):
        case_notes.close(session, guess, "再关一次", by=reviewer, at=noon(9))
    for who in ("branch_clerk", "committee_verifier"):
        assert read(session, case, staff[who]) == ["已核对"], who
    assert len(read(session, case, reviewer)) == 4


def test_saved_changes_go_back_field_by_field_until_the_application_is_handed_in(
    bureau: Bureau,
) -> None:
    session, clerk = bureau.session, bureau["clerk"]
    case = register(bureau, applicant(bureau))

    def save(**facts: object) -> None:
        applications.save(
            session, case, by=clerk, at=NOW, expected_version=case.version, facts=facts
        )

    save(has_labor_capacity=True, cause_illness=True)
    session.refresh(case, ["events"])
    seq = case.events[-1].seq
    save(cause_disaster=True)

    def back(number: int, *names: str, version: int | None = None) -> None:
        put_back.put_back(
            session, case, number, facts=names, texts=(), by=clerk, at=NOW,
            expected_version=case.version if version is None else version,
        )  # fmt: skip

    with refused("put_back_nothing"):
        back(seq)
    with refused("put_back_unknown"):
        back(seq, "cause_disaster")
    with refused("put_back_unknown"):
        back(1, "has_labor_capacity")
    with refused("stale_page"):
        back(seq, "has_labor_capacity", version=case.version - 1)
    back(seq, "has_labor_capacity")
    assert case.facts["has_labor_capacity"] is False
    assert case.facts["cause_illness"] is True, "what was not chosen stays"
    assert case.facts["cause_disaster"] is True
    session.refresh(case, ["events"])
    last = case.events[-1]
    assert last.data["put_back"] == seq
    assert last.data["facts"] == {"has_labor_capacity": [True, False]}
    with refused("put_back_same"):
        back(seq, "has_labor_capacity")
    back(last.seq, "has_labor_capacity")
    assert case.facts["has_labor_capacity"] is True, "going back can be gone back on"
    back(seq, "has_labor_capacity", "cause_illness")
    with refused("not_permitted"):
        put_back.put_back(
            session, case, seq, facts=["cause_illness"], texts=(), by=bureau["leader"], at=NOW,
            expected_version=case.version,
        )  # fmt: skip
    walk(bureau, case, "appraisal")
    with refused("put_back_handed_in"):
        back(seq, "cause_illness")
