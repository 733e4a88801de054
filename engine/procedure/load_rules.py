"""Read the deadlines, payment, fraud and reminder rules of a procedure file, strictly."""

from collections.abc import Collection, Mapping

from engine.labels import Label
from engine.nodes import INTEGER
from engine.procedure.conditions import Compile, over
from engine.procedure.reading import (
    by_id,
    condition,
    free_names,
    frozen,
    label_at,
    labels,
    name_at,
    name_in,
    names_in,
)
from engine.procedure.rules import (
    CountingRule,
    DateName,
    DeadlineRule,
    FraudRules,
    HeirRules,
    PaymentNeed,
    PaymentRules,
    Reminder,
    Sanction,
    SignOfDeath,
)
from engine.procedure.shapes import PAYMENT_METHODS, Emergency, Stage, record_names
from engine.procedure.told import Numbers
from engine.source import Block, Scalar

ROUND_DATES = ("notice_on", "done_on")
FRAUD_BY = ("member", "org_head", "both", "none")

_DEADLINE = "zh en clause roads? only_emergency? from days of met_by late"
_NEED = "block given_as zh en clause roads? back_fill? failed? done_at"


def read_dates(
    top: Block, stages: Mapping[str, Stage], emergency: Emergency | None
) -> Mapping[str, DateName]:
    """The dates by name, each with where a case finds it."""
    found = top.named("dates", "zh en taken? not_before? must_be_known?")
    names = [name for name, _ in found]
    return frozen(
        {
            name: DateName(
                name,
                block.label(),
                _taken(block, stages, emergency),
                names_in(block, "not_before", names),
                block.yes_no("must_be_known"),
            )
            for name, block in found
        }
    )


def _taken(
    block: Block, stages: Mapping[str, Stage], emergency: Emergency | None
) -> tuple[str, str] | None:
    """Read "record STAGE.FIELD", "done STAGE", "reached STAGE", "emergency FIELD", "round X"."""
    scalar = block.scalar("taken")
    if scalar is None:
        return None
    how, _, what = scalar.text.partition(" ")
    known: Collection[str] = {
        "record": [
            f"{stage.id}.{field.id}"
            for stage in stages.values()
            for field in stage.records
            if field.type == "date"
        ],
        "done": list(stages),
        "reached": list(stages),
        "emergency": [f.id for f in emergency.records if f.type == "date"] if emergency else [],
        "round": ROUND_DATES,
    }.get(how, ())
    if not known:
        near = block.source.nearest(how, ("record", "done", "reached", "emergency", "round"))
        block.source.fault("unknown_name", scalar.where, name=how, hint=near)
        return None
    if what not in known:
        near = block.source.nearest(what, known)
        block.source.fault("unknown_name", scalar.where, name=what, hint=near)
    return how, what


def read_deadlines(
    top: Block, dates: Mapping[str, DateName], roads: Collection[str]
) -> Mapping[str, DeadlineRule]:
    """The deadlines by id."""
    return frozen(
        {
            name: DeadlineRule(
                id=name,
                label=block.label(),
                clause=block.text("clause"),
                roads=names_in(block, "roads", roads),
                counting=CountingRule(
                    block.integer("days", low=0, high=3660),
                    block.choice("of", ("calendar", "working")) == "working",
                ),
                from_date=name_at(block, "from", dates),
                met_by=name_at(block, "met_by", dates),
                late=block.name_of("late"),
                only_emergency=block.yes_no("only_emergency"),
            )
            for name, block in top.named("deadlines", _DEADLINE)
        }
    )


def read_payment(
    top: Block,
    roads: Collection[str],
    stages: Mapping[str, Stage],
    back_fill: Mapping[str, Label] | None,
    compiler: Compile | None = None,
) -> PaymentRules:
    """What must have happened before money moves, in the order of the file. `compiler` is that of
    conditions on an application."""
    block = top.block("payment", "clause route route_label methods needs heir?")
    needs = tuple(
        _need(one, roads, stages, back_fill or {}) for one in block.blocks("needs", _NEED)
    )
    methods = labels(block, "methods")
    for scalar, _ in block.entries("methods"):
        name_in(block.source, scalar, PAYMENT_METHODS)
    return PaymentRules(
        clause=block.text("clause"),
        route=block.text("route"),
        route_label=label_at(block, "route_label") or Label("", ""),
        needs=needs,
        methods=methods,
        heir=_heir(block, stages, compiler),
    )


def _heir(block: Block, stages: Mapping[str, Stage], compiler: Compile | None) -> HeirRules | None:
    found = block.maybe("heir", "zh en evidence death? account_proof?")
    if found is None:
        return None
    signs = tuple(
        _sign(one, stages, compiler) for one in found.blocks("death", "zh en when stage?")
    )
    known = tuple(sign for sign in signs if sign is not None)
    proof = found.maybe("account_proof", "id zh en")
    return HeirRules(
        label=found.label(),
        evidence=labels(found, "evidence"),
        deaths=known,
        account_proof=proof.name_of("id") if proof else None,
        account_label=proof.label() if proof else None,
    )


def _sign(
    block: Block, stages: Mapping[str, Stage], compiler: Compile | None
) -> SignOfDeath | None:
    """A condition over the facts, or with `stage` over the fields of that stage's record."""
    stage = name_at(block, "stage", stages) or None
    if stage is not None and stage in stages:
        compiler = over(block.source, record_names(stages[stage].records))
    when = condition(block, "when", compiler)
    return None if when is None else SignOfDeath(when, stage, block.label())


def _need(
    block: Block, roads: Collection[str], stages: Collection[str], back_fill: Mapping[str, Label]
) -> PaymentNeed:
    failed = block.maybe("failed", "block zh en")
    done_at = {}
    for key, node in block.entries("done_at"):
        name_in(block.source, key, roads)
        if isinstance(node, Scalar):
            done_at[key.text] = name_in(block.source, node, stages)
        else:
            block.source.fault("expected_text", node.where)
    return PaymentNeed(
        block=block.name_of("block"),
        given_as=block.name_of("given_as"),
        label=block.label(),
        clause=block.text("clause"),
        roads=names_in(block, "roads", roads),
        back_fill=name_at(block, "back_fill", back_fill) or None,
        failed_block=failed.name_of("block") if failed else None,
        failed_label=failed.label() if failed else None,
        done_at=frozen(done_at),
    )


def read_fraud(top: Block) -> FraudRules:
    """What follows verified fraud, and against whom."""
    block = top.block("fraud", "clause sanctions persons against honest")
    persons = labels(block, "persons")
    ways = [way for way in FRAUD_BY if way != "none"]
    against = {}
    for key, _ in block.entries("against"):
        name_in(block.source, key, ways)
        against[key.text] = names_in(block.block("against", " ".join(ways)), key.text, persons)
    for way in ways:
        if block.has("against") and way not in against:
            block.source.fault("missing_key", block.at("against"), key=way)
    found = by_id(block.source, block.blocks("sanctions", "id zh en if_paid?"))
    return FraudRules(
        clause=block.text("clause"),
        sanctions=tuple(Sanction(key, one.label(), one.yes_no("if_paid")) for key, one in found),
        against=frozen(against),
        persons=persons,
        honest=block.choice("honest", ("none",)),
    )


def read_reminders(
    top: Block, deadlines: Mapping[str, DeadlineRule], numbers: Numbers
) -> tuple[Reminder, ...]:
    """Chasing of late work; may be absent."""
    found = by_id(top.source, top.blocks("reminders", "id deadline days to zh en"))
    return tuple(
        Reminder(
            id=name,
            deadline=name_at(block, "deadline", deadlines),
            days=block.integer("days", low=-366, high=366),
            to=free_names(block, "to"),
            label=numbers.label(block, _own(block, deadlines)),
        )
        for name, block in found
    )


def _own(block: Block, deadlines: Mapping[str, DeadlineRule]) -> dict[str, int]:
    """What only a reminder may say: the days of its deadline, and how far from the due date it is."""
    rule = deadlines.get(block.text("deadline"))
    away = block.scalar("days")
    apart = abs(int(away.text)) if away and INTEGER.match(away.text) else 0
    return {"days": rule.counting.days if rule else 0, "apart": apart}
