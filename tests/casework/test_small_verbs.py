"""Scans, the calendar, settings and helping pairs."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import attachments, calendar, pairs, people, settings
from casework.attachments import Upload
from casework.people import Actor
from models import Attachment, AuditRecord, HelpingPair, Member
from models.pairs import PairState
from tests import factories
from tests.casework.bureau import SCAN, refusal
from tests.factories import NOW, TODAY, Tree

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff" + b"0" * 20 + b"\xff\xd9"


@pytest.fixture
def tree(session: Session) -> Tree:
    return factories.org_tree(session)


@pytest.fixture
def clerk(session: Session, tree: Tree) -> Actor:
    user = factories.user(session, ("branch_clerk", tree.branch))
    return people.actor(session, user, TODAY)


@pytest.fixture
def member(session: Session, tree: Tree) -> Member:
    return factories.member(session, tree.branch)


def store(session: Session, member: Member, by: Actor, upload: Upload = SCAN) -> Attachment:
    return attachments.store(session, upload, kind="diagnosis", by=by, at=NOW, member=member)


@pytest.mark.parametrize(
    ("content", "mime"),
    [(SCAN.content, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")],
)
def test_a_scan_is_what_its_bytes_say(content: bytes, mime: str) -> None:
    assert attachments.sniff(content) == mime


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90", b"<html>", SCAN.content[:10], PNG[:-8], JPEG[:-2], b"x" + PNG]
)
def test_a_cut_off_or_disguised_file_is_no_scan(
    content: bytes, session: Session, member: Member, clerk: Actor
) -> None:
    upload = Upload("诊断.pdf", content)
    assert refusal(lambda: store(session, member, clerk, upload)) == {"scan_type"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("诊断.JPG", "诊断.JPG"),
        ("诊断.jpeg", "诊断.jpeg"),
        ("诊断", "诊断.jpg"),
        ("诊断.hta", "诊断.hta.jpg"),
        ("a.exe ", "a.exe.jpg"),
        ("名" * 200 + ".html", "名" * 111 + ".html.jpg"),
    ],
)
def test_a_scan_is_kept_under_the_ending_of_what_it_is(
    sent: str, kept: str, session: Session, member: Member, clerk: Actor
) -> None:
    assert store(session, member, clerk, Upload(sent, JPEG)).filename == kept


def test_a_scan_lies_encrypted_and_comes_back_whole(
    session: Session, member: Member, clerk: Actor, data_folder: Path
) -> None:
    kept = store(session, member, clerk)
    on_disk = (data_folder / "attachments" / kept.storage_key).read_bytes()
    assert b"PDF" not in on_disk
    assert attachments.read(session, kept, by=clerk, at=NOW) == SCAN.content
    looks = session.scalars(select(AuditRecord.action)).all()
    assert "look:attachment" in looks


def test_an_exchanged_file_does_not_open(
    session: Session, member: Member, clerk: Actor, data_folder: Path
) -> None:
    first = store(session, member, clerk)
    second = store(session, member, clerk, Upload("another.png", PNG))
    folder = data_folder / "attachments"
    (folder / first.storage_key).write_bytes((folder / second.storage_key).read_bytes())
    assert refusal(lambda: attachments.read(session, first, by=clerk, at=NOW)) == {"scan_damaged"}
    (folder / second.storage_key).unlink()
    assert refusal(lambda: attachments.read(session, second, by=clerk, at=NOW)) == {"scan_damaged"}


def test_a_file_name_is_only_a_name(session: Session, member: Member, clerk: Actor) -> None:
    kept = store(session, member, clerk, Upload("..\\..\\etc/pass\x00wd.pdf", SCAN.content))
    assert kept.filename == "passwd.pdf"


def test_a_file_beyond_the_limit_is_refused(session: Session, member: Member, clerk: Actor) -> None:
    heavy = Upload("a.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024) + b"%%EOF")
    assert refusal(lambda: store(session, member, clerk, heavy)) == {"scan_too_large"}


def test_a_scan_of_another_branch_is_out_of_reach(
    session: Session, tree: Tree, clerk: Actor
) -> None:
    stranger = factories.member(session, tree.other_branch)
    assert refusal(lambda: store(session, stranger, clerk)) == {"out_of_scope"}


def test_the_calendar_is_filled_for_known_years_only_and_hand_edits_stay(
    session: Session, tree: Tree
) -> None:
    user = factories.user(session, ("administrator", tree.department))
    by = people.actor(session, user, TODAY)
    by_hand, none = frozenset({date(2011, 3, 8)}), frozenset[date]()
    calendar.put_year(session, 2011, by_hand, none, by=by, at=NOW)
    assert calendar.fill(session, 2010, 2012) == [2010, 2012]
    assert calendar.fill(session, 2010, 2012) == []
    assert calendar.fill(session, 1990, 1991) == []
    loaded = calendar.load(session)
    assert date(2010, 10, 1) in loaded.off
    assert date(2010, 9, 25) in loaded.work
    assert {day for day in loaded.off if day.year == 2011} == by_hand
    assert loaded.years == {2010, 2011, 2012}


def test_a_year_by_hand_holds_only_its_own_days_and_each_once(session: Session, tree: Tree) -> None:
    user = factories.user(session, ("administrator", tree.department))
    by = people.actor(session, user, TODAY)
    day = date(2010, 10, 1)
    codes = refusal(
        lambda: calendar.put_year(
            session, 2010, frozenset({day, date(2011, 1, 1)}), frozenset({day}), by=by, at=NOW
        )
    )
    assert codes == {"day_of_other_year", "day_both_ways"}


def test_a_weekday_is_no_weekend_day_worked_instead(session: Session, tree: Tree) -> None:
    user = factories.user(session, ("administrator", tree.department))
    by = people.actor(session, user, TODAY)
    off = frozenset({date(2010, 10, 1), date(2010, 10, 2)})  # a Friday, and a Saturday: harmless

    def put(worked: date) -> None:
        calendar.put_year(session, 2010, off, frozenset({worked}), by=by, at=NOW)

    assert refusal(lambda: put(date(2010, 9, 27))) == {"day_worked_anyway"}  # a Monday
    put(date(2010, 9, 25))


def test_the_calendar_is_not_changed_without_the_permission(session: Session, clerk: Actor) -> None:
    none: frozenset[date] = frozenset()
    codes = refusal(lambda: calendar.put_year(session, 2010, none, none, by=clerk, at=NOW))
    assert codes == {"not_permitted"}


def test_a_setting_keeps_its_type_and_its_history(session: Session, tree: Tree) -> None:
    user = factories.user(session, ("administrator", tree.department))
    by = people.actor(session, user, TODAY)
    assert settings.get(session, "deduct_costs") is True
    settings.put(session, "deduct_costs", False, by=by, at=NOW)
    assert settings.get(session, "deduct_costs") is False
    assert refusal(lambda: settings.put(session, "deduct_costs", "no", by=by, at=NOW)) == {
        "setting_type"
    }
    for text in ("\u202e", "8811\u202e5172"):  # the hotline stands on the notice
        assert refusal(lambda t=text: settings.put(session, "hotline", t, by=by, at=NOW)) == {
            "text_hidden"
        }
    assert refusal(lambda: settings.put(session, "colour", "red", by=by, at=NOW)) == {
        "unknown_setting"
    }
    record = session.scalars(select(AuditRecord)).one()
    assert record.data == {"before": True, "now": False}


def pair(
    session: Session, tree: Tree, by: Actor, helper: Member, helped: Member, **given: date
) -> HelpingPair:
    return pairs.start(session, helper, helped, tree.branch, start_on=TODAY, by=by, at=NOW, **given)


def test_a_pair_begins_once_and_ends_with_a_reason(
    session: Session, tree: Tree, clerk: Actor, member: Member
) -> None:
    helper = factories.member(session, tree.branch)
    made = pair(session, tree, clerk, helper, member)
    assert refusal(lambda: pair(session, tree, clerk, helper, member)) == {"pair_exists"}

    def end(reason: str) -> HelpingPair:
        return pairs.end(
            session,
            made,
            on=TODAY,
            reason=reason,
            by=clerk,
            at=NOW,
            expected_version=made.version,
        )

    assert refusal(lambda: end(" ")) == {"reason_missing"}
    assert end("脱贫").state is PairState.ENDED
    assert refusal(lambda: end("再次")) == {"pair_ended"}


def test_a_pair_joins_two_living_members_of_the_unit(
    session: Session, tree: Tree, clerk: Actor, member: Member
) -> None:
    stranger = factories.member(session, tree.other_branch)
    dead = factories.member(session, tree.branch, died_on=TODAY)
    early = TODAY - timedelta(days=1)
    assert refusal(lambda: pair(session, tree, clerk, member, member)) == {"pair_with_self"}
    assert refusal(lambda: pair(session, tree, clerk, stranger, member)) == {"pair_other_branch"}
    codes = refusal(lambda: pair(session, tree, clerk, dead, member, end_on=early))
    assert codes == {"pair_member_gone", "ends_before_start"}
