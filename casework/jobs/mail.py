"""Carry messages out of the house by SMTP: tried again after a refusal, never sent twice.

Before the server is spoken to, `sending` is committed. What the server refused goes back to
waiting; what was cut off after the text was handed over is `unsure` and is not sent again, since
the message itself stands in the person's inbox. A worker that died leaves `sending` behind, which
the next one finds and marks as unsure. The mail names no person, only what is due and its clause.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from casework import settings
from engine.source import parse_date
from engine.words import chinese_date, english_date
from models.inbox import Mail, MailState
from models.people import Locale

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_TRIES = 20
ABANDONED = timedelta(minutes=10)
"""So long a mail may be `sending` before its worker is taken for dead."""
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
        mail.state, mail.due_at = MailState.SENDING, at
        mail.attempts += 1
        written = letter(mail, found, at)
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


def letter(mail: Mail, found: Server, at: datetime) -> EmailMessage:
    """What is written: in the reader's language, the due date, how it was counted, the clause."""
    message = mail.message
    zh = message.user.locale is Locale.ZH
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
    lines.append("请登录系统办理。" if zh else "Sign in to deal with it.")
    written = EmailMessage()
    written["Subject"] = lines[0]
    written["From"], written["To"] = found.sender, mail.address
    written["Date"] = format_datetime(at)
    written["Message-ID"] = make_msgid(f"m{mail.id}", domain=found.sender.rpartition("@")[2])
    written["Auto-Submitted"] = "auto-generated"
    written.set_content("\n".join(lines) + "\n")
    return written


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
