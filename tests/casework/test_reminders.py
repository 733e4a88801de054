"""R-4.6: what is due is told to whom the rule files name, once each, in words true on that day."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import dues, events, inbox
from casework.holders import Holders
from casework.inbox import Notice
from casework.jobs import reminders
from engine.labels import Label
from models import Application, HolidayYear, InboxMessage
from tests.casework.bureau import NOW, Bureau, later, prepare, register, take, walk
from tests.casework.together import at_once
from tests.conftest import Database
from tests.factories import TODAY, org_tree, user


def told(bureau: Bureau, key: str = "") -> dict[str, set[str]]:
    """Message key without its number → names of those who were told."""
    names = {user.id: name for name, user in bureau.users.items()}
    found: dict[str, set[str]] = {}
    for one in bureau.session.scalars(select(InboxMessage)):
        if key in one.key:
            kind, _number, what, *_ = [*one.key.split(":"), ""]
            found.setdefault(f"{kind}:{what}", set()).add(names[one.user_id])
    return found


def sudden(bureau: Bureau, event_on: str) -> Application:
    return take(bureau, register(bureau, road="sudden"), event_on=event_on)


def test_r_4_6_2_the_day_before_the_branch_is_reminded_the_day_after_it_goes_further_up(
    bureau: Bureau,
) -> None:
    sudden(bureau, "2010-12-03")  # due on the sixth
    assert reminders.remind(bureau.session, later(1)) == (0, None)
    reminders.remind(bureau.session, later(2))
    assert told(bureau) == {"remind:report_tomorrow": {"clerk", "secretary", "verifier"}}
    reminders.remind(bureau.session, later(4))
    late = told(bureau)["remind:report_late"]
    assert late == {"committee_leader", "reviewer"}, (
        "not the neighbours', not the other committee's"
    )


def test_each_is_told_once_however_often_and_however_late_the_worker_looks(bureau: Bureau) -> None:
    sudden(bureau, "2010-12-03")
    first, _ = reminders.remind(bureau.session, later(20))
    assert first == 5
    assert reminders.remind(bureau.session, later(21))[0] == 0
    words = {
        one.key.split(":")[2]: one.body for one in bureau.session.scalars(select(InboxMessage))
    }
    assert words["report_tomorrow"]["zh"] == "报送区委组织部的期限已过17天。", (
        "tomorrow was long ago"
    )
    assert words["report_late"]["zh"] == "已超过3日报送期限。"
    assert words["report_late"]["due"] == "2010-12-06"
    assert words["report_late"]["clause"] == "4.6.2"
    assert "次日起算3天" in words["report_late"]["counted"]["zh"]


def test_what_was_done_in_time_is_never_chased(bureau: Bureau) -> None:
    walk(bureau, sudden(bureau, "2010-12-03"), "department_review")
    reminders.remind(bureau.session, later(30))
    assert not any("report_" in key for key in told(bureau))


def test_a_date_that_was_corrected_is_reminded_anew(bureau: Bureau) -> None:
    application = sudden(bureau, "2010-12-03")
    assert reminders.remind(bureau.session, later(2))[0] == 3
    event = application.events[-1]
    corrected = {**event.data, "record": {**event.data["record"], "event_on": "2010-12-02"}}
    events.record(
        bureau.session,
        application,
        verb=event.verb,
        by=bureau["clerk"],
        at=NOW,
        before=(application.stage, application.status.value),
        data=corrected,
    )
    assert reminders.remind(bureau.session, later(2))[0] == 3, "of the new day before, today"
    assert reminders.remind(bureau.session, later(3))[0] == 2, "the day after the new date"


def test_escalation_yaml_tells_the_level_it_names_when_the_application_arrives_there(
    bureau: Bureau,
) -> None:
    application = sudden(bureau, "2010-12-03")
    prepare(bureau, application)
    take(bureau, application)
    reminders.remind(bureau.session, NOW)
    assert told(bureau, "escalate") == {}, "the committee has it; the department need not know yet"
    walk(bureau, application, "department_review")
    reminders.remind(bureau.session, NOW)
    assert told(bureau, "escalate") == {
        "escalate:ministers_meeting": {"reviewer", "leader", "second_leader"}
    }
    assert reminders.remind(bureau.session, later(1))[0] == 0


def test_a_year_without_a_calendar_is_asked_for_where_it_can_be_entered(bureau: Bureau) -> None:
    assert reminders.calendars(bureau.session, NOW) == 6, "this December two years are missing"
    assert reminders.calendars(bureau.session, later(5)) == 0
    bureau.session.add(HolidayYear(year=TODAY.year + 2))
    bureau.session.flush()
    assert reminders.calendars(bureau.session, later(365)) == 0


def test_holders_cover_what_lies_below_them_and_only_while_they_hold_the_role(
    bureau: Bureau,
) -> None:
    found = Holders(bureau.session, TODAY)
    path = bureau.tree.branch.path
    assert found.of(["committee_verifier"], path) == (bureau.users["verifier"].id,)
    assert found.of(["screener"], path) == (bureau.users["screener"].id,)
    assert found.of(["department_leader"], path, "branch") == ()
    bureau.users["verifier"].active = False
    bureau.session.flush()
    assert Holders(bureau.session, TODAY).of(["committee_verifier"], path) == ()


def test_two_workers_at_once_tell_once(database: Database) -> None:
    with database.sessions.begin() as session:
        person = user(session, ("branch_clerk", org_tree(session).branch)).id
    notice = Notice("remind:1:x:2010-12-06", "reminder", Label("到期", "Due"))

    def tell(session: Session, _number: int) -> None:
        inbox.tell(session, [person], notice, NOW)

    assert at_once(database, tell, 6) == [None] * 6
    with database.sessions() as session:
        assert len(session.scalars(select(InboxMessage)).all()) == 1


def test_a_person_marks_only_his_own_messages_and_none_that_he_has_not_seen(
    bureau: Bureau,
) -> None:
    both = [bureau.users["clerk"].id, bureau.users["reviewer"].id]
    for key in ("a", "b", "c"):
        inbox.tell(bureau.session, both, Notice(key, "reminder", Label("到期", "Due")), NOW)
    mine = bureau.session.scalars(
        select(InboxMessage.id).where(InboxMessage.user_id == both[0]).order_by(InboxMessage.id)
    ).all()
    clerk, reviewer = bureau["clerk"], bureau["reviewer"]
    at = NOW + timedelta(hours=1)
    assert inbox.mark_read(bureau.session, [mine[0]], by=reviewer, at=at) == 0
    assert inbox.mark_all_read(bureau.session, mine[1], by=clerk, at=at) == 2
    assert (inbox.unread(bureau.session, clerk), inbox.unread(bureau.session, reviewer)) == (1, 3)


def test_r_4_6_3_the_department_is_reminded_of_its_reply_and_then_its_leader(
    bureau: Bureau,
) -> None:
    application = walk(bureau, sudden(bureau, "2010-12-03"), "meeting")  # received that day
    reminders.remind(bureau.session, later(2))
    assert told(bureau)["remind:reply_tomorrow"] == {"reviewer"}
    (due,) = [
        one
        for one in dues.dues_of(bureau.session, application, date(2010, 12, 7))
        if one.rule.id == "reply_due"
    ]
    assert (due.state, due.due and due.due.date) == ("late", date(2010, 12, 6))
    reminders.remind(bureau.session, later(4))
    assert told(bureau)["remind:reply_late"] == {"reviewer", "leader", "second_leader"}
    take(bureau, application, at=later(5), decided_on="2010-12-08")
    again = dues.dues_of(bureau.session, application, date(2010, 12, 9))
    assert {one.rule.id: one.state for one in again}["reply_due"] == "met_late"
