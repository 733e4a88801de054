"""R-4.2.2: the result of a meeting is confirmed against the scan of its minutes; the reply's number is one
of its series and year, none is given twice, one that is void is kept."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import minutes, reply_numbers
from casework.attachments import Upload
from engine.faults import Refused
from engine.procedure import ReplyRules
from models import Application, Attachment, NumberState, ReplyNumber
from tests.casework.bureau import (
    SCAN,
    TODAY,
    Bureau,
    confirm,
    open_bureau,
    refusal,
    register,
    take,
    walk,
)
from tests.factories import NOW

FIRST, SECOND = (f"历组批〔{TODAY.year}〕{number}号" for number in (1, 2))


@pytest.fixture
def bureau(session: Session) -> Bureau:
    return open_bureau(session)


def waiting(bureau: Bureau) -> Application:
    """An application that waits for the meeting."""
    return walk(bureau, register(bureau), "decision")


def record(bureau: Bureau, application: Application, number: str, **changes: Any) -> None:
    take(bureau, application, confirmed=False, document_number=number, **changes)


def rules(application: Application) -> ReplyRules:
    found = reply_numbers.rules_of(application)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("历组批2010年1号", "reply_number_form"),
        (f"历组批〔{TODAY.year}〕0号", "reply_number_form"),
        (f"历组批〔{TODAY.year}〕01号", "reply_number_form"),
        (f"历组批〔{TODAY.year - 1}〕1号", "reply_number_year"),
    ],
)
def test_a_number_is_written_as_the_policy_says(bureau: Bureau, number: str, code: str) -> None:
    application = waiting(bureau)
    assert refusal(lambda: record(bureau, application, number)) == {code}


def test_a_number_belongs_to_one_meeting_and_its_whole_list(bureau: Bureau) -> None:
    first, second, third = (waiting(bureau) for _ in range(3))
    unit = minutes.unit_of(first)
    assert reply_numbers.next_text(bureau.session, unit, rules(first), TODAY.year) == FIRST
    record(bureau, first, FIRST)
    record(bureau, second, FIRST)  # the same minutes: the same reply
    other = {"minutes_number": "2010-13"}
    assert refusal(lambda: record(bureau, third, FIRST, **other)) == {"reply_number_used"}
    assert reply_numbers.next_text(bureau.session, unit, rules(first), TODAY.year) == SECOND
    record(bureau, third, SECOND, **other)
    known = reply_numbers.known(bureau.session, unit, rules(first))
    assert [(row.text, row.minutes_number) for row in known] == [
        (SECOND, "2010-13"),
        (FIRST, "2010-12"),
    ]


def test_a_void_number_is_kept_with_its_reason_and_never_given_again(bureau: Bureau) -> None:
    application = waiting(bureau)
    unit, written = minutes.unit_of(application), rules(application)

    def void(text: str, reason: str, by: str = "reviewer") -> ReplyNumber:
        return reply_numbers.reserve_void(
            bureau.session, unit, written, text, reason, by=bureau[by], at=NOW
        )

    assert refusal(lambda: void(FIRST, " ")) == {"reason_missing"}
    assert refusal(lambda: void(FIRST, "打印错误", "verifier")) == {"wrong_role"}
    assert refusal(lambda: void("1号", "打印错误")) == {"reply_number_form"}
    row = void(FIRST, "打印错误")
    assert (row.state, row.void_reason, row.void_by_id) == (
        NumberState.VOID,
        "打印错误",
        bureau.users["reviewer"].id,
    )
    assert refusal(lambda: void(FIRST, "再次")) == {"reply_number_void"}
    assert refusal(lambda: record(bureau, application, FIRST)) == {"reply_number_void"}
    record(bureau, application, SECOND)
    assert refusal(lambda: void(SECOND, "作废")) == {"reply_number_stands"}
    for statement in ("DELETE FROM reply_number", "DELETE FROM minutes"):
        minutes.keep_scan(
            bureau.session, unit, "2010-12", TODAY, SCAN, by=bureau["reviewer"], at=NOW
        )
        with (
            pytest.raises(IntegrityError, match="rows are kept"),
            bureau.session.begin_nested(),
        ):
            bureau.session.execute(text(statement))


def test_the_database_itself_gives_no_number_twice(bureau: Bureau) -> None:
    application = waiting(bureau)
    record(bureau, application, FIRST)
    (row,) = reply_numbers.known(bureau.session, minutes.unit_of(application), rules(application))
    twin = {c.key: getattr(row, c.key) for c in ReplyNumber.__table__.columns if c.key != "id"}
    with pytest.raises(IntegrityError), bureau.session.begin_nested():
        bureau.session.add(ReplyNumber(**twin))
        bureau.session.flush()


def test_nothing_is_confirmed_without_the_scan_of_the_minutes(bureau: Bureau) -> None:
    from casework import confirmations

    application = waiting(bureau)
    record(bureau, application, FIRST)

    def press() -> None:
        confirmations.confirm(
            bureau.session,
            [application],
            by=bureau["leader"],
            at=NOW,
            versions={application.id: application.version},
        )

    assert refusal(press) == {"minutes_scan_missing"}
    unit = minutes.unit_of(application)

    def keep(number: str = "2010-12", scan: Upload = SCAN, **given: Any) -> None:
        held, by = given.get("held", TODAY), bureau[given.get("by", "reviewer")]
        minutes.keep_scan(bureau.session, unit, number, held, scan, by=by, at=NOW)

    assert refusal(lambda: keep(" ", held=None)) == {
        "minutes_number_missing",
        "minutes_day_missing",
    }
    with pytest.raises(Refused), bureau.session.begin_nested():
        keep(scan=Upload("纪要.docx", b"PK"))
    assert "out_of_scope" in refusal(lambda: keep("2010-14", by="clerk"))
    keep()
    assert refusal(lambda: keep(held=TODAY.replace(day=1))) == {"minutes_other_day"}
    confirm(bureau, application)
    assert application.stage == "notice"
    found = minutes.scans(bureau.session, minutes.find(bureau.session, unit, "2010-12"))
    assert [type(one) for one in found] == [Attachment]
