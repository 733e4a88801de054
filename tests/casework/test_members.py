"""Members and their household worksheets: whole or not at all, one person once, on record."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import members, people, worksheet_checks, worksheets
from casework.people import Actor
from casework.worksheets import ItemRow, PersonRow
from engine import messages
from engine.faults import Refused
from models import AuditRecord, HouseholdItem, ItemKind, Member, OrgUnit, Sex
from tests import factories
from tests.casework.bureau import refusal
from tests.casework.office import POLICY, publish
from tests.factories import NOW, TODAY, Tree

BORN = date(1961, 8, 5)


@pytest.fixture
def tree(session: Session) -> Tree:
    return factories.org_tree(session)


@pytest.fixture
def clerk(session: Session, tree: Tree) -> Actor:
    user = factories.user(session, ("branch_clerk", tree.branch))
    return people.actor(session, user, TODAY)


def values(**changes: object) -> dict[str, object]:
    number = factories.id_number(77, birth=BORN)
    return {"name": "王建国", "id_number": number, "phone": "13800000000", **changes}


def register(
    session: Session, tree: Tree, by: Actor, given: Mapping[str, object] | None = None
) -> Member:
    return members.register(session, tree.branch, given or values(), by=by, at=NOW)


def test_birth_and_sex_come_from_the_identity_number(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    assert (member.birth_on, member.sex) == (BORN, Sex.MALE)


def test_all_faults_of_a_member_come_at_once(session: Session, tree: Tree, clerk: Actor) -> None:
    wrong = values(
        name=" ", id_number="37011219610805", phone="12", birth_on=date(2030, 1, 1), nickname="x"
    )
    with pytest.raises(Refused) as caught:
        register(session, tree, clerk, wrong)
    found = {(fault.code, fault.where) for fault in caught.value.faults}
    assert found == {
        ("member_name_missing", "name"),
        ("id_length", "id_number"),
        ("phone_format", "phone"),
        ("date_in_future", "birth_on"),
        ("unknown_member_field", "nickname"),
    }
    assert session.scalars(select(Member)).all() == []


def test_a_birth_or_sex_against_the_number_is_named(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    wrong = values(birth_on=date(1961, 8, 6), sex="female")
    assert refusal(lambda: register(session, tree, clerk, wrong)) == {
        "id_birth_differs",
        "id_sex_differs",
    }


def test_one_person_is_registered_once_in_whatever_form_the_number_is_written(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    number = factories.id_number(77, birth=BORN)
    old = number[:6] + number[8:17]
    register(session, tree, clerk)
    for again in (number, number.lower(), f" {number[:6]} {number[6:]}", old):
        given = values(id_number=again)
        codes = refusal(lambda given=given: register(session, tree, clerk, given))
        assert codes == {"duplicate_id_number"}


def test_a_member_of_another_branch_is_out_of_reach(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    stranger = factories.member(session, tree.other_branch)
    assert refusal(
        lambda: members.update(
            session, stranger, {"name": "李"}, by=clerk, at=NOW, expected_version=1
        )
    ) == {"out_of_scope"}
    assert refusal(lambda: members.reveal(session, stranger, "phone", by=clerk, at=NOW)) == {
        "out_of_scope"
    }


def test_a_change_is_audited_by_the_names_of_its_fields_without_numbers(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    members.update(
        session,
        member,
        {"phone": "13900000001", "name": "王建国"},
        by=clerk,
        at=NOW,
        expected_version=member.version,
    )
    record = session.scalars(select(AuditRecord).where(AuditRecord.action == "member.update")).one()
    assert record.data["fields"] == ["phone"]
    before, after = record.data["changes"]["phone"]
    assert before is None or "*" in before
    assert after == "139****0001"


def test_a_stale_page_of_a_member_is_refused(session: Session, tree: Tree, clerk: Actor) -> None:
    member = register(session, tree, clerk)
    seen = member.version

    def rename(name: str) -> object:
        return members.update(
            session, member, {"name": name}, by=clerk, at=NOW, expected_version=seen
        )

    rename("王建军")
    assert refusal(lambda: rename("王建民")) == {"stale_page"}


def test_each_reveal_of_a_masked_number_is_on_record(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    assert members.reveal(session, member, "id_number", by=clerk, at=NOW) == member.id_number
    looks = session.scalars(select(AuditRecord.action)).all()
    assert "look:reveal:id_number" in looks


def put(
    session: Session,
    member: Member,
    by: Actor,
    *items: ItemRow,
    size: int | None = 2,
    persons: tuple[PersonRow, ...] = (PersonRow("李秀英", "妻子"),),
) -> object:
    version = member.household.version if member.household else None
    return worksheets.put(
        session,
        member,
        size=size,
        persons=persons,
        items=items,
        by=by,
        at=NOW,
        expected_version=version,
    )


def test_a_verified_row_needs_its_proof_and_keeps_who_verified_it(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "种粮收入", 300000))
    assert member.household is not None
    item = member.household.items[0]
    second = colleague(session, tree)

    def check(proof: str | None) -> object:
        row = ItemRow(ItemKind.INCOME, "种粮收入", 300000, proof=proof, verified=True, id=item.id)
        return put(session, member, second, row)

    assert refusal(lambda: check(None)) == {"proof_missing"}
    check("村委会证明")
    assert (item.verified, item.verified_by_id) == (True, second.user_id)
    assert item.entered_by_id == clerk.user_id
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "种粮收入", 300000, "本人", id=item.id))
    assert (item.verified, item.verified_by_id, item.entered_by_id) == (False, None, clerk.user_id)


@pytest.mark.parametrize(
    ("bounds", "taken", "refused"),
    [("range: 1..30, ", (1, 30), (31,)), ("range: 2..40, ", (2, 40), (1, 41))],
)
def test_how_large_a_household_may_be_is_said_by_the_policy_in_force(
    session: Session,
    tree: Tree,
    clerk: Actor,
    tmp_path: Path,
    bounds: str,
    taken: tuple[int, ...],
    refused: tuple[int, ...],
) -> None:
    folder = shutil.copytree(POLICY, tmp_path / "policy")
    known = folder / "facts.yaml"
    text = known.read_text(encoding="utf-8")
    line = "household_size: {type: integer, range: 1..30, "
    assert line in text
    known.write_text(text.replace("range: 1..30, zh: 家庭人口", f"{bounds}zh: 家庭人口"), "utf-8")
    publish(session, folder)
    member = register(session, tree, clerk)
    for size in refused:
        with pytest.raises(Refused) as caught:
            put(session, member, clerk, size=size, persons=())
        assert [fault.code for fault in caught.value.faults] == ["household_size"]
        assert f"{taken[0]}至{taken[-1]}" in messages.text(caught.value.faults[0], "zh")
    for size in taken:
        put(session, member, clerk, size=size, persons=())


def test_where_no_policy_bounds_a_household_only_a_slip_is_refused(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    assert refusal(lambda: put(session, member, clerk, size=9999, persons=())) == {"household_size"}
    put(session, member, clerk, size=45, persons=())


def test_who_entered_or_changed_a_row_never_checks_it(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    proven = ItemRow(ItemKind.INCOME, "种粮收入", 300000, proof="村委会证明", verified=True)
    assert refusal(lambda: put(session, member, clerk, proven)) == {"row_same_person"}
    put(session, member, clerk, replace(proven, verified=False))
    assert member.household is not None
    item, second = member.household.items[0], colleague(session, tree)

    def verify(by: Actor) -> object:
        return worksheets.verify(session, item, proof="村委会证明", by=by, at=NOW)

    assert refusal(lambda: verify(clerk)) == {"row_same_person"}
    changed = replace(proven, fen_per_year=350000, id=item.id)
    assert refusal(lambda: put(session, member, second, changed)) == {"row_same_person"}
    put(session, member, second, replace(changed, verified=False))
    assert refusal(lambda: verify(second)) == {"row_same_person"}
    verify(clerk)
    assert (item.entered_by_id, item.verified_by_id) == (second.user_id, clerk.user_id)
    assert refusal(lambda: worksheet_checks.verify_all(session, member, by=clerk, at=NOW)) == {
        "sheet_checked"
    }


def test_a_row_of_unknown_origin_is_saved_anew_before_it_is_checked(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    old = HouseholdItem(kind="income", label="工资", fen_per_year=100, proof="工资条")
    factories.household(session, member, items=[old])
    second = colleague(session, tree)
    assert refusal(lambda: worksheet_checks.verify_all(session, member, by=second, at=NOW)) == {
        "row_entrant_unknown"
    }
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "工资", 100, proof="工资条", id=old.id))
    assert worksheet_checks.verify_all(session, member, by=second, at=NOW) == 1
    assert (old.entered_by_id, old.verified_by_id) == (clerk.user_id, second.user_id)


def test_one_row_changed_leaves_the_other_rows_checked(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "工资", 100, proof="工资条"))
    assert member.household is not None
    second = colleague(session, tree)
    worksheet_checks.verify_all(session, member, by=second, at=NOW)
    item = member.household.items[0]
    kept = ItemRow(ItemKind.INCOME, "工资", 100, proof="工资条", id=item.id)
    put(session, member, clerk, kept, ItemRow(ItemKind.SUBSIDY, "低保", 50))
    assert [each.verified for each in member.household.items] == [True, False]


def test_nobody_writes_or_checks_the_worksheet_of_his_own_household(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "工资", 100, proof="工资条"))
    own = replace(colleague(session, tree), member_id=member.id)
    assert refusal(lambda: put(session, member, own)) == {"recusal_own_file"}
    assert refusal(lambda: worksheet_checks.verify_all(session, member, by=own, at=NOW)) == {
        "recusal_own_file"
    }


def colleague(session: Session, tree: Tree) -> Actor:
    """Another clerk of the same branch."""
    return people.actor(session, factories.user(session, ("branch_clerk", tree.branch)), TODAY)


def test_all_faults_of_a_worksheet_come_at_once(session: Session, tree: Tree, clerk: Actor) -> None:
    member = register(session, tree, clerk)
    bad = ItemRow(ItemKind.INCOME, " ", -1)
    people_listed = (PersonRow("", ""), PersonRow("李", "妻"))
    codes = refusal(lambda: put(session, member, clerk, bad, size=2, persons=people_listed))
    assert codes == {"household_item", "household_person", "household_too_small"}
    assert member.household is None


def test_a_changed_row_makes_the_whole_sheet_newer(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "种粮收入", 300000))
    assert member.household is not None
    seen, item = member.household.version, member.household.items[0]
    put(session, member, clerk, ItemRow(ItemKind.INCOME, "种粮收入", 350000, id=item.id))
    assert member.household.version > seen
    stale = refusal(
        lambda: worksheets.put(
            session, member, size=2, persons=(), items=(), by=clerk, at=NOW, expected_version=seen
        )
    )
    assert stale == {"stale_page"}


def test_moving_to_another_branch_needs_reach_over_both_and_a_reason(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    member = register(session, tree, clerk)
    user = factories.user(session, ("committee_clerk", tree.committee))
    by = people.actor(session, user, TODAY)

    def move(to: object, reason: str = "搬迁") -> object:
        return members.move(
            session,
            member,
            to,  # type: ignore[arg-type]  # parametrised over units
            reason=reason,
            by=by,
            at=NOW,
            expected_version=member.version,
        )

    assert refusal(lambda: move(tree.other_branch)) == {"out_of_scope"}
    assert refusal(lambda: move(tree.committee, " ")) == {"member_needs_branch", "reason_missing"}
    moves = select(func.count()).where(AuditRecord.action == "member.move")
    move(session.get_one(OrgUnit, member.org_id))
    assert session.scalar(moves) == 0, "nobody was moved"
    move(tree.sibling)
    assert session.scalar(moves) == 1
    assert member.org_id == tree.sibling.id
