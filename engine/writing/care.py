"""What surrounds the applications: entering on behalf, meetings, the register, checks, pairs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.pages import Heading, Part
from engine.procedure import MinutesRules, OnBehalf, Originals, PairRules, RegisterRules, ReplyRules
from engine.procedure.care import CheckRules
from engine.writing.base import Writer


def entry(writer: Writer) -> Iterator[Part]:
    """Who enters for another, whose word the originals are, what a meeting leaves behind."""
    procedure = writer.procedure
    if procedure.on_behalf is not None:
        yield from _on_behalf(writer, procedure.on_behalf)
    if procedure.originals is not None:
        yield from _originals(writer, procedure.originals)
    if procedure.meetings.minutes is not None:
        yield from _minutes(writer, procedure.meetings.minutes)
    if procedure.meetings.reply is not None:
        yield from _reply(writer, procedure.meetings.reply)


def _on_behalf(writer: Writer, rules: OnBehalf) -> Iterator[Part]:
    yield Heading(3, writer.with_clause(writer.title(rules.label), rules.clause))
    yield from writer.sentences(
        writer.word("behalf_by", roles=writer.roles(rules.by), office=writer.office("branch")),
        writer.word("behalf_scan", scan=rules.scan_label, stage=writer.stage(rules.scan_at)),
        writer.word(
            "behalf_compared", roles=writer.roles(rules.compared_by),
            stage=writer.stage(rules.compared_at),
        ),
    )  # fmt: skip


def _originals(writer: Writer, rules: Originals) -> Iterator[Part]:
    yield Heading(3, writer.with_clause(writer.title(rules.label), rules.clause))
    field = writer.procedure.stages[rules.stage].record(rules.field)
    yield from writer.sentences(
        writer.word(
            "originals_seen", roles=writer.roles(rules.by), stage=writer.stage(rules.stage),
            field=field.label if field else "",
        )
    )  # fmt: skip


def _minutes(writer: Writer, rules: MinutesRules) -> Iterator[Part]:
    yield Heading(3, writer.title(rules.label))
    yield from writer.sentences(writer.word("minutes_needed", scan=rules.label))


def _reply(writer: Writer, rules: ReplyRules) -> Iterator[Part]:
    yield Heading(3, writer.with_clause(writer.title(rules.label), rules.clause))
    since = writer.policy.in_force_from
    written = rules.text(since.year, 1) if since else writer.verbatim(rules.written)
    yield from writer.sentences(
        writer.word("reply_written", written=written),
        writer.word("reply_void", roles=writer.roles(rules.voided_by)),
    )


def comparisons(writer: Writer) -> Iterator[Part]:
    """In what people on a screening list are compared with others."""
    rows = [
        (writer.title(one.label), writer.word("stops" if one.stops else "shown_only"))
        for one in writer.procedure.comparisons.values()
    ]
    yield from writer.grid("likeness follows", rows)


def register(writer: Writer) -> Iterator[Part]:
    """The register of people in hardship, under its own title."""
    rules: RegisterRules | None = writer.procedure.register
    if rules is not None:
        told = writer.sentences(
            writer.listed("register_join", rules.join), writer.listed("register_leave", rules.leave)
        )
        yield from writer.under(writer.with_clause(writer.title(rules.label), rules.clause), told)


def visits(writer: Writer) -> Iterator[Part]:
    """Visits and checks after the payment, under their own title."""
    rules: CheckRules | None = writer.procedure.checks
    if rules is not None:
        told = writer.sentences(
            writer.listed("check_ways", rules.ways),
            writer.listed("check_questions", rules.questions),
            writer.word("check_no"),
            writer.listed("check_faults", rules.faults),
            writer.listed("check_measures", rules.measures),
        )
        yield from writer.under(writer.with_clause(writer.title(rules.label), rules.clause), told)


def pairs(writer: Writer) -> Iterator[Part]:
    """Helping pairs: what stops one, what is only warned of."""
    rules = writer.procedure.pairs
    if rules is not None:
        heading = writer.with_clause(writer.title(rules.label), rules.clause)
        yield from writer.under(heading, _pairs(writer, rules))


def _pairs(writer: Writer, rules: PairRules) -> Iterator[Part]:
    rows = [
        (writer.title(rule.label), writer.word(follows))
        for follows, listed in (("pair_stops", rules.refuse), ("pair_warns", rules.warn))
        for rule in listed
    ]
    yield from writer.grid("pair_case follows", rows)
    facts = [writer.policy.facts[n].label for n in rules.facts.values() if n in writer.policy.facts]
    yield from writer.sentences(
        writer.word("pair_facts", facts=writer.titles(facts)) if facts else "",
        writer.listed("pair_ways", rules.ways),
        writer.listed("pair_results", rules.results),
    )
