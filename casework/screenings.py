"""The committee enters lists for the outside system, the service centre records the result
(clause 4.4). The screener sees name, identity number and kind of aid, never a cause.

Who was not screened, or failed, is never paid; that is asked again wherever money moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, events, grants, likenesses, lists, loading, moves, scope, transfers
from casework.lists import Raw, Versions
from casework.people import Actor
from casework.permissions import Permission
from engine.deadlines import Due, due
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import StageKind
from models.applications import Application, CaseStatus
from models.notices import LineState, Notice, NoticeLine
from models.orgs import OrgUnit
from models.screenings import ScreeningLine, ScreeningList, ScreeningResult

NEEDED = (lists.field("entered_on", "date", "录入日期", "Date of entry"),)
NEEDED_RESULT = (
    lists.field("result", "text", "筛查结果", "Result"),
    lists.field("reason", "text", "原因", "Reason", required=False),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a screener may see of one line."""

    list_id: int
    line_id: int
    application_id: int
    name: str
    id_number: str | None
    kind: Label


def enter_list(
    session: Session,
    committee: OrgUnit,
    applications: Sequence[Application],
    record: Raw,
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
) -> ScreeningList:
    """Record that the committee entered the list; the applications wait for the result.

    An entry after the due date is flagged in the event, never refused.
    """
    values, found = lists.written(
        session, applications, StageKind.SCREEN, "enter", record, None, at, NEEDED
    )
    found += lists.ready(session, applications, StageKind.SCREEN, by, at, versions, part="enter")
    found += lists.outside(applications, committee)
    found += _still_waiting(session, applications)
    lists.stop(found)
    entered_on = lists.day(values[applications[0].id], "entered_on")
    entered = ScreeningList(
        org_id=committee.id, entered_on=entered_on, entered_by_id=by.user_id, at=at
    )
    session.add(entered)
    session.flush()
    for application in applications:
        session.add(ScreeningLine(list_id=entered.id, application_id=application.id))
        data = lists.entry(application, StageKind.SCREEN, "enter", values[application.id])
        counted = entry_due(session, application)
        if counted is not None and counted.date is not None:
            data["due"] = counted.date.isoformat()
            data["late"] = entered_on > counted.date
        moves.move(session, application, verb="enter_list", by=by, at=at, data=data)
    session.expire(entered, ["lines"])
    found_alike = likenesses.find(session, entered, at=at)
    data = {"lines": len(applications), "entered_on": entered_on.isoformat(), "alike": found_alike}
    events.audit(session, by, at, "screening.enter", "screening_list", entered.id, data)
    return entered


def _not_waiting(entered: ScreeningList, application_id: int) -> Fault:
    """By the number that people know, where it stands on the list at all."""
    known = {line.application_id: line.application.number for line in entered.lines}
    number = known.get(application_id, str(application_id))
    return Fault("not_waiting_for_screening", {"number": number}, None)


def record_results(
    session: Session,
    entered: ScreeningList,
    record: Raw,
    lines: Mapping[int, Raw],
    *,
    by: Actor,
    at: datetime,
) -> list[ScreeningLine]:
    """Record pass or fail (with a reason) for applications of the list, by application id.

    Passed moves on. Failed ends the application where the edition says so (`passes`), otherwise it
    waits at this stage, unpaid, for another list. What the member already has stays for recovery.
    """
    session.flush()
    session.refresh(entered, with_for_update=True)
    open_lines = {line.application_id: line for line in waiting_lines(session, entered)}
    strangers = sorted(set(lines) - set(open_lines))
    found = [_not_waiting(entered, each) for each in strangers]
    if not open_lines or set(strangers) == set(lines):
        lists.stop(found)  # nobody is left, so that an empty list is not blamed besides
    chosen = [open_lines[each] for each in sorted(lines) if each in open_lines]
    applications = [line.application for line in chosen]
    values, faults = lists.written(
        session, applications, StageKind.SCREEN, "result", record, lines, at, NEEDED_RESULT
    )
    found += faults
    found += lists.ready(
        session, applications, StageKind.SCREEN, by, at, None, part="result", held_stops=False
    )
    for application in applications:
        found += _result_faults(application, values.get(application.id, {}))
    given_results = {number: each.get("result") for number, each in values.items()}
    found += likenesses.pass_faults(session, chosen, given_results)
    lists.stop(found)
    granted = [grants.of(session, application, lock=True) for application in applications]
    transfers.hold(session, [grant for grant in granted if grant is not None])
    for line in chosen:
        application = line.application
        given = values[application.id]
        line.result = ScreeningResult(str(given["result"]))
        line.reason = lists.words(given, "reason")
        line.by_id, line.at = by.user_id, at
        session.flush()
        data = lists.entry(application, StageKind.SCREEN, "result", given)
        if line.result == ScreeningResult.PASS:
            lists.forward(session, application, "screen", by, at, data=data)
        else:
            _failed(session, application, line.reason or "", by, at, data)
    audited = {"results": {str(line.application_id): str(line.result) for line in chosen}}
    events.audit(session, by, at, "screening.results", "screening_list", entered.id, audited)
    return chosen


def worklist(session: Session, by: Actor) -> list[Row]:
    """Lines that wait for a result from this person."""
    query = (
        select(ScreeningLine)
        .join(ScreeningList, ScreeningList.id == ScreeningLine.list_id)
        .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
        .where(ScreeningLine.result.is_(None))
        .order_by(ScreeningLine.list_id, ScreeningLine.id)
        .options(loading.application_of(ScreeningLine.application))
    )
    found = session.scalars(scope.visible(query, by, Permission.Step.SCREEN, OrgUnit.path))
    return [_row(line) for line in found if _may_screen(session, line.application, by)]


def waiting_lines(session: Session, entered: ScreeningList) -> list[ScreeningLine]:
    """Lines of the list without a result, whose application still lives."""
    query = (
        select(ScreeningLine)
        .where(ScreeningLine.list_id == entered.id, ScreeningLine.result.is_(None))
        .order_by(ScreeningLine.id)
    )
    return [line for line in session.scalars(query) if line.application.status in moves.LIVE]


def entry_due(session: Session, application: Application) -> Due | None:
    """When the entry was due, counted as the edition says from the last day of the notice."""
    policy, road = moves.policy_and_road(application)
    stage = lists.stage_of_kind(application, StageKind.SCREEN)
    ended = session.scalar(
        select(Notice.ends_on)
        .join(NoticeLine, NoticeLine.notice_id == Notice.id)
        .where(NoticeLine.application_id == application.id, NoticeLine.state == LineState.ON)
        .order_by(Notice.id.desc())
        .limit(1)
    )
    if stage is None or ended is None:
        return None
    for rule in policy.procedure.deadlines_of(road.id, emergency=application.emergency):
        met = policy.procedure.dates[rule.met_by].found
        if met == ("record", f"{stage.id}.entered_on"):
            return due(policy, rule.id, ended, calendar.load(session))
    return None


def _may_screen(session: Session, application: Application, by: Actor) -> bool:
    """Whether the application waits here for a result, and this person is the one to give it."""
    stage = lists.stage_of_kind(application, StageKind.SCREEN)
    if stage is None or application.stage != stage.id or application.status not in moves.LIVE:
        return False
    part = lists.part_of(stage, "result")
    return not moves.right_faults(session, application, stage, by, part)


def _row(line: ScreeningLine) -> Row:
    application = line.application
    return Row(
        list_id=line.list_id,
        line_id=line.id,
        application_id=application.id,
        name=application.member.name,
        id_number=application.member.id_number,
        kind=lists.road_of(application).label,
    )


def _still_waiting(session: Session, applications: Sequence[Application]) -> list[Fault]:
    rows = session.scalars(
        select(ScreeningLine).where(
            ScreeningLine.application_id.in_([a.id for a in applications]),
            ScreeningLine.result.is_(None),
        )
    )
    return [Fault("already_on_screening_list", {}, row.application.number) for row in rows]


def _result_faults(application: Application, given: lists.Values) -> list[Fault]:
    result = given.get("result")
    if result is not None and result not in set(ScreeningResult):
        return [Fault("screening_result_unknown", {"text": result}, application.number)]
    if result == ScreeningResult.FAIL and not given.get("reason"):
        return [Fault("screening_reason_missing", {}, application.number)]
    return []


def _failed(
    session: Session,
    application: Application,
    reason: str,
    by: Actor,
    at: datetime,
    data: dict[str, object],
) -> None:
    stage = lists.stage_of_kind(application, StageKind.SCREEN)
    grant = grants.of(session, application, lock=True)
    paid = 0 if grant is None else grants.paid_fen(session, grant)
    if stage is None or stage.passes is None or paid:
        held = dict(data, paid_fen=paid)
        lists.stay(
            session, application, StageKind.SCREEN, "screen", by, at, reason=reason, data=held
        )
        return
    if grant is not None:
        transfers.come_back(session, grant, by=by, at=at, reason=reason)
        grants.cancel(session, application, by, at, reason)
    moves.move(
        session,
        application,
        verb="screen",
        by=by,
        at=at,
        status=CaseStatus.REFUSED,
        reason=reason,
        data=data,
    )
