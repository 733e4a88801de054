"""R-4.6.4 and requirements §5: an emergency is authorised after everybody named has signed (传签); it is
complete when all have, stopped when one does not agree, and chased until the meeting has ratified it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from casework import circulation, moves, paper_signatures, pay_first
from casework.attachments import Upload
from casework.history import events_of
from casework.jobs import reminders
from models import Application, Attachment, Circulation, CirculationState, InboxMessage
from tests.casework.bureau import (
    SCAN,
    Bureau,
    later,
    open_bureau,
    refusal,
    register,
    take,
    walk,
)
from tests.factories import NOW, TODAY

RECORD = {
    "reported_on": TODAY.isoformat(),
    "authorised_on": TODAY.isoformat(),
    "authorised_by": "leader、second_leader",
    "reason": "房屋全毁",
    "amount": "1500",
}


@pytest.fixture
def bureau(session: Session) -> Bureau:
    return open_bureau(session)


@pytest.fixture
def urgent(bureau: Bureau) -> Application:
    return walk(bureau, register(bureau, road="sudden"), "meeting")


def start(bureau: Bureau, application: Application, *named: str, **given: Any) -> Circulation:
    return circulation.start(
        bureau.session,
        application,
        [bureau.users[name].id for name in named or ("leader", "second_leader")],
        given.pop("reason", "房屋全毁，等不到下次会议"),
        by=bureau[given.pop("by", "reviewer")],
        at=NOW,
        expected_version=given.pop("version", application.version),
    )


def sign(bureau: Bureau, made: Circulation, by: str, agrees: bool = True, text: str = "") -> None:
    circulation.sign(bureau.session, made, agrees, text, by=bureau[by], at=later(1))


def authorise(bureau: Bureau, application: Application) -> None:
    pay_first.authorise(
        bureau.session,
        application,
        RECORD,
        by=bureau["leader"],
        at=NOW,
        expected_version=application.version,
    )


def on_paper(bureau: Bureau, made: Circulation, signer: str, **given: Any) -> None:
    paper_signatures.record(
        bureau.session,
        made,
        bureau.users[signer].id,
        given.pop("agrees", True),
        given.pop("text", ""),
        given.pop("signed_on", TODAY),
        given.pop("upload", SCAN),
        by=bureau[given.pop("by", "reviewer")],
        at=later(1),
    )


def told(bureau: Bureau, user: str) -> int:
    query = select(func.count(InboxMessage.id)).where(
        InboxMessage.kind == circulation.KIND, InboxMessage.user_id == bureau.users[user].id
    )
    return bureau.session.scalar(query) or 0


def test_nothing_is_authorised_before_everybody_named_has_signed(
    bureau: Bureau, urgent: Application
) -> None:
    assert refusal(lambda: authorise(bureau, urgent)) == {"circulation_missing"}
    made = start(bureau, urgent)
    assert [told(bureau, name) for name in ("leader", "second_leader", "reviewer")] == [1, 1, 0]
    sign(bureau, made, "leader", text="同意，尽快办理")
    assert refusal(lambda: authorise(bureau, urgent)) == {"circulation_unsigned"}
    assert made.state == CirculationState.OPEN
    sign(bureau, made, "second_leader")
    assert (made.state, made.ended_at) == (CirculationState.COMPLETE, later(1))
    assert [(s.user.display_name, s.agrees, s.at, s.opinion) for s in made.signatures] == [
        ("leader", True, later(1), "同意，尽快办理"),
        ("second_leader", True, later(1), None),
    ]
    authorise(bureau, urgent)
    assert urgent.emergency


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"named": ("leader",)}, "circulation_too_few"),
        ({"named": ("leader", "leader")}, "circulation_too_few"),
        ({"named": ("leader", "reviewer")}, "circulation_not_signer"),
        ({"reason": " "}, "reason_missing"),
        ({"version": 0}, "stale_page"),
        ({"by": "verifier"}, "wrong_role"),
    ],
)
def test_it_is_sent_round_as_the_policy_says(
    bureau: Bureau, urgent: Application, given: dict[str, Any], code: str
) -> None:
    rest = {name: value for name, value in given.items() if name != "named"}
    assert refusal(lambda: start(bureau, urgent, *given.get("named", ()), **rest)) == {code}


def test_each_signs_once_and_only_whoever_is_named(bureau: Bureau, urgent: Application) -> None:
    made = start(bureau, urgent)
    assert refusal(lambda: start(bureau, urgent)) == {"circulation_twice"}
    assert refusal(lambda: sign(bureau, made, "reviewer")) == {"circulation_not_named"}
    sign(bureau, made, "leader")
    assert refusal(lambda: sign(bureau, made, "leader")) == {"circulation_signed"}


def test_one_who_does_not_agree_stops_it_with_his_reason(
    bureau: Bureau, urgent: Application
) -> None:
    made = start(bureau, urgent)
    assert refusal(lambda: sign(bureau, made, "leader", agrees=False)) == {"reason_missing"}
    sign(bureau, made, "leader", agrees=False, text="情况还没有核实清楚")
    assert (made.state, made.stop_reason) == (
        CirculationState.STOPPED,
        "leader：情况还没有核实清楚",
    )
    assert refusal(lambda: sign(bureau, made, "second_leader")) == {"circulation_not_open"}
    assert refusal(lambda: authorise(bureau, urgent)) == {"circulation_missing"}
    again = start(bureau, urgent)  # the first stays on record
    circulation.stop(bureau.session, again, "已安排开会", by=bureau["reviewer"], at=NOW)
    assert [one.state for one in circulation.all_of(bureau.session, urgent)] == ["stopped"] * 2


def test_it_is_chased_until_the_meeting_has_ratified_it(
    bureau: Bureau, urgent: Application
) -> None:
    made = start(bureau, urgent)
    reminders.remind(bureau.session, later(2))
    assert told(bureau, "second_leader") == 1  # not yet
    sign(bureau, made, "leader")
    for _ in range(2):  # once each, however often the worker runs
        reminders.remind(bureau.session, later(3))
    assert [told(bureau, name) for name in ("leader", "second_leader")] == [1, 2]
    sign(bureau, made, "second_leader")
    authorise(bureau, urgent)
    for day, expected in ((4, [2, 3, 1]), (6, [2, 3, 1]), (7, [3, 4, 2])):
        reminders.remind(bureau.session, later(day))
        assert [told(bureau, n) for n in ("leader", "second_leader", "reviewer")] == expected
    assert circulation.unsettled(bureau.session, [urgent.id]) == [made]
    assert moves.policy_and_road(urgent)[1].has("meeting")
    take(bureau, urgent)
    settled = circulation.ratified(bureau.session, made)
    assert settled is not None
    assert settled.minutes_number == "2010-12"
    reminders.remind(bureau.session, later(40))
    assert told(bureau, "leader") == 3


def test_where_no_emergency_is_known_nothing_is_sent_round(bureau: Bureau) -> None:
    living = walk(bureau, register(bureau), "committee_verify")
    assert refusal(lambda: start(bureau, living)) == {"circulation_not_here"}


def test_a_signature_on_paper_is_recorded_by_somebody_else_with_its_scan(
    bureau: Bureau, urgent: Application
) -> None:
    made = start(bureau, urgent)
    sign(bureau, made, "leader")
    on_paper(bureau, made, "second_leader", text="同意")
    row = made.signatures[1]
    assert row.recorded_by is not None
    assert (row.agrees, row.at, row.signed_on, row.recorded_by.display_name, row.opinion) == (
        *(True, later(1), TODAY, "reviewer", "同意"),
    )
    scan = bureau.session.get_one(Attachment, row.attachment_id)
    assert (scan.kind, scan.application_id) == ("circulation_sheet", urgent.id)
    event = events_of(bureau.session, urgent)[-1]
    assert (event.verb, event.data["signer"], event.data["signed_on"]) == (
        *("circulation_paper", "second_leader", TODAY.isoformat()),
    )
    assert told(bureau, "second_leader") == 2  # asked to sign, then told what was recorded
    assert made.state == CirculationState.COMPLETE
    authorise(bureau, urgent)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"upload": Upload("", b"")}, "circulation_scan_missing"),
        ({"upload": Upload("a.exe", b"MZ")}, "scan_type"),
        ({"signed_on": None}, "circulation_day_missing"),
        ({"signed_on": TODAY - timedelta(days=1)}, "circulation_day_wrong"),
        ({"signed_on": TODAY + timedelta(days=9)}, "circulation_day_wrong"),
        ({"agrees": False}, "reason_missing"),
        ({"agrees": None}, "circulation_answer_missing"),
        ({"signer": "finance"}, "circulation_signer_unknown"),
        ({"by": "leader"}, "circulation_recorder_named"),
        ({"by": "verifier"}, "wrong_role"),
        ({"by": "committee_clerk"}, "wrong_role"),
    ],
)
def test_what_is_wrong_with_a_signature_on_paper(
    bureau: Bureau, urgent: Application, given: dict[str, Any], code: str
) -> None:
    made, given = start(bureau, urgent), dict(given)
    signer = given.pop("signer", "second_leader")
    assert refusal(lambda: on_paper(bureau, made, signer, **given)) == {code}
    assert made.signatures[1].agrees is None


def test_a_refusal_on_paper_stops_it_and_nothing_is_recorded_twice(
    bureau: Bureau, urgent: Application
) -> None:
    made = start(bureau, urgent)
    on_paper(bureau, made, "leader")
    assert refusal(lambda: on_paper(bureau, made, "leader")) == {"circulation_signer_done"}
    assert refusal(lambda: sign(bureau, made, "leader")) == {"circulation_signed"}
    on_paper(bureau, made, "second_leader", agrees=False, text="情况不明")
    assert (made.state, made.stop_reason) == (CirculationState.STOPPED, "second_leader：情况不明")
    assert refusal(lambda: on_paper(bureau, made, "second_leader")) == {"circulation_not_open"}


def test_the_database_keeps_who_recorded_it_apart_from_who_signed(
    bureau: Bureau, urgent: Application
) -> None:
    made = start(bureau, urgent)
    on_paper(bureau, made, "leader")
    bureau.session.flush()
    for change in ("recorded_by_id = user_id", "signed_on = NULL", "attachment_id = NULL"):
        with pytest.raises(IntegrityError), bureau.session.begin_nested():
            bureau.session.execute(
                text(f"UPDATE circulation_signature SET {change} WHERE recorded_by_id IS NOT NULL")
            )
    with pytest.raises(DatabaseError), bureau.session.begin_nested():
        bureau.session.execute(text("DELETE FROM circulation_signature"))
