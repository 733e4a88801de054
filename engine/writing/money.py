"""Money in a policy's document: what comes before it, its way, the emergency, what follows fraud."""

from __future__ import annotations

from collections.abc import Iterator

from engine.pages import Heading, Part
from engine.procedure import CirculationRules, Condition, Emergency, PaymentNeed, SignOfDeath
from engine.procedure.rules import HeirRules
from engine.writing.base import Writer
from engine.writing.stages import checks, records


def payment(writer: Writer) -> Iterator[Part]:
    """The way of the money, how it is paid, what must be done before."""
    rules = writer.procedure.payment
    yield from writer.sentences(
        writer.word("money_clause", clause=rules.clause),
        writer.word("money_route", route=rules.route_label) if rules.route_label.zh else "",
        writer.listed("money_methods", rules.methods),
    )
    rows = [
        (
            need.clause,
            _unmet(writer, need),
            writer.roads(need.roads),
            _done_at(writer, need),
            _in_emergency(writer, need),
        )
        for need in rules.needs
    ]
    yield from writer.grid("clause not_paid_while binds settled_at in_emergency", rows)
    if rules.heir is not None:
        yield Heading(3, writer.title(rules.heir.label))
        yield from writer.sentences(*_heir(writer, rules.heir))
        deaths = [(writer.title(s.label), _death(writer, s)) for s in rules.heir.deaths]
        yield from writer.grid("death condition", deaths)


def _unmet(writer: Writer, need: PaymentNeed) -> str:
    labels = [need.label] if need.failed_label is None else [need.label, need.failed_label]
    return writer.several(writer.title(label) for label in labels)


def _done_at(writer: Writer, need: PaymentNeed) -> str:
    """Which step settles a need: named road by road only where the roads differ."""
    stages = [writer.stage(stage) for stage in need.done_at.values()]
    if len(set(stages)) <= 1:
        return stages[0] if stages else ""
    return writer.several(
        writer.word("says", name=writer.roads([road]), words=writer.stage(stage))
        for road, stage in need.done_at.items()
    )


def _in_emergency(writer: Writer, need: PaymentNeed) -> str:
    rules = writer.procedure.emergency
    if rules is None or (need.roads and not set(need.roads) & set(rules.roads)):
        return ""
    if need.back_fill is None:
        return writer.word("never_skipped")
    return writer.word("may_be_skipped", then=rules.back_fill[need.back_fill])


def _heir(writer: Writer, heir: HeirRules) -> Iterator[str]:
    yield writer.word("heir_papers", papers=writer.titles(heir.evidence.values()))
    if heir.account_label is not None:
        yield writer.word("heir_account", paper=heir.account_label)


def _death(writer: Writer, sign: SignOfDeath) -> str:
    when: Condition = sign.when
    if sign.stage is None:
        return writer.condition(when)
    stage = writer.procedure.stages[sign.stage]
    words = writer.condition(when, stage.records)
    return writer.word("recorded_at", stage=stage.label, words=words)


# pay first, complete later --------------------------------------------------------------------


def emergency(writer: Writer) -> Iterator[Part]:
    """The emergency under its own title; nothing where the policy knows none."""
    rules = writer.procedure.emergency
    if rules is None:
        return
    heading = writer.with_clause(writer.title(rules.label), rules.clause)
    yield from writer.under(heading, _emergency(writer, rules))


def _emergency(writer: Writer, rules: Emergency) -> Iterator[Part]:
    yield from writer.sentences(
        writer.word("first_roads", roads=writer.roads(rules.roads)),
        writer.word("first_by", office=writer.office(rules.level), roles=writer.roles(rules.by)),
        writer.word("status_after", status=rules.status),
    )
    if rules.circulation is not None:
        yield from writer.sentences(*_circulation(writer, rules.circulation))
    yield from records(writer, rules.records)
    yield from checks(writer, rules.checks, rules.records)
    rows = [
        (writer.title(label), _left_open(writer, rules, code))
        for code, label in rules.back_fill.items()
    ]
    yield from writer.grid("back_fill back_fill_when", rows)


def _left_open(writer: Writer, rules: Emergency, code: str) -> str:
    if code not in rules.always_back_fill:
        return writer.word("back_fill_skipped")
    closed = rules.closed_by.get(code)
    return writer.several(
        [writer.word("back_fill_always"), writer.word(f"closed_by_{closed}") if closed else ""]
    )


def _circulation(writer: Writer, rules: CirculationRules) -> Iterator[str]:
    yield writer.word(
        "circulated", title=rules.label, started=writer.roles(rules.started_by),
        signed=writer.roles(rules.signed_by), count=rules.at_least,
    )  # fmt: skip
    yield writer.word("ratified", stage=writer.stage(rules.ratified_at), days=rules.chased_every)
    if rules.paper_label is not None:
        yield writer.word("signed_on_paper", paper=rules.paper_label)


# fraud ----------------------------------------------------------------------------------------


def fraud(writer: Writer) -> Iterator[Part]:
    """What follows when money was got by fraud, and on whom it falls."""
    rules = writer.procedure.fraud
    yield from writer.sentences(
        writer.word("money_clause", clause=rules.clause),
        writer.word("fraud_verified"),
        writer.word("fraud_honest", office=writer.office("department")),
    )
    rows = [
        (writer.title(one.label), writer.word("if_paid" if one.if_paid else "if_verified"))
        for one in rules.sanctions
    ]
    yield from writer.grid("sanction follows", rows)
    against = [
        (writer.word(f"fraud_{way}"), writer.titles(rules.persons[one] for one in persons))
        for way, persons in rules.against.items()
    ]
    yield from writer.grid("fraud_by fraud_against", against)
