"""Carry messages out of the house by SMTP: one mail to a person and day, with everything he was told
and has not read; tried again after a refusal, never sent twice.

Before the server is spoken to, `sending` is committed. What the server refused goes back to
waiting; what was cut off after the text was handed over is `unsure` and is not sent again, since
the message itself stands in the person's inbox. A worker that died leaves `sending` behind, which
the next one finds and marks as unsure. The mail names no person, only what is due and its clause.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker

from casework import settings
from casework.clock import day_of
from engine.source import parse_date
from engine.words import chinese_date, english_date
from models.inbox import InboxMessage, Mail, MailState
from models.people import Locale, User

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_TRIES = 20
ABANDONED = timedelta(minutes=10)
"""So long a mail may be `sending` before its worker is taken for dead."""
CARRIED = timedelta(days=2)
"""What was told earlier and never mailed is no news; it stands in the inbox."""
TIMEOUT = 20.0  # seconds for each word of the server
PORTS = {True: 587, False: 25}
PASSWORD = "SUNSHINE_MAIL_PASSWORD"  # noqa: S105  # the name of a variable, not a password


class NotSentError(Exception):
    """The server did not take the mail; it may be tried again."""


class UnsureError(Exception):
    """The text was handed over and no answer came: nobody knows whether it was sent."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed in."""

    host: str
    port: int
    sender: str
    user: str
    encrypted: bool
    password: str


Post = Callable[[Server, EmailMessage], None]


def server(session: Session) -> Server | None:
    """The server of the settings; None where there is none or no sender."""
    where, sender, user = (
        str(settings.get(session, key)).strip()
        for key in ("mail_server", "mail_sender", "mail_user")
    )
    if not where or not sender:
        return None
    encrypted = bool(settings.get(session, "mail_encrypted"))
    host, colon, port = where.rpartition(":")
    if not colon or not port.isdigit():
        host, port = where, str(PORTS[encrypted])
    return Server(host, int(port), sender, user, encrypted, os.environ.get(PASSWORD, ""))


def ask(session: Session, at: datetime) -> int:
    """Ask for today's mail to everybody with an address who was told something that no mail has
    carried; gives how many. What is told after it has gone waits for tomorrow's.

    Two workers at once ask once: the database keeps one mail for each person and day.
    """
    if server(session) is None:
        return 0
    waits = select(Mail.user_id).where(
        Mail.user_id.is_not(None), Mail.state.in_((MailState.WAITING, MailState.SENDING))
    )
    rows = session.execute(
        select(InboxMessage.user_id, User.email, func.min(InboxMessage.id).label("first"))
        .join(User, User.id == InboxMessage.user_id)
        .where(*_new(at), User.active, User.email != "", User.id.not_in(waits))
        .group_by(InboxMessage.user_id, User.email)
    ).all()
    on_server = session.get_bind().dialect.name == "postgresql"
    add = postgresql.insert if on_server else sqlite.insert
    asked = 0
    for row in rows:
        made = session.execute(
            add(Mail)
            .values(
                message_id=row.first,
                user_id=row.user_id,
                on_day=day_of(at),
                address=row.email,
                state=MailState.WAITING,
                attempts=0,
                due_at=at,
            )
            .on_conflict_do_nothing()
            .returning(Mail.id)
        )
        asked += made.scalar_one_or_none() is not None
    return asked


def _new(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which messages a mail of now would carry."""
    return (
        InboxMessage.mail_id.is_(None),
        InboxMessage.read_at.is_(None),
        InboxMessage.created_at >= at - CARRIED,
    )


def _carried(session: Session, mail: Mail, at: datetime) -> list[InboxMessage]:
    """What the mail carries, from now on bound to it; nothing where all of it has been read."""
    if mail.user_id is None:
        return [mail.message]
    found = session.scalars(
        select(InboxMessage)
        .where(
            InboxMessage.user_id == mail.user_id,
            or_(InboxMessage.mail_id == mail.id, and_(*_new(at))),
        )
        .order_by(InboxMessage.id)
    ).all()
    for one in found:
        one.mail_id = mail.id
    return list(found)


def waiting(session: Session, at: datetime, limit: int = 100) -> list[int]:
    """Numbers of the mails that are due, oldest first."""
    query = (
        select(Mail.id)
        .where(Mail.state == MailState.WAITING, Mail.due_at <= at)
        .order_by(Mail.due_at, Mail.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def bury(session: Session, at: datetime) -> int:
    """Mails whose worker died in the middle: whether they went out is not known. Gives how many."""
    rows = session.scalars(
        select(Mail).where(Mail.state == MailState.SENDING, Mail.due_at <= at - ABANDONED)
    ).all()
    for mail in rows:
        mail.state, mail.done_at = MailState.UNSURE, at
        mail.last_error = "the worker ended while sending"
    session.flush()
    return len(rows)


def send(sessions: sessionmaker[Session], mail_id: int, at: datetime, post: Post) -> bool:
    """Send one mail; True when the server took it. Nothing is open in the database meanwhile."""
    with sessions.begin() as session:
        mail = _locked(session, mail_id)
        found = server(session)
        if mail is None or mail.state is not MailState.WAITING or mail.due_at > at:
            return False
        if found is None:
            mail.due_at = at + LONGEST_PAUSE  # the setting may come back
            return False
        carried = _carried(session, mail, at)
        if not carried:
            session.delete(mail)
            return False
        mail.state, mail.due_at = MailState.SENDING, at
        mail.attempts += 1
        written = letter(mail, carried, found, at)
    state, error = MailState.SENT, None
    try:
        post(found, written)
    except NotSentError as refused:
        state, error = MailState.WAITING, str(refused)
    except UnsureError as unsure:
        state, error = MailState.UNSURE, str(unsure)
    with sessions.begin() as session:
        mail = session.get_one(Mail, mail_id, with_for_update=True)
        if state is MailState.WAITING and mail.attempts >= MOST_TRIES:
            state = MailState.REFUSED
        mail.state, mail.last_error = state, error
        if state is MailState.WAITING:
            mail.due_at = at + min(FIRST_PAUSE * 2 ** (mail.attempts - 1), LONGEST_PAUSE)
        else:
            mail.done_at = at
    return state is MailState.SENT


def _locked(session: Session, mail_id: int) -> Mail | None:
    return session.scalars(
        select(Mail).where(Mail.id == mail_id).with_for_update(skip_locked=True)
    ).one_or_none()


def letter(
    mail: Mail, messages: Sequence[InboxMessage], found: Server, at: datetime
) -> EmailMessage:
    """What is written, in the reader's language: of each message its words, the number of the
    application, the due date, how it was counted and the clause."""
    zh = messages[0].user.locale is Locale.ZH
    parts = [_lines(one, zh) for one in messages]
    subject = parts[0][0]
    if len(parts) > 1:
        count = len(parts)
        subject = f"今日提醒：{count}件事项" if zh else f"Today: {count} matters"
        parts = [
            [f"{at_}. {lines[0]}", *(f"   {line}" for line in lines[1:])]
            for at_, lines in enumerate(parts, 1)
        ]
    lines = [line for part in parts for line in part]
    lines.append("请登录系统办理。" if zh else "Sign in to deal with it.")
    written = EmailMessage()
    # a title may be somebody's own words of several lines, and no header may have a second one
    written["Subject"] = " ".join(subject.split())
    written["From"], written["To"] = found.sender, mail.address
    written["Date"] = format_datetime(at)
    written["Message-ID"] = make_msgid(f"m{mail.id}", domain=found.sender.rpartition("@")[2])
    written["Auto-Submitted"] = "auto-generated"
    written.set_content("\n".join(lines) + "\n")
    return written


def _lines(message: InboxMessage, zh: bool) -> list[str]:
    body, lang = message.body, "zh" if zh else "en"
    lines = [str(body.get(lang, ""))]
    if message.application is not None:
        number = message.application.number
        lines.append(f"申请编号：{number}" if zh else f"Application: {number}")
    due = parse_date(str(body.get("due", "")))
    if due is not None:
        lines.append(f"期限：{chinese_date(due)}" if zh else f"Due: {english_date(due)}")
    counted = body.get("counted")
    if isinstance(counted, dict):
        lines.append(str(counted.get(lang, "")))
    if body.get("clause"):
        lines.append(f"依据：{body['clause']}" if zh else f"Clause: {body['clause']}")
    return lines


def post(found: Server, written: EmailMessage) -> None:
    """Hand one mail to the server. Until the text goes over, whatever breaks means "not sent"."""
    try:
        client = _connected(found)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(_words(error)) from error
    try:
        _envelope(client, found, written)
        _hand_over(client, written)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(_words(error)) from error
    finally:
        with suppress(OSError, smtplib.SMTPException):  # a broken farewell changes nothing
            client.quit()
        client.close()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _connected(found: Server) -> smtplib.SMTP:
    if found.encrypted and found.port == 465:
        return smtplib.SMTP_SSL(
            found.host, found.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    return smtplib.SMTP(found.host, found.port, timeout=TIMEOUT)


def _envelope(client: smtplib.SMTP, found: Server, written: EmailMessage) -> None:
    client.ehlo_or_helo_if_needed()
    if found.encrypted and found.port != 465:
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
    if found.user:
        client.login(found.user, found.password)
    for code, answer in (client.mail(found.sender), client.rcpt(str(written["To"]))):
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, answer)


def _hand_over(client: smtplib.SMTP, written: EmailMessage) -> None:
    """Only a clear answer of the server counts; a connection that breaks here leaves a doubt."""
    try:
        code, answer = client.data(written.as_bytes(policy=written.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as refused:
        raise NotSentError(f"{refused.smtp_code} {refused.smtp_error!r}") from refused
    except (OSError, smtplib.SMTPException) as error:
        raise UnsureError(_words(error)) from error
    if code != 250:
        raise NotSentError(f"{code} {answer!r}")
