"""Time in a policy's document: deadlines, the dates they run from, reminders, the yearly round."""

from __future__ import annotations

from collections.abc import Iterator

from engine.pages import Heading, Paragraph, Part
from engine.procedure import CountingRule, DateName, Reminder, RoundRules
from engine.procedure.rounds import NOTICE
from engine.writing.base import Writer


def deadlines(writer: Writer) -> Iterator[Part]:
    """What is due, counted from when, how many days of which kind, and by what it is met."""
    dates = writer.procedure.dates
    rows = [
        (
            rule.clause,
            writer.title(rule.label),
            writer.several(_binds(writer, rule.roads, rule.only_emergency)),
            writer.word("day_after", day=dates[rule.from_date].label),
            _days(writer, rule.counting),
            writer.title(dates[rule.met_by].label),
        )
        for rule in writer.procedure.deadlines.values()
    ]
    yield from writer.grid("clause due binds counted_from days met_by", rows)
    if rows:
        yield Paragraph(writer.word("late_is_told"))
        yield Heading(3, writer.word("dates"))
        yield from _dates(writer)
    if writer.procedure.reminders:
        yield Heading(3, writer.word("reminders"))
        yield from _reminders(writer)


def _binds(writer: Writer, roads: tuple[str, ...], only_emergency: bool) -> Iterator[str]:
    emergency = writer.procedure.emergency
    yield writer.roads(roads)
    if only_emergency and emergency is not None:
        yield writer.word("only_when", what=emergency.label)


def _days(writer: Writer, counting: CountingRule) -> str:
    return writer.word("working" if counting.working else "calendar", days=counting.days)


def _dates(writer: Writer) -> Iterator[Part]:
    dates = writer.procedure.dates
    rows = [
        (
            writer.title(one.label),
            _found(writer, one),
            writer.titles(dates[name].label for name in one.not_before if name in dates),
        )
        for one in dates.values()
    ]
    yield from writer.grid("date taken not_before", rows)


def _found(writer: Writer, one: DateName) -> str:
    """Where a case finds a date."""
    if one.found is None:
        return ""
    how, what = one.found
    if how == "record":
        stage_id, _, field_id = what.partition(".")
        stage = writer.procedure.stages[stage_id]
        field = stage.record(field_id)
        return writer.word("taken_record", stage=stage.label, field=field.label if field else "")
    if how == "emergency":
        emergency = writer.procedure.emergency
        fields = {field.id: field for field in emergency.records} if emergency else {}
        label = emergency.label if emergency else ""
        return writer.word("taken_record", stage=label, field=fields[what].label)
    if how == "round":
        round_ = writer.procedure.round
        return writer.word(f"taken_{what}", round=round_.label if round_ else "")
    return writer.word(f"taken_{how}", stage=writer.stage(what))


def _reminders(writer: Writer) -> Iterator[Part]:
    rows = [
        (
            writer.title(writer.procedure.deadlines[one.deadline].label),
            _when(writer, one),
            writer.roles(one.to),
            writer.title(one.label),
        )
        for one in writer.procedure.reminders
    ]
    yield from writer.grid("due told_on told_to told", rows)


def _when(writer: Writer, one: Reminder) -> str:
    if one.days == 0:
        return writer.word("on_day")
    return writer.word("days_before" if one.days < 0 else "days_after", days=abs(one.days))


# the yearly round -----------------------------------------------------------------------------


def yearly(writer: Writer) -> Iterator[Part]:
    """The yearly round under its own title; nothing for a policy that works the year through."""
    rules = writer.procedure.round
    if rules is None:
        return
    heading = writer.with_clause(writer.title(rules.label), rules.clause)
    yield from writer.under(heading, _round(writer, rules))


def _round(writer: Writer, rules: RoundRules) -> Iterator[Part]:
    due = writer.procedure.deadlines[rules.deadline]
    yield from writer.sentences(
        writer.word("round_roads", roads=writer.roads(rules.roads)),
        writer.word("round_by", opened=writer.roles(rules.opened_by),
                    closed=writer.roles(rules.closed_by)),
        writer.word("round_due", due=due.label, days=_days(writer, due.counting)),
        writer.listed("round_channels", rules.channels),
        writer.listed("round_told", rules.member_channels),
    )  # fmt: skip
    rows = [
        (
            writer.title(step.label),
            writer.stages(step.stages),
            _takes(writer, step.takes),
        )
        for step in rules.plan
    ]
    yield from writer.grid("plan_step steps_of takes", rows)
    if rules.carry_over is not None:
        facts = [writer.policy.facts[name].label for name in rules.carry_over.facts]
        yield from writer.sentences(
            writer.word("carried", title=rules.carry_over.label, years=rules.carry_over.years,
                        facts=writer.titles(facts))
        )  # fmt: skip
    yield Paragraph(writer.word("round_notice", title=writer.verbatim(rules.title)))
    for line in writer.verbatim(rules.body).splitlines():
        yield Paragraph(line)


def _takes(writer: Writer, takes: str) -> str:
    if takes == NOTICE:
        return writer.word("takes_notice")
    if not takes:
        return writer.word("takes_rest")
    rule = writer.procedure.deadlines[takes]
    return writer.word("takes_deadline", due=rule.label, days=_days(writer, rule.counting))
