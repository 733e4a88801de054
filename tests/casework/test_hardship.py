"""R-6.1: the register of members in hardship, aided or not, with reasons for joining and leaving."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from casework import care, hardship
from models import AuditRecord, HardshipEntry, Member
from tests import factories
from tests.casework.bureau import NOW, Bureau, applicant, later, refusal, register
from tests.factories import TODAY


def join(bureau: Bureau, member: Member, *, by: str = "clerk", **given: object) -> HardshipEntry:
    return hardship.join(
        bureau.session,
        member,
        **{
            "joined_on": TODAY,
            "reason": "illness",
            "situation": "长期患病，家中无劳动力。",
            "needs": "销路",
            "by": bureau[by],
            "at": NOW,
            **given,
        },
    )


def leave(bureau: Bureau, entry: HardshipEntry, **given: object) -> HardshipEntry:
    return hardship.leave(
        bureau.session,
        entry,
        **{
            "on": TODAY,
            "reason": "improved",
            "words": "",
            "by": bureau["clerk"],
            "at": NOW,
            "expected_version": entry.version,
            **given,
        },
    )


def test_r_6_1_a_member_joins_is_kept_current_and_leaves_with_a_reason(bureau: Bureau) -> None:
    member = applicant(bureau)
    entry = join(bureau, member)
    hardship.change(
        bureau.session,
        entry,
        situation="手术后好转。",
        needs="",
        by=bureau["committee_clerk"],
        at=later(3),
        expected_version=entry.version,
    )
    leave(bureau, entry)
    assert hardship.open_entry(bureau.session, member.id) is None
    kept = [
        record.action
        for record in bureau.session.scalars(
            select(AuditRecord).where(AuditRecord.object_type == "hardship_entry")
        )
    ]
    assert kept == ["hardship.join", "hardship.change", "hardship.leave"]
    again = join(bureau, member, reason="accident")
    assert (again.id, again.join_reason) != (entry.id, entry.join_reason), (
        "a new stay, the old kept"
    )


def test_everything_wrong_with_an_entry_is_said_at_once(bureau: Bureau) -> None:
    dead = applicant(bureau, died_on=date(2010, 1, 1))
    given = {"reason": "lazy", "situation": " ", "joined_on": date(2011, 1, 1)}
    assert refusal(lambda: join(bureau, dead, **given)) == {
        "register_reason",
        "register_situation",
        "register_member_gone",
        "date_in_future",
    }


def test_nobody_stands_in_it_twice_not_even_past_the_program(bureau: Bureau) -> None:
    member = applicant(bureau)
    entry = join(bureau, member)
    assert refusal(lambda: join(bureau, member)) == {"register_twice"}
    bureau.session.add(
        HardshipEntry(
            member_id=member.id,
            org_id=member.org_id,
            joined_on=TODAY,
            join_reason="other",
            situation="x",
            by_id=entry.by_id,
            at=NOW,
        )
    )
    with pytest.raises(IntegrityError):
        bureau.session.flush()


def test_a_left_entry_is_closed_and_a_stale_page_changes_nothing(bureau: Bureau) -> None:
    entry = join(bureau, applicant(bureau))
    assert refusal(lambda: leave(bureau, entry, expected_version=99)) == {"stale_page"}
    early = {"on": date(2010, 12, 1), "reason": "because"}
    assert refusal(lambda: leave(bureau, entry, **early)) == {
        "register_left_early",
        "register_reason",
    }
    leave(bureau, entry)
    assert refusal(lambda: leave(bureau, entry)) == {"register_left"}


def test_only_who_keeps_the_members_branch_writes_it(bureau: Bureau) -> None:
    member = applicant(bureau)
    assert refusal(lambda: join(bureau, member, by="neighbour")) == {"out_of_scope"}
    assert refusal(lambda: join(bureau, member, by="verifier")) == {"not_permitted"}


def test_who_applied_and_is_not_in_it_is_pointed_out_not_entered(bureau: Bureau) -> None:
    member = applicant(bureau)
    register(bureau, member)
    factories.member(bureau.session, bureau.tree.branch, name="没有申请")
    clerk, year = bureau["clerk"], TODAY.year
    assert hardship.missing(bureau.session, clerk, year) == [member]
    assert hardship.missing(bureau.session, bureau["neighbour"], year) == []
    join(bureau, member)
    assert hardship.missing(bureau.session, clerk, year) == []


def test_an_office_without_such_a_policy_keeps_no_register(bureau: Bureau) -> None:
    before = date(2009, 1, 1)
    assert care.register(bureau.session, before) is None
    rules = care.register(bureau.session, TODAY)
    assert rules is not None
    assert rules.clause == "6.1"
