"""The roads of an application and each of their steps: who acts, what is recorded, what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.faults import Fault
from engine.language import tree as t
from engine.messages import text
from engine.model import Rule
from engine.pages import Heading, Part
from engine.procedure import Check, Condition, RecordField, Road, Stage
from engine.writing.base import Writer


def roads(writer: Writer) -> Iterator[Part]:
    """Each road with its steps in order."""
    for road in writer.procedure.roads.values():
        yield Heading(3, writer.with_clause(writer.title(road.label), road.clause))
        yield from writer.sentences(*_of_road(writer, road))
        rows = [
            (
                str(number),
                writer.title(stage.label),
                writer.office(stage.level),
                writer.roles(stage.by),
                stage.clause,
            )
            for number, stage in enumerate(road.stages, 1)
        ]
        yield from writer.grid("number step office who clause", rows)


def _of_road(writer: Writer, road: Road) -> Iterator[str]:
    yield writer.word("when", when=writer.condition(road.starts))
    if not _same(road.starts, road.when):
        yield writer.word("road_when", when=writer.condition(road.when))
    form = writer.procedure.forms[road.form]
    yield writer.word("road_form", form=form.label)
    approving = [s.label for s in road.stages if s.id in road.approval_codes]
    if approving:
        yield writer.word("road_approvals", stages=writer.titles(approving))
    if road.withdraw_before:
        yield writer.word("road_withdraw", stage=writer.stage(road.withdraw_before))


def _same(one: Condition, other: Condition) -> bool:
    return one.text == other.text


def steps(writer: Writer) -> Iterator[Part]:
    """Every step that some road takes, each once."""
    for stage in writer.walked():
        yield Heading(3, writer.with_clause(writer.title(stage.label), stage.clause))
        yield from writer.sentences(*_who(writer, stage))
        yield from writer.sentences(*_does(writer, stage))
        yield from writer.sentences(*_attached(writer, stage))
        yield from records(writer, stage.records, stage)
        yield from checks(writer, stage.checks, stage.records)


def _who(writer: Writer, stage: Stage) -> Iterator[str]:
    yield writer.word("who_acts", office=writer.office(stage.level), roles=writer.roles(stage.by))
    for tier in stage.by_amount:
        roles = writer.roles(tier.by)
        if tier.up_to_fen is None:
            yield writer.word("tier_above", roles=roles)
        else:
            yield writer.word("tier_to", most=writer.yuan(tier.up_to_fen), roles=roles)
    parts = [
        writer.word("in_brackets", name=writer.title(part.button), more=writer.roles(part.by))
        for part in stage.parts
    ]
    if parts:
        yield writer.word("parts", count=len(parts), parts=writer.several(parts))
    if stage.confirmed_by:
        yield writer.word("confirmed", roles=writer.roles(stage.confirmed_by))
    if stage.collective:
        yield writer.word("collective")
    if stage.on_list:
        yield writer.word("on_list")
    if stage.status is not None:
        yield writer.word("status", status=stage.status)


def _does(writer: Writer, stage: Stage) -> Iterator[str]:
    if stage.amount:
        yield writer.word(f"sets_{stage.amount}")
    if stage.assess:
        yield writer.word("assessed")
    if stage.form_check:
        yield writer.word("form_checked", hand_over=_hand_overs(writer, stage.form_check))
    if stage.passes is not None:
        yield writer.word("passes", when=writer.condition(stage.passes, stage.records))
        yield _refused(writer, stage)
    elif stage.may_refuse:
        yield writer.word("may_refuse")
    if stage.issues_form:
        yield writer.word("issues_form")
    if stage.returns_to:
        yield writer.word("returns", stages=writer.stages(stage.returns_to))
    if stage.help is not None:
        yield writer.title(stage.help)


def _refused(writer: Writer, stage: Stage) -> str:
    field = stage.record(stage.refusal_reason or "")
    return writer.word("refused_for", field=field.label) if field is not None else ""


def _hand_overs(writer: Writer, hand_over: str) -> str:
    """What the hand-over is called on the forms that know it."""
    found = [f.hand_overs[hand_over].label for f in writer.procedure.forms.values()
             if hand_over in f.hand_overs]  # fmt: skip
    return writer.joined(dict.fromkeys(writer.title(label) for label in found))


def _attached(writer: Writer, stage: Stage) -> Iterator[str]:
    """What is handed in and answered at this step."""
    first = {road.first.id for road in writer.procedure.roads.values()}
    asked = [r for r in writer.policy.evidence if _asked_at(r, stage, first)]
    if asked:
        yield writer.word("attached", papers=writer.titles(rule.label for rule in asked))
    facts = [fact.label for fact in writer.policy.facts.values() if fact.asked == stage.id]
    if facts:
        yield writer.word("facts_asked", facts=writer.titles(facts))


def _asked_at(rule: Rule, stage: Stage, first: Iterable[str]) -> bool:
    return rule.asked == stage.id or (rule.asked is None and stage.id in first)


# records --------------------------------------------------------------------------------------


def records(
    writer: Writer, fields: tuple[RecordField, ...], stage: Stage | None = None
) -> Iterator[Part]:
    """What is written down, of which kind, and when it must be."""
    rows = [
        (
            writer.title(field.label),
            text(Fault(f"type_{field.type}"), writer.lang),
            _range(writer, field),
            _needed(writer, field, fields),
            writer.several(_notes(writer, field, stage)),
        )
        for field in fields
    ]
    yield from writer.grid("record type range need note", rows)


def _range(writer: Writer, field: RecordField) -> str:
    if field.choices:
        return writer.titles(field.choices.values())
    if field.low is None or field.high is None:
        return ""
    money = field.type == "money"
    low, high = (writer.yuan(x) if money else str(x) for x in (field.low, field.high))
    return writer.word("from_to", low=low, high=high)


def _needed(writer: Writer, field: RecordField, fields: tuple[RecordField, ...]) -> str:
    if field.required:
        return writer.word("needed")
    if field.required_when is None:
        return ""
    return writer.word("needed_when", when=writer.condition(field.required_when, fields))


def _notes(writer: Writer, field: RecordField, stage: Stage | None) -> Iterator[str]:
    if field.roads:
        yield writer.word("only_on", roads=writer.roads(field.roads))
    if field.part and stage is not None:
        yield writer.word("in_part", name=stage.part(field.part).button)
    if field.for_list:
        yield writer.word("for_list")
    if field.usual and field.choices:
        yield writer.word("usual", choice=field.choices[field.usual])
    if field.may_be_future:
        yield writer.word("may_be_future")
    if field.help is not None:
        yield writer.title(field.help).rstrip("。.")


def checks(
    writer: Writer, asked: tuple[Check, ...], fields: tuple[RecordField, ...]
) -> Iterator[Part]:
    """What must hold of a record, and what is said where it does not."""
    rows = [
        (writer.condition(check.must, fields), writer.title(check.label))
        for check in asked
        if not _is_constant(check)
    ]
    yield from writer.grid("must said", rows)


def _is_constant(check: Check) -> bool:
    found = check.must.expression
    return found is not None and isinstance(found.tree, t.Const)
