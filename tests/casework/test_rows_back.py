"""Saved changes of plain records go back field by field, and only where nothing rests on them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import differences, members, pairs, people, rows_back
from casework.people import Actor
from casework.rows_back import State
from models import AuditRecord, HelpingPair, Member
from models.audit import verify
from tests import factories
from tests.casework.bureau import refusal
from tests.factories import NOW, TODAY, Tree


@pytest.fixture
def tree(session: Session) -> Tree:
    return factories.org_tree(session)


@pytest.fixture
def clerk(session: Session, tree: Tree) -> Actor:
    user = factories.user(session, ("branch_clerk", tree.branch))
    return people.actor(session, user, TODAY)


@pytest.fixture
def member(session: Session, tree: Tree, clerk: Actor) -> Member:
    number = factories.id_number(77, birth=date(1961, 8, 5))
    given = {"name": "王建国", "id_number": number, "phone": "13800000000", "address": "东村"}
    return members.register(session, tree.branch, given, by=clerk, at=NOW)


def change(session: Session, member: Member, by: Actor, **values: object) -> int:
    """Change fields; gives the number of the log's record."""
    members.update(session, member, values, by=by, at=NOW, expected_version=member.version)
    return last(session).seq


def last(session: Session) -> AuditRecord:
    return session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)).one()


def back(session: Session, row: object, seq: int, by: Actor, *names: str, **given: object) -> None:
    kind = str(given.pop("kind", "member"))
    version = given.pop("version", None) or differences.version_of(session, kind, row)  # type: ignore[arg-type]
    reason = str(given.pop("reason", "改错了"))
    rows_back.put_back(
        session,
        kind,
        row,
        seq,
        names,
        reason=reason,
        by=by,
        at=NOW,
        expected_version=int(version),  # type: ignore[call-overload]
    )


def test_a_change_goes_back_as_a_change_of_its_own_and_that_one_again(
    session: Session, member: Member, clerk: Actor
) -> None:
    seq = change(session, member, clerk, address="西村", joined_on=date(1985, 7, 1), hukou="rural")
    back(session, member, seq, clerk, "address", "joined_on", "hukou")
    assert (member.address, member.joined_on, member.hukou) == ("东村", None, None)
    record = last(session)
    assert record.action == "member.update"
    assert (record.data["put_back"], record.data["reason"]) == (seq, "改错了")
    assert record.data["changes"]["joined_on"] == ["1985-07-01", None]
    back(session, member, record.seq, clerk, "joined_on", "hukou")
    assert (member.joined_on, member.hukou) == (date(1985, 7, 1), "rural")
    assert member.address == "东村"
    assert verify(session) == []


def test_a_field_changed_again_does_not_go_back_over_the_later_change(
    session: Session, member: Member, clerk: Actor
) -> None:
    first = change(session, member, clerk, address="西村", ethnic="回族")
    change(session, member, clerk, address="南村")
    second = change(session, member, clerk, address="西村")
    assert refusal(lambda: back(session, member, first, clerk, "address", "ethnic")) == {
        "put_back_since"
    }
    assert member.ethnic == "回族", "nothing at all of a refused putting back"
    back(session, member, first, clerk, "ethnic")
    back(session, member, second, clerk, "address")
    assert (member.address, member.ethnic) == ("南村", None)


def test_numbers_the_bank_and_long_texts_do_not_go_back(
    session: Session, member: Member, clerk: Actor
) -> None:
    change(session, member, clerk, can_help_skills="养" * 400)
    seq = change(
        session, member, clerk, can_help_skills="养蜂", phone="13900000000", bank_name="农商行"
    )
    records = differences.history(session, "member", member.id, ["member."])
    assert rows_back.states(member, "member", records)[seq] == {
        "can_help_skills": State.LONG,
        "phone": State.NUMBER,
        "bank_name": State.FORM,
    }
    assert refusal(
        lambda: back(session, member, seq, clerk, "can_help_skills", "phone", "bank_name")
    ) == {"put_back_long", "put_back_number", "put_back_form"}


def test_every_fault_is_said_at_once_and_a_late_page_changes_nothing(
    session: Session, member: Member, clerk: Actor
) -> None:
    seq = change(session, member, clerk, address="西村", phone="13900000000")
    assert refusal(lambda: back(session, member, seq, clerk, "phone", "name", reason=" ")) == {
        "put_back_number",
        "put_back_unknown",
        "reason_missing",
    }
    assert refusal(lambda: back(session, member, seq, clerk)) == {"put_back_nothing"}
    assert refusal(lambda: back(session, member, 1, clerk, "address")) == {"put_back_unknown"}
    version = member.version
    change(session, member, clerk, ethnic="汉族")
    assert refusal(lambda: back(session, member, seq, clerk, "address", version=version)) == {
        "put_back_late"
    }
    assert member.address == "西村"


def test_only_who_may_write_the_record_puts_it_back(
    session: Session, tree: Tree, member: Member, clerk: Actor
) -> None:
    seq = change(session, member, clerk, address="西村")
    for role, unit in (("auditor", tree.department), ("branch_clerk", tree.other_branch)):
        other = people.actor(session, factories.user(session, (role, unit)), TODAY)
        assert refusal(lambda by=other: back(session, member, seq, by, "address")) & {
            "not_permitted",
            "out_of_scope",
        }


def test_registrations_and_moves_are_no_changes_of_a_field(
    session: Session, member: Member, clerk: Actor
) -> None:
    registered = last(session).seq
    records = differences.history(session, "member", member.id, ["member."])
    assert rows_back.states(member, "member", records) == {}
    assert refusal(lambda: back(session, member, registered, clerk, "name")) == {"put_back_unknown"}


def test_a_running_pair_goes_back_and_an_ended_one_does_not(
    session: Session, tree: Tree, member: Member, clerk: Actor
) -> None:
    helper = members.register(session, tree.branch, {"name": "李芳"}, by=clerk, at=NOW)
    session.refresh(member)
    pair = HelpingPair(
        helper=helper, helped=member, org=tree.branch, start_on=TODAY, plan="种菜", warnings=[]
    )
    session.add(pair)
    session.flush()
    changed = {"plan": "养蜂", "end_on": date(TODAY.year + 1, 1, 31)}
    pairs.change(session, pair, by=clerk, at=NOW, expected_version=pair.version, **changed)  # type: ignore[arg-type]
    seq = last(session).seq
    back(session, pair, seq, clerk, "plan", "end_on", kind="pair")
    assert (pair.plan, pair.end_on) == ("种菜", None)
    seq = last(session).seq
    pairs.end(
        session, pair, on=TODAY, reason="完成", by=clerk, at=NOW, expected_version=pair.version
    )
    ended = last(session).seq
    assert refusal(lambda: back(session, pair, ended, clerk, "state", kind="pair")) == {
        "put_back_unknown"
    }
    assert refusal(lambda: back(session, pair, seq, clerk, "plan", kind="pair")) == {"pair_ended"}
