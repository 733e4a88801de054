"""Mails by a real connection: tried again after a refusal, never twice, no name in them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework import health, inbox
from casework.inbox import Notice
from casework.jobs import mail
from engine.labels import Label
from models import InboxMessage, Mail, MailState, Setting, User
from tests.casework.postbox import Postbox, postbox
from tests.conftest import Database
from tests.factories import NOW, org_tree, user

LATER = NOW + timedelta(hours=7)


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as opened:
        yield opened


def set_up(session: Session, port: int) -> None:
    session.add_all(
        [
            Setting(key="mail_server", value=f"127.0.0.1:{port}"),
            Setting(key="mail_sender", value="aid@office.example"),
            Setting(key="mail_encrypted", value=False),
        ]
    )


def ask(database: Database, port: int, **given: object) -> int:
    """A reminder to somebody with an address; gives the number of its mail."""
    with database.sessions.begin() as session:
        set_up(session, port)
        branch = org_tree(session).branch
        reader = user(session, ("branch_clerk", branch), email="li@office.example", **given)
        notice = Notice(
            "remind:1:report_late:2010-12-06",
            "reminder",
            Label("已超过3日报送期限。", "The 3 days for reporting have passed."),
            None,
            {
                "clause": "4.6.2",
                "due": "2010-12-06",
                "counted": {"zh": "自12月3日次日起算3天。", "en": "3 days counted."},
            },
        )
        assert inbox.tell(session, [reader.id], notice, NOW) == 1
        assert (mail.ask(session, NOW), mail.ask(session, NOW)) == (1, 0)
        return session.scalars(select(Mail.id)).one()


def state(database: Database, number: int) -> tuple[MailState, int]:
    with database.sessions() as session:
        row = session.get_one(Mail, number)
        return row.state, row.attempts


def test_a_reminder_goes_out_once_in_the_language_of_its_reader(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)
    assert mail.send(database.sessions, number, NOW, mail.post)
    assert not mail.send(database.sessions, number, LATER, mail.post)
    [taken] = box.mails
    assert (taken["Subject"], taken["To"]) == ("已超过3日报送期限。", "li@office.example")
    text = taken.get_content()
    assert "期限：2010年12月6日" in text
    assert "依据：4.6.2" in text
    assert state(database, number) == (MailState.SENT, 1)


def test_an_english_reader_gets_english(database: Database, box: Postbox) -> None:
    mail.send(database.sessions, ask(database, box.port, locale="en"), NOW, mail.post)
    assert box.subjects() == ["The 3 days for reporting have passed."]
    assert "Clause: 4.6.2" in box.mails[0].get_content()


def test_a_title_of_two_lines_goes_out_in_a_subject_of_one_and_adds_no_header(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)
    with database.sessions.begin() as session:
        told = session.scalars(select(InboxMessage)).one()
        told.body = {**told.body, "zh": "年度帮扶通知：困难党员\r\nBcc: somebody@else.example"}
    assert mail.send(database.sessions, number, NOW, mail.post)
    [taken] = box.mails
    assert taken["Subject"] == "年度帮扶通知：困难党员 Bcc: somebody@else.example"
    assert taken["Bcc"] is None


def test_what_the_server_refuses_is_tried_again_after_a_pause(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)
    box.manner = "refuse"
    assert not mail.send(database.sessions, number, NOW, mail.post)
    assert state(database, number) == (MailState.WAITING, 1)
    with database.sessions() as session:
        assert mail.waiting(session, NOW) == []
        assert mail.waiting(session, NOW + mail.FIRST_PAUSE) == [number]
        assert "451" in (session.get_one(Mail, number).last_error or "")
    box.manner = ""
    assert mail.send(database.sessions, number, LATER, mail.post)
    assert len(box.mails) == 1


def test_a_server_that_is_away_is_no_loss(database: Database, box: Postbox) -> None:
    number = ask(database, 1)  # nobody listens there
    assert not mail.send(database.sessions, number, NOW, mail.post)
    assert state(database, number) == (MailState.WAITING, 1)
    with database.sessions.begin() as session:
        session.get_one(Setting, "mail_server").value = f"127.0.0.1:{box.port}"
    assert mail.send(database.sessions, number, LATER, mail.post)


def test_a_connection_that_breaks_after_the_text_leaves_a_doubt_and_no_second_mail(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)
    box.manner = "vanish"
    assert not mail.send(database.sessions, number, NOW, mail.post)
    assert state(database, number) == (MailState.UNSURE, 1)
    box.manner = ""
    assert not mail.send(database.sessions, number, LATER, mail.post)
    assert len(box.mails) == 1


def test_a_broken_farewell_changes_nothing(database: Database, box: Postbox) -> None:
    number = ask(database, box.port)
    box.manner = "mute"
    assert mail.send(database.sessions, number, NOW, mail.post)
    assert state(database, number) == (MailState.SENT, 1)


def test_a_worker_that_died_while_sending_leaves_no_second_mail(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)

    def die(found: mail.Server, written: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mail.send(database.sessions, number, NOW, die)
    assert not mail.send(database.sessions, number, LATER, mail.post)
    with database.sessions.begin() as session:
        assert mail.bury(session, NOW) == 0, "it may still be at work"
        assert mail.bury(session, LATER) == 1
    assert state(database, number) == (MailState.UNSURE, 1)
    assert box.mails == []


def test_who_has_no_address_and_an_office_without_server_get_no_mail(database: Database) -> None:
    with database.sessions.begin() as session:
        branch = org_tree(session).branch
        ready = user(session, ("branch_clerk", branch), email="a@office.example").id
        bare = user(session, ("branch_clerk", branch)).id
        inbox.tell(session, [ready], Notice("x", "reminder", Label("一", "one")), NOW)
        assert mail.ask(session, NOW) == 0
        set_up(session, 1)
        inbox.tell(session, [bare], Notice("x", "reminder", Label("一", "one")), NOW)
        assert mail.ask(session, NOW + mail.CARRIED + timedelta(hours=1)) == 0, "no news any more"
        assert session.scalars(select(Mail)).all() == []


def again(database: Database, key: str, at: datetime, *, read: bool = False) -> int:
    """Somebody who has had a mail is told something else; gives how many mails are asked for."""
    with database.sessions.begin() as session:
        reader = session.scalars(select(User).where(User.email == "li@office.example")).one()
        inbox.tell(session, [reader.id], Notice(key, "reminder", Label(key, key)), at)
        if read:
            session.execute(update(InboxMessage).where(InboxMessage.key == key).values(read_at=at))
        return mail.ask(session, at)


def test_r_4_6_a_person_gets_one_mail_a_day_with_all_that_is_new(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)
    assert again(database, "另一件", NOW) == 0, "it goes into the mail that waits"
    again(database, "已读的", NOW, read=True)
    box.manner = "refuse"
    mail.send(database.sessions, number, NOW, mail.post)
    box.manner = ""
    again(database, "第三件", NOW + timedelta(minutes=1))
    soon = NOW + timedelta(minutes=2)
    assert mail.send(database.sessions, number, soon, mail.post)
    (taken,) = box.mails
    text = taken.get_content()
    assert taken["Subject"] == "今日提醒：3件事项"
    for words in ("1. 已超过3日报送期限。", "   期限：2010年12月6日", "2. 另一件", "3. 第三件"):
        assert words in text
    assert "已读的" not in text
    assert again(database, "晚些的", soon) == 0, "one a day"
    tomorrow = NOW + timedelta(days=1)
    assert again(database, "明天的", tomorrow) == 1
    with database.sessions() as session:
        (other,) = mail.waiting(session, tomorrow)
    assert mail.send(database.sessions, other, tomorrow, mail.post)
    text = box.mails[1].get_content()
    assert "1. 晚些的" in text
    assert "2. 明天的" in text
    assert "另一件" not in text


def test_a_mail_whose_messages_were_all_read_is_not_sent(database: Database, box: Postbox) -> None:
    number = ask(database, box.port)
    with database.sessions.begin() as session:
        session.execute(update(InboxMessage).values(read_at=NOW))
    assert not mail.send(database.sessions, number, NOW, mail.post)
    assert box.mails == []
    assert again(database, "新的", NOW) == 1


def test_the_administrator_sees_mails_that_failed_or_are_in_doubt(
    database: Database, box: Postbox
) -> None:
    number = ask(database, box.port)
    seen = []
    for manner in ("refuse", "vanish"):
        box.manner = manner
        mail.send(database.sessions, number, LATER if seen else NOW, mail.post)
        with database.sessions() as session:
            seen.append(health.mails(session))
    assert (seen[0].waiting, seen[0].failing, seen[0].unsure) == (1, 1, 0)
    assert (seen[1].waiting, seen[1].failing, seen[1].unsure) == (0, 0, 1)
