"""Post a list in a branch, take it down, take one name off it (clause 4.3, annex 3).

The columns, the days and the reasons are the edition's; what was posted is frozen and hashed, so
that later anybody can see whether it is still what hung on the board. Objections are elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    access,
    calendar,
    cancellations,
    clearance,
    events,
    facts,
    history,
    lists,
    moves,
    numbers,
    scope,
)
from casework.clock import day_of
from casework.lists import Raw, Versions
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.model import Policy
from engine.notices import check_notice, posted_reason
from engine.procedure import StageKind
from engine.source import parse_date
from engine.words import chinese_date, chinese_month, yuan
from models.applications import Application, Approval, ApprovalResult, CaseStatus
from models.attachments import Attachment
from models.base import canonical_json
from models.members import Sex
from models.notices import LineState, Notice, NoticeLine, NoticeStatus
from models.orgs import OrgUnit

NEEDED = (
    lists.field("posted_on", "date", "公示开始日期", "First day"),
    lists.field("ends_on", "date", "公示截止日期", "Last day"),
    lists.field("place", "text", "公示地点", "Place"),
)
NEEDED_AT_END = (lists.field("removed_on", "date", "撤下日期", "Taken down on"),)
TOO_SHORT = "publicity_too_short"
FAULT_LABELS: Mapping[str, Label] = {
    TOO_SHORT: Label("公示期不足", "the notice is too short"),
    "date_order_error": Label("截止日期早于开始日期", "it ends before it starts"),
    "before_approval": Label("早于审批日期", "it starts before the approval"),
    "wrong_place": Label("地点不符合要求", "it does not hang where it must"),
    "missing_column": Label("缺少一栏", "a column is missing"),
    "extra_column": Label("多出一栏", "a column too many"),
}
PLACES: Mapping[str, str] = {
    TOO_SHORT: "ends_on",
    "date_order_error": "ends_on",
    "before_approval": "posted_on",
    "wrong_place": "place",
}
"""The field of the page that a fault of a notice is about, where it is one."""
_SEX = {Sex.MALE: "男", Sex.FEMALE: "女"}
_SOURCES: Mapping[str, Callable[[Application], str]] = {
    "member.name": lambda a: a.member.name,
    "member.sex": lambda a: _SEX[a.member.sex] if a.member.sex else "",
    "member.ethnic": lambda a: a.member.ethnic or "",
    "member.birth_ym": lambda a: chinese_month(a.member.birth_on) if a.member.birth_on else "",
    "member.joined_on": lambda a: chinese_date(a.member.joined_on) if a.member.joined_on else "",
    "member.hukou_label": lambda a: a.member.hukou_label or "",
    "case.number": lambda a: a.number,
    "case.amount": lambda a: yuan(a.approved_fen or 0),
}
"""What a posted column may show. A number, a phone or an address is not among them."""
REASON = "case.reason"
PHOTO = "notice_photo"
PHOTOGRAPHED = "photographed"
"""The record of a posting that a photo is kept, where the procedure asks for it."""


def post(
    session: Session,
    branch: OrgUnit,
    applications: Sequence[Application],
    record: Raw,
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
) -> Notice:
    """Record that the list hangs in the branch. `record` holds posted_on, ends_on, place and
    whatever else the stage asks for.

    All applications are of this branch, of one road and edition, and wait at the stage of kind
    post. The applications stay there until the notice is closed.
    """
    values, found = lists.written(
        session, applications, StageKind.POST, "post", record, None, at, NEEDED
    )
    found += lists.ready(
        session, applications, StageKind.POST, by, at, versions, part="post", held_stops=False
    )
    found += _one_kind(branch, applications)
    found += _on_a_board(session, applications)
    if applications:
        found += _unlawful(session, applications, record, found)
    lists.stop(found)
    policy, road = moves.policy_and_road(applications[0])
    shared = values[applications[0].id]
    posted_on, ends_on = lists.day(shared, "posted_on"), lists.day(shared, "ends_on")
    place = lists.words(shared, "place") or ""
    rows = [row_of(session, policy, application) for application in applications]
    notice = Notice(
        number=numbers.take(session, "notice", posted_on.year),
        org_id=branch.id,
        edition_id=applications[0].edition_id,
        road=road.id,
        approved_on=_approved_on(session, applications),
        posted_on=posted_on,
        ends_on=ends_on,
        place=place,
        frozen=rows,
        sha256=hash_of(rows),
        posted_by_id=by.user_id,
        status=NoticeStatus.POSTED,
    )
    session.add(notice)
    session.flush()
    for application, row in zip(applications, rows, strict=True):
        session.add(NoticeLine(notice_id=notice.id, application_id=application.id, columns=row))
        data = lists.entry(application, StageKind.POST, "post", values[application.id])
        data["notice"] = notice.number
        lists.stay(session, application, StageKind.POST, "post", by, at, data=data)
    events.audit(session, by, at, "notice.post", "notice", notice.id, {"sha256": notice.sha256})
    return notice


def close(
    session: Session, notice: Notice, record: Raw, *, by: Actor, at: datetime
) -> list[Application]:
    """Record that the notice was taken down after its last day; gives those that move on.

    Who has an open objection stays and is held; the others do not wait for him.
    """
    _hold(session, notice)
    applications = [line.application for line in on_board(session, notice)]
    moves.lock(session, applications)
    applications = [each for each in applications if still_there(each)]
    values, found = lists.written(
        session, applications, StageKind.POST, "end", record, None, at, NEEDED_AT_END
    )
    if notice.status != NoticeStatus.POSTED:
        raise Refused([Fault("notice_not_posted", {"number": notice.number})])
    found += access.faults(session, by, Permission.Notice.REMOVE, notice.org_id)
    if applications:
        found += lists.ready(
            session, applications, StageKind.POST, by, at, None, part="end", held_stops=False
        )
    removed = _taken_down(record, values, at)
    if removed <= notice.ends_on and not any(f.where == "removed_on" for f in found):
        found.append(replace(_runs(notice), where="removed_on"))
    if any(each.get(PHOTOGRAPHED) is True for each in values.values()):
        found += _photo_faults(session, notice)
    lists.stop(found)
    notice.status, notice.removed_on = NoticeStatus.ENDED, removed
    moved = []
    for application in applications:
        data = lists.entry(application, StageKind.POST, "end", values[application.id])
        data["notice"] = notice.number
        if clearance.open_objections(session, application):
            lists.stay(session, application, StageKind.POST, "notice_ended", by, at, data=data)
        else:
            lists.forward(session, application, "notice_ended", by, at, data=data)
            moved.append(application)
    session.flush()
    data = {"removed_on": removed.isoformat(), "moved": [a.number for a in moved]}
    events.audit(session, by, at, "notice.close", "notice", notice.id, data)
    return moved


def _photo_faults(session: Session, notice: Notice) -> list[Fault]:
    """A photo that is said to be kept must lie here."""
    kept = select(Attachment.id).where(Attachment.notice_id == notice.id, Attachment.kind == PHOTO)
    if session.scalar(kept.limit(1)) is not None:
        return []
    return [Fault("photo_missing", {"number": notice.number}, PHOTOGRAPHED)]


def remove_line(
    session: Session, line: NoticeLine, *, reason: str, by: Actor, at: datetime
) -> None:
    """Take one name off the board. The others' days run on; the name, if it is posted again,
    starts a notice of its own."""
    notice, application = line.notice, line.application
    _hold(session, notice)
    found = access.faults(session, by, Permission.Notice.REMOVE, notice.org_id)
    if notice.status != NoticeStatus.POSTED or line.state is not LineState.ON:
        found.append(Fault("line_not_on_board", {}, application.number))
    if not reason.strip():
        found.append(Fault("reason_needed", {}, application.number))
    lists.stop(found)
    moves.lock(session, [application])
    line.state = LineState.REMOVED
    data = {"notice": notice.number}
    moves.move(session, application, verb="notice_removed", by=by, at=at, reason=reason, data=data)
    session.flush()
    cancellations.empty(session, notice, at)


def of_case(session: Session, application: Application) -> Notice | None:
    """The notice that the application is on: it hangs, or is over and an objection holds him."""
    query = (
        select(Notice)
        .join(NoticeLine, NoticeLine.notice_id == Notice.id)
        .where(NoticeLine.application_id == application.id, NoticeLine.state == LineState.ON)
        .order_by(Notice.id.desc())
        .limit(1)
    )
    notice = session.scalars(query).one_or_none()
    over = notice is not None and notice.status is not NoticeStatus.POSTED
    return None if over and not application.held else notice


def part_faults(session: Session, application: Application, part: str, on: date) -> list[Fault]:
    """What the board says against posting the application (`post`) or ending its notice (`end`) on
    this day: it hangs already, it hangs nowhere, its days are not over."""
    notice = of_case(session, application)
    if part == "post":
        return [] if notice is None else [_hangs(notice)]
    if notice is None:
        return [Fault("not_on_notice", {})]
    if notice.status is not NoticeStatus.POSTED:
        return [Fault("notice_not_posted", {"number": notice.number})]
    return [_runs(notice)] if on <= notice.ends_on else []


def _hangs(notice: Notice) -> Fault:
    return Fault("already_on_notice", {"number": notice.number})


def _runs(notice: Notice) -> Fault:
    return Fault("notice_still_runs", {"number": notice.number, "ends_on": notice.ends_on})


def waiting(session: Session, by: Actor) -> list[Application]:
    """Applications in reach that could be posted now: at a stage of kind post, on no board."""
    query = (
        select(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Application.status == CaseStatus.OPEN)
        .order_by(Application.org_id, Application.road, Application.id)
    )
    rows = session.scalars(scope.visible(query, by, Permission.Step.POST, OrgUnit.path)).all()
    return [
        application
        for application in rows
        if lists.road_of(application).stage(application.stage).kind is StageKind.POST
        and not _on_a_board(session, [application])
        and not _was_ended(session, application)
    ]


def still_there(application: Application) -> bool:
    """Who was refused or withdrawn meanwhile no longer moves with his notice."""
    stage = lists.stage_of_kind(application, StageKind.POST)
    here = stage is not None and application.stage == stage.id
    return here and application.status in moves.LIVE


def on_board(session: Session, notice: Notice) -> list[NoticeLine]:
    """The lines that still hang."""
    query = (
        select(NoticeLine)
        .where(NoticeLine.notice_id == notice.id, NoticeLine.state == LineState.ON)
        .order_by(NoticeLine.id)
    )
    return list(session.scalars(query))


def unchanged(notice: Notice) -> bool:
    """Whether the frozen rows are still what was posted."""
    return hash_of(notice.frozen) == notice.sha256


def hash_of(rows: Sequence[Mapping[str, str]]) -> str:
    """SHA-256 over the rows in canonical JSON, "sha256:…"."""
    text = canonical_json([dict(row) for row in rows])
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def row_of(session: Session, policy: Policy, application: Application) -> dict[str, str]:
    """The line of the paper: exactly the edition's columns, each as text."""
    known = facts.gather(session, application, policy)
    return {
        column.id: posted_reason(policy, known).label.zh
        if column.source == REASON
        else _SOURCES[column.source or ""](application)
        for column in policy.procedure.notice.columns
    }


def _one_kind(branch: OrgUnit, applications: Sequence[Application]) -> list[Fault]:
    found = [
        Fault("not_of_unit", {"unit": branch.name}, application.number)
        for application in applications
        if application.org_id != branch.id
    ]
    if len({(a.road, a.edition_id) for a in applications}) > 1:
        found.append(Fault("notice_of_two_kinds", {}, None))
    return found


def _on_a_board(session: Session, applications: Sequence[Application]) -> list[Fault]:
    ids = [application.id for application in applications]
    rows = session.execute(
        select(Application.number, Notice.number)
        .join(NoticeLine, NoticeLine.application_id == Application.id)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .where(
            Application.id.in_(ids),
            NoticeLine.state == LineState.ON,
            Notice.status == NoticeStatus.POSTED,
        )
        .order_by(Application.number)
    )
    return [Fault("already_on_notice", {"number": notice}, number) for number, notice in rows]


def _was_ended(session: Session, application: Application) -> bool:
    """Held back by an objection: its notice is over, nothing needs to be posted again."""
    ended = session.scalar(
        select(NoticeLine.id)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .where(
            NoticeLine.application_id == application.id,
            NoticeLine.state == LineState.ON,
            Notice.status == NoticeStatus.ENDED,
        )
        .limit(1)
    )
    return ended is not None and application.held


def _approved_on(session: Session, applications: Sequence[Application]) -> date | None:
    """The latest day on which one of them was approved; the notice cannot start before it.

    The day written down at the approving stage counts (a meeting is often typed in later), else
    the day of entry.
    """
    days: list[date] = []
    for application in applications:
        road = lists.road_of(application)
        before = [stage.id for stage in road.before(application.stage)]
        last = session.scalars(
            select(Approval)
            .where(
                Approval.application_id == application.id,
                Approval.stage.in_(before),
                Approval.result == ApprovalResult.AGREED,
            )
            .order_by(Approval.at.desc(), Approval.id.desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            continue
        written = history.recorded(session, application).get(last.stage, {})
        fields = [each.id for each in road.stage(last.stage).records if each.type == "date"]
        known = [parse_date(str(written[name])) for name in fields if name in written]
        days.append(max((day for day in known if day is not None), default=day_of(last.at)))
    return max(days) if days else None


def check_data(
    notice_like: Mapping[str, object], columns: Sequence[str], **more: object
) -> dict[str, object]:
    """The input of `engine.check_notice`; dates as ISO text."""
    data = {**notice_like, "columns": list(columns), **more}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items()}


def _unlawful(
    session: Session, applications: Sequence[Application], record: Raw, found: Sequence[Fault]
) -> list[Fault]:
    """What the edition has against this notice, as far as its days and place can be read: a field
    that is blank or wrong elsewhere on the page does not keep the rest from being said."""
    policy, _road = moves.policy_and_road(applications[0])
    given = {name: str(value or "").strip() for name, value in lists.plain(record).items()}
    posted_on, ends_on = (parse_date(given.get(name, "")) for name in ("posted_on", "ends_on"))
    faults = _private_columns(policy)
    if posted_on is None or ends_on is None:
        return faults
    told = {
        "approved_on": _approved_on(session, applications),
        "posted_on": posted_on,
        "ends_on": ends_on,
        "place": given.get("place", ""),
    }
    try:
        against = _against_rules(session, policy, told)
    except Refused as refused:  # working days in a year without a calendar
        against = list(refused.faults)
    spoilt = {fault.where for fault in found if fault.where in told}
    return faults + [fault for fault in against if fault.where not in spoilt]


def _private_columns(policy: Policy) -> list[Fault]:
    """A column of the edition that would put a number or an address on a board."""
    return [
        Fault("notice_column_private", {"column": column.label})
        for column in policy.procedure.notice.columns
        if column.source != REASON and column.source not in _SOURCES
    ]


def _against_rules(
    session: Session, policy: Policy, notice_like: Mapping[str, object]
) -> list[Fault]:
    data = check_data(notice_like, [column.id for column in policy.procedure.notice.columns])
    answer = check_notice(policy, data, calendar.load(session))
    earliest, codes = parse_date(str(answer["earliest_end"])), answer["faults"]
    if not isinstance(codes, list):
        raise TypeError("check_notice gives its faults as a list")
    return [_against(str(code), earliest) for code in codes]


def _against(code: str, earliest: date | None) -> Fault:
    """One fault of a notice; when it may end is said where that is what is wrong."""
    what, where = FAULT_LABELS[code.partition(":")[0]], PLACES.get(code)
    if code == TOO_SHORT and earliest is not None:
        return Fault("notice_too_short", {"what": what, "earliest": earliest}, where)
    return Fault("notice_against_rules", {"what": what}, where)


def _hold(session: Session, notice: Notice) -> None:
    session.flush()
    session.refresh(notice, with_for_update=True)


def _taken_down(record: Raw, values: Mapping[int, lists.Values], at: datetime) -> date:
    """The day on the record; an empty board has only what the page sent."""
    for each in values.values():
        day = each.get("removed_on")
        if isinstance(day, date):
            return day
    given = record.get("removed_on")
    return given if isinstance(given, date) else day_of(at)
