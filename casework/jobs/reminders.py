"""Remind and escalate as `procedure.yaml` (reminders) and `escalation.yaml` say, once each.

Runs as often as it likes. After days of standing still every reminder whose day has come is still
told once, in words that are true on the day they are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, circulation, due_dates, inbox
from casework.clock import day_of
from casework.due_dates import Bound
from casework.dues import CaseDue
from casework.editions import policy_of
from casework.holders import Holders
from casework.inbox import Notice
from casework.moves import LIVE
from casework.permissions import Permission
from engine import Policy
from engine.deadlines import Due
from engine.labels import Label
from engine.procedure import DeadlineRule, Reminder, Road, StageKind
from models.applications import Application, CaseStatus
from models.calendar import HolidayYear
from models.orgs import OrgUnit

CHUNK = 500
REMINDER, ESCALATION, CALENDAR = "reminder", "escalation", "calendar"
_WEIGHING = frozenset(
    {
        StageKind.APPLY,
        StageKind.REVIEW,
        StageKind.SEAL,
        StageKind.VERIFY,
        StageKind.APPROVE,
        StageKind.MEET,
    }
)
"""Kinds of step that look into an application; who posts, files or pays has no part in it."""
CALENDAR_AHEAD = 12  # in this month the next year's calendar is asked for


def remind(session: Session, at: datetime, after_id: int = 0) -> tuple[int, int | None]:
    """Tell what is due of one chunk of applications.

    Gives how many messages were put, and the id to go on after (None at the end).
    """
    today, holidays = day_of(at), calendar.load(session)
    chunk = session.execute(
        select(Application, OrgUnit.path)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Application.status.in_(LIVE), Application.id > after_id)
        .order_by(Application.id)
        .limit(CHUNK)
    ).all()
    holders = Holders(session, today)
    bound = [Bound(one.id, one.edition_id, one.road, one.emergency) for one, _path in chunk]
    dues = due_dates.dues_of_many(session, bound, today, holidays)
    known = inbox.told(session, [one.id for one in bound])
    told = 0
    for application, path in chunk:
        policy = policy_of(application.edition)
        road = policy.procedure.road(application.road)
        for fallen in _fallen(policy, dues[application.id], today):
            users = holders.of(fallen.reminder.to, path)
            notice = _reminder(application.id, fallen, today)
            told += inbox.tell(session, users, notice, at, known)
        for users, notice in _escalations(application, policy, road, path, holders):
            told += inbox.tell(session, users, notice, at, known)
    last: int | None = chunk[-1][0].id if len(chunk) == CHUNK else None
    told += circulation.chase(session, [one.id for one, _path in chunk], at)
    return told, last


@dataclass(frozen=True, slots=True)
class Fallen:
    """A reminder whose day has come: its deadline's rule, how it was counted, its last day."""

    reminder: Reminder
    rule: DeadlineRule
    counted: Due
    last: date


def _fallen(policy: Policy, dues: Sequence[CaseDue], today: date) -> list[Fallen]:
    """Reminders whose day has come, of deadlines that are still open or missed."""
    found = []
    by_rule = {each.rule.id: each for each in dues if each.state in ("open", "late")}
    for reminder in policy.procedure.reminders:
        due = by_rule.get(reminder.deadline)
        if due is None or due.due is None or due.due.date is None:
            continue
        if (today - due.due.date).days >= reminder.days:
            found.append(Fallen(reminder, due.rule, due.due, due.due.date))
    return found


def _reminder(application_id: int, fallen: Fallen, today: date) -> Notice:
    """The words of the file where they hold today, else that the day has passed."""
    late, label = (today - fallen.last).days, fallen.rule.label
    title = fallen.reminder.label
    if late > 0 and fallen.reminder.days <= 0:
        title = Label(
            f"{label.zh}的期限已过{late}天。", f"{label.en}: {late} days past the due date."
        )
    return Notice(
        f"remind:{application_id}:{fallen.reminder.id}:{fallen.last.isoformat()}",
        REMINDER,
        title,
        application_id,
        {
            "clause": fallen.rule.clause,
            "due": fallen.last.isoformat(),
            "deadline": {"zh": label.zh, "en": label.en},
            "counted": {"zh": fallen.counted.counted_zh, "en": fallen.counted.counted_en},
        },
    )


def _escalations(
    application: Application, policy: Policy, road: Road, path: str, holders: Holders
) -> Iterator[tuple[tuple[int, ...], Notice]]:
    """Whom to tell of an escalation: those who weigh the application at the level that the rule
    names, when it has come there."""
    codes = (application.summary or {}).get("escalations", ())
    if not codes or application.status is CaseStatus.DRAFT:
        return
    for rule in policy.escalations:
        if rule.id not in codes or not rule.to:
            continue
        here = [s for s in road.stages if s.level == rule.to and s.kind in _WEIGHING]
        if not here or road.position(here[0].id) > road.position(application.stage):
            continue
        roles = {code for stage in here for code in (*stage.by, *stage.confirmed_by)}
        key = f"escalate:{application.id}:{rule.id}"
        body = {"clause": rule.clause}
        notice = Notice(key, ESCALATION, rule.label, application.id, body)
        yield holders.of(roles, path, rule.to), notice


def calendars(session: Session, at: datetime) -> int:
    """Ask those who keep the calendar for a year whose working days nobody can count yet."""
    today = day_of(at)
    years = [today.year] + ([today.year + 1] if today.month >= CALENDAR_AHEAD else [])
    known = set(session.scalars(select(HolidayYear.year).where(HolidayYear.year.in_(years))))
    users = Holders(session, today).with_permission(Permission.Calendar.WRITE)
    return sum(
        inbox.tell(
            session,
            users,
            Notice(
                f"calendar:{year}",
                CALENDAR,
                Label(
                    f"缺少{year}年节假日安排，工作日期限无法推算，请录入。",
                    f"The working calendar of {year} is missing, so deadlines in working days "
                    "cannot be counted. Enter it.",
                ),
            ),
            at,
        )
        for year in years
        if year not in known
    )
