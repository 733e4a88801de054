"""What the form of an application asks now, and what its page sent, as it was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from admin.acting import identifier
from admin.extensions import db
from admin.forms import facts as fact_forms
from admin.forms import worksheet
from admin.forms.records import read as read_record
from admin.forms.worksheet import Read, Sheet
from admin.pages.common import policy_road
from admin.pages.fill_trial import SIZE
from admin.security.people import actor
from casework import entries, facts, starts
from casework.permissions import Permission
from casework.scope import may
from engine import Policy
from engine.faults import Fault
from engine.model import Fact
from engine.procedure import Road, Stage, StageKind
from models.applications import Application

RECORD_PREFIX = "record-"
TYPED_WHERE_SILENT = ("member", "household", "grants")  # sources that may have no answer


@dataclass(frozen=True, slots=True)
class Typed:
    """Everything that one page sent, as it was typed."""

    version: int
    household_version: int | None
    facts: Mapping[str, Any]
    form: Mapping[str, str]
    record: Mapping[str, str]
    sheet: Sheet | None = None
    rows: Read | None = None
    faults: tuple[Fault, ...] = field(default=())


def stage_of(application: Application, road: Road) -> Stage:
    """The stage the application stands at."""
    return road.stage(application.stage)


def asked(
    application: Application, policy: Policy, road: Road, typed: Mapping[str, Any] | None = None
) -> list[Fact]:
    """The facts to be typed now: those of this level that no record answers, and those `typed`
    (the stored ones unless given) that the household worksheet contradicts, to be cleared.

    Whoever may write the worksheet gives the size of the household there and nowhere else.
    """
    session = db.session()
    given = application.facts if typed is None else typed
    wrong = {f.where for f in facts.sheet_faults(session, application, policy, given)}
    sheet_here = may(actor(), Permission.Member.WRITE, application.member.org.path)
    names = entries.writable(policy, road, stage_of(application, road))
    implied = starts.settled(policy, road)
    found = []
    for name in names:
        fact = policy.facts[name]
        if name in implied or fact.required:
            continue
        source = fact.source
        if source is not None and source.kind == "year":
            found.append(fact)  # another year than that of the date may be meant: blank keeps that
            continue
        if f"facts.{name}" in wrong:
            found.append(fact)
            continue
        if source is not None and (source.kind, source.name) == SIZE and sheet_here:
            continue
        silent = source is not None and source.kind in TYPED_WHERE_SILENT
        if source is None or (silent and facts.answer(session, application, fact) is facts.SILENT):
            found.append(fact)
    return found


def not_handed_in(application: Application, road: Road) -> bool:
    """Whether what is saved is still a draft: it stands where applications are made."""
    return stage_of(application, road).kind is StageKind.APPLY


def record_fields(application: Application, road: Road) -> Sequence[Any]:
    """What the first stage writes down, while the application stands there."""
    stage = stage_of(application, road)
    return stage.records_for(road.id) if not_handed_in(application, road) else ()


def read(application: Application, posted: MultiDict[str, str]) -> Typed:
    """What the page sent."""
    policy, road = policy_road(application)
    if road is None:
        return Typed(-1, None, {}, {}, {})
    names = [one.id for one in record_fields(application, road)]
    statements = [one.id for one in fact_forms.statement_fields(policy.procedure.form_of(road.id))]
    sheet, rows = worksheet.read(posted) if "household-size" in posted else (None, None)
    return Typed(
        version=identifier(posted.get("version", "")) or -1,
        household_version=identifier(posted.get("household-version", "")),
        facts=fact_forms.read_facts(
            [f for f in _typed_facts(application, policy, road) if _sent(f, posted)], posted
        ),
        form=read_record(statements, posted, fact_forms.FORM_PREFIX),
        record=read_record(names, posted, RECORD_PREFIX),
        sheet=sheet,
        rows=rows,
    )


def _typed_facts(application: Application, policy: Policy, road: Road) -> list[Fact]:
    """What the page may have asked: also figures that the worksheet has meanwhile, so that what was
    typed is held against it and not lost."""
    found = asked(application, policy, road)
    names = entries.writable(policy, road, stage_of(application, road))
    sheet = [f for f in (policy.facts[name] for name in names) if facts.on_sheet(f)]
    return [*found, *(fact for fact in sheet if fact not in found)]


def _sent(fact: Fact, posted: MultiDict[str, str]) -> bool:
    """Whether the page had this fact: a set with nothing ticked sends nothing."""
    return fact_forms.FACT_PREFIX + fact.name in posted or fact.type == "set"


def renewed(application: Application, typed: Typed) -> Typed:
    """The same texts with the versions as they are now, after the draft was kept."""
    household = application.member.household
    return replace(
        typed,
        version=application.version,
        household_version=household.version if household else None,
    )
