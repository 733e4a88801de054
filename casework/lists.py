"""What every verb on many applications shares: check all of them, then do all of them.

A list is one piece of work: it goes through whole or not at all, and a refusal names every fault
of every application at once (`Fault.where` is the application's number). Decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from casework import duties, emergency, facts, moves, step_dates
from casework.clock import day_of
from casework.people import Actor
from engine import records
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import RecordField, Road, Stage, StageKind
from models.applications import Application
from models.orgs import OrgUnit

Versions = Mapping[int, int]
"""Application id → version that the person has seen on the page."""
Raw = Mapping[str, object]
"""What was written down, by field of the stage: form texts or typed values."""
Values = dict[str, records.Value]
"""What was read of it: money in fen, dates as dates, None for blank."""


OBJECTION = "objection"
HOLDS = {OBJECTION: Label("有反映情况正在核查", "an objection is being checked")}
"""Why money may be held, by the code kept on the application."""


def field(name: str, kind: str, zh: str, en: str, *, required: bool = True) -> RecordField:
    """A field that a verb cannot do without, for a policy whose stage does not ask for it."""
    return RecordField(
        id=name,
        type=kind,
        label=Label(zh, en),
        required=required,
        for_list=True,
        may_be_future=name == "ends_on",
    )


def written(
    session: Session,
    applications: Iterable[Application],
    kind: StageKind,
    part: str | None,
    record: Raw,
    lines: Mapping[int, Raw] | None,
    at: datetime,
    needed: Sequence[RecordField] = (),
) -> tuple[dict[int, Values], list[Fault]]:
    """What the stage writes down for each application, by its id, and every fault once.

    `record` holds what is given once for the list, `lines` what each application has of its own.
    A fault of the list has its field as the place, a fault of one application its number. Dates
    that can be read are held against those of earlier steps even where something else is wrong, so
    that nobody is sent back twice (4.1.4).
    """
    values: dict[int, Values] = {}
    found: list[Fault] = []
    misdated: list[tuple[Application, Fault]] = []
    judged = 0
    for application in applications:
        stage = stage_of_kind(application, kind)
        if stage is None:
            continue
        asked = list(stage.records_for(road_of(application).id, part_of(stage, part)))
        known = {each.id for each in asked}
        asked += [each for each in needed if each.id not in known]
        own = (lines or {}).get(application.id, {})
        shared = set(record) | {each.id for each in asked if each.for_list}
        raw, judged = plain({**record, **own}), judged + 1
        try:
            values[application.id] = read = records.read_fields(
                asked,
                stage.checks,
                raw,
                day_of(at),
                known=facts.dated(session, application, stage),
            )
        except Refused as refused:
            for fault in refused.faults:
                mine = fault.where in own or fault.where not in shared
                place = replace(fault, where=application.number) if mine else fault
                if place not in found:
                    found.append(place)
            read = records.readable(asked, raw, day_of(at))
        late = step_dates.faults(
            session, application, stage, asked, read, part=part_of(stage, part)
        )
        misdated += [(application, fault) for fault in late]
    return values, found + _placed(misdated, judged)


def _placed(misdated: Sequence[tuple[Application, Fault]], of: int) -> list[Fault]:
    """Said once for the list where it is the same for all of it, else by the application."""
    faults = [fault for _application, fault in misdated]
    shared = [f for at, f in enumerate(faults) if faults.count(f) == of and f not in faults[:at]]
    own = [replace(f, where=a.number) for a, f in misdated if f not in shared]
    return [*shared, *own]


def plain(raw: Raw) -> dict[str, object]:
    """Dates as ISO text: the program's own callers may give them as dates."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in raw.items()}


def entry(
    application: Application, kind: StageKind, part: str | None, values: Values
) -> dict[str, object]:
    """The data of an event: at which stage and part what was written down."""
    stage = stage_of_kind(application, kind)
    return {
        "stage": None if stage is None else stage.id,
        "part": part,
        "record": records.plain(values),
    }


def day(values: Values, name: str) -> date:
    """A date that was read; KeyError where the caller did not make it required."""
    value = values[name]
    if not isinstance(value, date):
        raise KeyError(name)
    return value


def words(values: Values, name: str) -> str | None:
    """A text or choice that was read, None where it is blank."""
    value = values.get(name)
    return None if value is None else str(value)


def versions(applications: Iterable[Application]) -> dict[int, int]:
    """The versions as they are now, as a page carries them to the next press of a button."""
    return {application.id: application.version for application in applications}


def at_number(application: Application, faults: Iterable[Fault]) -> list[Fault]:
    """The faults with the application's number as their place."""
    return [replace(fault, where=application.number) for fault in faults]


def stop(faults: Sequence[Fault]) -> None:
    """Raise Refused when there is any fault."""
    if faults:
        raise Refused(faults)


def road_of(application: Application) -> Road:
    """The application's road in its pinned edition."""
    return moves.policy_and_road(application)[1]


def stage_of_kind(application: Application, kind: StageKind) -> Stage | None:
    """The stage of this kind on the application's road; the one it stands at where several."""
    road = road_of(application)
    found = [stage for stage in road.stages if stage.kind is kind]
    here = [stage for stage in found if stage.id == application.stage]
    return next(iter(here or found), None)


def ready(
    session: Session,
    applications: Sequence[Application],
    kind: StageKind,
    by: Actor,
    at: datetime,
    expected: Versions | None,
    *,
    part: str | None = None,
    early: bool = False,
    held_stops: bool = True,
) -> list[Fault]:
    """Every reason why this person cannot take the step of this kind for these applications.

    Locks the rows in id order first, so what is true here stays true until the commit. With
    `early` an authorised emergency may take the step before its turn. `expected` None is for a
    verb whose page shows another thing (a notice, a payment) that carries the guard itself.
    """
    if not applications:
        return [Fault("list_empty", {}, None)]
    found = _doubles(applications)
    moves.lock(session, set(applications))
    for application in applications:
        stage = stage_of_kind(application, kind)
        if stage is None:
            road = road_of(application)
            asked = Fault("step_not_on_road", {"road": road.label}, None)
            found += at_number(application, [asked])
            continue
        version = None if expected is None else expected.get(application.id, -1)
        ahead = early and emergency.authorised(session, application)
        faults = moves.check_ready(
            session, application, stage.id, by, at, version, part=part_of(stage, part), early=ahead
        )
        if held_stops and application.held:
            reason = HOLDS.get(application.hold_reason or "", application.hold_reason)
            faults.append(Fault("held", {"reason": reason or ""}, None))
        found += at_number(application, faults)
    return found


def outside(applications: Iterable[Application], unit: OrgUnit) -> list[Fault]:
    """`not_of_unit` for each application whose branch is not the unit or below it."""
    return [
        Fault("not_of_unit", {"unit": unit.name}, application.number)
        for application in applications
        if not application.org.path.startswith(unit.path)
    ]


def forward(
    session: Session,
    application: Application,
    verb: str,
    by: Actor,
    at: datetime,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
    duty: bool = True,
) -> None:
    """Move on to the next stage that an emergency has not done already; `duty` takes the duty of
    the stage that is left."""
    road = road_of(application)
    left = road.stage(application.stage)
    done = emergency.done_early(session, application)
    moves.to_next(
        session, application, verb=verb, by=by, at=at, reason=reason, data=data, skip=done
    )
    if duty:
        duties.take(session, application, by, moves.duty_at(road, left))


def onward(
    session: Session,
    application: Application,
    kind: StageKind,
    verb: str,
    by: Actor,
    at: datetime,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """`forward` when the application stands at the stage of this kind; an emergency that is ahead
    of its turn stays where its paperwork is."""
    stage = stage_of_kind(application, kind)
    if stage is not None and stage.id == application.stage:
        forward(session, application, verb, by, at, reason=reason, data=data)
    else:
        stay(session, application, kind, verb, by, at, reason=reason, data=data)


def stay(
    session: Session,
    application: Application,
    kind: StageKind,
    verb: str,
    by: Actor,
    at: datetime,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Write down a verb that leaves the application at its stage, and take the duty of `kind`."""
    moves.move(session, application, verb=verb, by=by, at=at, reason=reason, data=data)
    stage = stage_of_kind(application, kind)
    if stage is not None:
        duties.take(session, application, by, moves.duty_at(road_of(application), stage))


def part_of(stage: Stage, part: str | None) -> str | None:
    """A policy may do a stage in one go; then its own people take every part of it."""
    return part if part is not None and any(p.id == part for p in stage.parts) else None


def _doubles(applications: Sequence[Application]) -> list[Fault]:
    seen: set[int] = set()
    found = []
    for application in applications:
        if application.id in seen:
            found.append(Fault("twice_on_list", {}, application.number))
        seen.add(application.id)
    return found
