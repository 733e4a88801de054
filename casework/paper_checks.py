"""Comparing what was entered on behalf with the scan of the paper, item by item, by somebody else.

A verdict holds for the value and the scan that it was given on; when either changes, the item is
open again. Earlier verdicts stay on record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import behalf, duties, moves, papers
from casework.history import recorded
from casework.people import Actor
from casework.permissions import step_permission
from casework.scope import may_as
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import OnBehalf, RecordField, Stage
from models.applications import Application
from models.attachments import Attachment
from models.entry import ComparisonVerdict, PaperComparison
from models.secrets import keyring

VERB = "compare_paper"
COMMENT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One value that stands both on the paper and in the records. `field` tells how a recorded
    value reads; a field of the form is text. None: nothing was entered."""

    id: str
    label: Label
    value: object
    field: RecordField | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """An item and the newest verdict on it; `stands` while value and scan are what it was given on."""

    item: Item
    said: PaperComparison | None
    stands: bool

    @property
    def agrees(self) -> bool:
        """Whether the item is settled."""
        return self.stands and self.said is not None and self.said.verdict == _AGREES


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the page says of one item."""

    agrees: bool
    comment: str = ""


_AGREES = ComparisonVerdict.AGREES


def items(session: Session, application: Application) -> list[Item]:
    """Everything to compare: the boxes of the form, then what the branch wrote beside its seal."""
    policy, road = moves.policy_and_road(application)
    form = policy.procedure.form_of(road.id)
    texts = papers.field_values(application, form)
    found = [Item(f"form.{field.id}", field.label, texts[field.id]) for field in form.fields]
    known = recorded(session, application)
    for stage in road.stages:
        if stage.form_check is None or stage.level != road.first.level:
            continue
        record = known.get(stage.id, {})
        found += [
            Item(f"{stage.id}.{field.id}", field.label, record[field.id], field)
            for field in stage.records_for(road.id)
            if record.get(field.id) is not None
        ]
    return found


def compared(session: Session, application: Application) -> list[Compared]:
    """Every item with what was said of it last."""
    scans = behalf.scans(session, application)
    newest = scans[0].id if scans else None
    rows = session.scalars(
        select(PaperComparison)
        .where(PaperComparison.application_id == application.id)
        .order_by(PaperComparison.id)
    )
    said = {row.item: row for row in rows}
    found = []
    for item in items(session, application):
        row = said.get(item.id)
        stands = row is not None and row.attachment_id == newest and _same(application, item, row)
        found.append(Compared(item, row, stands))
    return found


def open_faults(session: Session, application: Application, stage: Stage) -> list[Fault]:
    """What still stands between an entry on behalf and the stage that demands its comparison."""
    rules = behalf.rules_of(application)
    if rules is None or stage.id != rules.compared_at or not behalf.entered(session, application):
        return []
    states = compared(session, application)
    found = [
        Fault(
            "comparison_differs",
            {"field": one.item.label, "comment": one.said.comment or ""},
        )
        for one in states
        if one.stands and one.said is not None and not one.agrees
    ]
    left = [one.item.label for one in states if not one.stands]
    return found + ([Fault("comparison_open", {"fields": left})] if left else [])


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot compare the entry with its paper now; empty when he can."""
    rules = behalf.rules_of(application)
    if rules is None:
        return [Fault("comparison_not_here", {})]
    _policy, road = moves.policy_and_road(application)
    if not road.has(rules.compared_at):
        return [Fault("comparison_not_here", {})]
    stage = road.stage(rules.compared_at)
    found = _right(session, application, rules, stage, by)
    if found:
        return found
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    elif application.stage != stage.id:
        now = road.stage(application.stage).label
        found.append(Fault("wrong_stage", {"asked": stage.label, "now": now}))
    if by.user_id in {entry.by_id for entry in behalf.entered(session, application)}:
        found.append(Fault("comparison_own", {}))
    else:
        found += duties.faults(session, application, by, moves.duty_at(road, stage))
    if not behalf.scans(session, application):
        found.append(Fault("comparison_no_scan", {"scan": rules.scan_label}))
    return found


def record(
    session: Session,
    application: Application,
    verdicts: Mapping[str, Verdict],
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Sequence[PaperComparison]:
    """Write down what this person says of the items (by id); a difference needs its comment.

    The event keeps which items agree and what differs. Raises with every fault at once.
    """
    moves.lock(session, [application])
    found = faults(session, application, by)
    if found:
        raise Refused(found)
    found += moves.check_version(application, expected_version)
    known = {item.id: item for item in items(session, application)}
    found += _verdict_faults(verdicts, known)
    if found:
        raise Refused(found)
    scan = behalf.scans(session, application)[0]
    rows = [
        _row(application, scan, known[name], verdict, by, at) for name, verdict in verdicts.items()
    ]
    session.add_all(rows)
    _policy, road = moves.policy_and_road(application)
    stage = road.stage(application.stage)
    duties.take(session, application, by, moves.duty_at(road, stage))
    data = {
        "agrees": [row.item for row in rows if row.verdict == _AGREES],
        "differs": {row.item: row.comment for row in rows if row.verdict != _AGREES},
        "attachment": scan.id,
    }
    moves.move(session, application, verb=VERB, by=by, at=at, data=data)
    return rows


def _right(
    session: Session, application: Application, rules: OnBehalf, stage: Stage, by: Actor
) -> list[Fault]:
    permission = step_permission(stage.kind.value)
    roles = rules.compared_by
    if not any(h.role_code in roles and permission in h.permissions for h in by.roles):
        return [Fault("wrong_role", {"stage": rules.label})]
    if not may_as(by, permission, roles, moves.org_path(application)):
        return [Fault("out_of_scope", {})]
    return []


def _verdict_faults(verdicts: Mapping[str, Verdict], known: Mapping[str, Item]) -> list[Fault]:
    if not verdicts:
        return [Fault("comparison_none", {})]
    found = []
    for name, verdict in verdicts.items():
        item = known.get(name)
        if item is None:
            found.append(Fault("comparison_unknown", {"item": name}, name))
        elif not verdict.agrees and not verdict.comment.strip():
            found.append(Fault("comparison_comment", {"field": item.label}, name))
        elif len(verdict.comment) > COMMENT_LENGTH:
            found.append(Fault("reason_too_long", {"limit": COMMENT_LENGTH}, name))
    return found


def _row(
    application: Application,
    scan: Attachment,
    item: Item,
    verdict: Verdict,
    by: Actor,
    at: datetime,
) -> PaperComparison:
    return PaperComparison(
        application_id=application.id,
        attachment_id=scan.id,
        item=item.id,
        mark=keyring().mark(_content(application, item)).hex(),
        verdict=_AGREES if verdict.agrees else ComparisonVerdict.DIFFERS,
        comment=None if verdict.agrees else verdict.comment.strip(),
        by_id=by.user_id,
        at=at,
    )


def _same(application: Application, item: Item, row: PaperComparison) -> bool:
    return keyring().is_marked(_content(application, item), bytes.fromhex(row.mark))


def _content(application: Application, item: Item) -> bytes:
    """The value with its place, so that a mark says nothing anywhere else."""
    place = [str(application.uid), item.id, item.value]
    return json.dumps(place, ensure_ascii=False, sort_keys=True, default=str).encode()
