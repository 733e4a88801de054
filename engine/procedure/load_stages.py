"""Read the roads, stages and emergency of a procedure file, strictly."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from engine.procedure.circulation import read_circulation
from engine.procedure.conditions import Compile, Condition, over
from engine.procedure.papers import Form
from engine.procedure.reading import (
    LEVELS,
    by_id,
    condition,
    free_names,
    frozen,
    label_at,
    labels,
    name_at,
    name_in,
    names_in,
    span,
)
from engine.procedure.shapes import (
    PAYMENT_METHODS,
    AmountTier,
    Check,
    Emergency,
    RecordField,
    Road,
    Stage,
    StageKind,
    StagePart,
    record_names,
)
from engine.procedure.told import Numbers
from engine.source import Block, Place, Scalar, Source

TYPES = ("yes_no", "integer", "money", "date", "choice", "text")
AMOUNTS = ("proposed", "suggested", "approved")
PURPOSES = ("entry", "approval", "payment")

CLOSED_BY = ("form", "evidence")
"""What the office can see for itself of the papers that an emergency owes."""

ONCE = (StageKind.POST, StageKind.SCREEN, StageKind.TRANSFER, StageKind.PAY, StageKind.RECEIPT)
"""The kinds of step that the office does once for an application: there is one notice, one list,
one grant paid whole and one receipt, so that a second such step would never end."""

CONFIRMABLE = (StageKind.APPROVE, StageKind.MEET)
"""The kinds of step whose result a second person may have to confirm."""

NOTHING = Condition(Scalar("", Place("", 1, 1)))
"""Stands where a condition is missing; the missing key is a fault already."""

_STAGE = (
    "kind level zh en clause by button help? status? records? checks? parts? passes? "
    "refusal_reason? form_check? issues_form? amount? assess? on_list? collective? may_refuse? "
    "returns_to? by_amount? confirmed_by?"
)
_RECORD = (
    "id type zh en help? required? required_when? range? choices? part? for_list? "
    "may_be_future? roads? text? usual?"
)
_ROAD = "zh en clause for when form stages approvals? withdraw_before?"
_EMERGENCY = (
    "zh en clause roads level by button status records checks? always_back_fill closed_by? "
    "back_fill circulation?"
)

# What casework must find in the record of a kind of step: field id and type.
_NEEDED: Mapping[StageKind, tuple[tuple[str, str], ...]] = {
    StageKind.POST: (("posted_on", "date"), ("ends_on", "date"), ("place", "choice")),
    StageKind.SCREEN: (("result", "choice"),),
    StageKind.PAY: (("paid_on", "date"), ("method", "choice")),
    StageKind.TRANSFER: (("transferred_on", "date"),),
}

_SIGNED = ("signature", "fingerprint", "by_other")
_KNOWN: Mapping[tuple[StageKind, str], tuple[str, ...]] = {
    (StageKind.PAY, "method"): PAYMENT_METHODS,
    (StageKind.PAY, "sign"): _SIGNED,
    (StageKind.RECEIPT, "sign"): _SIGNED,
    (StageKind.SCREEN, "result"): ("pass", "fail"),
}


def read_stages(
    top: Block, roads: Collection[str], forms: Mapping[str, Form], numbers: Numbers
) -> Mapping[str, Stage]:
    """Every stage by id, whether or not a road uses it."""
    found = top.named("stages", _STAGE)
    names = [name for name, _ in found]
    hand_overs = {key for form in forms.values() for key in form.hand_overs}
    return frozen(
        {name: _stage(name, block, names, roads, hand_overs, numbers) for name, block in found}
    )


def _stage(
    name: str,
    block: Block,
    stages: Collection[str],
    roads: Collection[str],
    hand_overs: Collection[str],
    numbers: Numbers,
) -> Stage:
    kind = block.choice("kind", [kind.value for kind in StageKind], StageKind.REVIEW.value)
    level = block.choice("level", LEVELS, LEVELS[0])
    by = free_names(block, "by")
    parts = _parts(block, level, by)
    records, compiler = _records(block, roads, [part.id for part in parts], numbers)
    stage = Stage(
        id=name,
        kind=StageKind(kind),
        level=level,
        label=block.label(),
        clause=block.text("clause"),
        by=by,
        button=block.block("button", "zh en").label(),
        help=numbers.label_at(block, "help"),
        status=label_at(block, "status"),
        records=records,
        checks=_checks(block, compiler, numbers),
        parts=parts,
        passes=condition(block, "passes", compiler),
        refusal_reason=name_at(block, "refusal_reason", _of_type(records, "text")) or None,
        form_check=name_at(block, "form_check", hand_overs) or None,
        issues_form=block.yes_no("issues_form"),
        amount=block.choice("amount", AMOUNTS) or None,
        assess=block.choice("assess", PURPOSES) or None,
        on_list=block.yes_no("on_list"),
        collective=block.yes_no("collective"),
        may_refuse=block.yes_no("may_refuse"),
        returns_to=names_in(block, "returns_to", stages),
        by_amount=_tiers(block, by),
        confirmed_by=free_names(block, "confirmed_by"),
    )
    _check_needed(block, stage)
    return stage


def _of_type(records: Iterable[RecordField], kind: str) -> list[str]:
    return [record.id for record in records if record.type == kind]


def _check_needed(block: Block, stage: Stage) -> None:
    """What the kind of step and its other keys demand of its records."""
    needed = list(_NEEDED.get(stage.kind, ()))
    if stage.amount:
        needed.append(("amount", "money"))
    for field, kind in needed:
        if field not in _of_type(stage.records, kind):
            block.source.fault("record_needed", block.where, field=field, type=kind)
    _check_known(block, stage)
    if stage.passes is not None and stage.refusal_reason is None:
        block.source.fault("missing_key", block.where, key="refusal_reason")
    if stage.confirmed_by and stage.may_refuse and stage.passes is None:
        block.source.fault("missing_key", block.where, key="passes")
    if stage.confirmed_by and stage.kind not in CONFIRMABLE:
        block.source.fault("confirmed_where", block.at("confirmed_by"))
    if not stage.by:
        block.source.fault("nobody_acts", block.at("by"))


def _check_known(block: Block, stage: Stage) -> None:
    """Choices that casework itself acts on: another one would fail when the step is taken."""
    for field in stage.records:
        known = _KNOWN.get((stage.kind, field.id), ())
        for name in field.choices or {}:
            if known and name not in known:
                near = block.source.nearest(name, known)
                block.source.fault_if_new("unknown_name", block.at("records"), name=name, hint=near)


def _tiers(block: Block, by: tuple[str, ...]) -> tuple[AmountTier, ...]:
    """Tiers by rising amount, the last one open; their roles are among those of the stage."""
    found: list[AmountTier] = []
    blocks = block.blocks("by_amount", "up_to? by")
    for index, one in enumerate(blocks):
        limit = one.money("up_to") if one.has("up_to") else None
        before = found[-1].up_to_fen if found else 0
        rises = limit is None or (before is not None and limit > before)
        if not rises or (limit is None) != (index == len(blocks) - 1):
            block.source.fault("tiers_rise", one.where)
        found.append(AmountTier(limit, names_in(one, "by", by)))
    return tuple(found)


def _parts(block: Block, level: str, by: tuple[str, ...]) -> tuple[StagePart, ...]:
    return tuple(
        StagePart(
            name,
            one.choice("level", LEVELS, level),
            free_names(one, "by") if one.has("by") else by,
            one.label(),
            label_at(one, "status"),
        )
        for name, one in block.named("parts", "zh en level? by? status?")
    )


def _records(
    block: Block, roads: Collection[str], parts: Collection[str], numbers: Numbers
) -> tuple[tuple[RecordField, ...], Compile]:
    """The fields of a record and the compiler of conditions over them and the dated values."""
    found = by_id(block.source, block.blocks("records", _RECORD))
    plain = [(_record(name, one, roads, parts, numbers), one) for name, one in found]
    names = record_names((field for field, _ in plain), numbers.parameters)
    compiler = numbers.noting(over(block.source, names), {field.id for field, _ in plain})
    fields = tuple(
        replace(field, required_when=condition(one, "required_when", compiler))
        for field, one in plain
    )
    return fields, compiler


def _record(
    name: str, block: Block, roads: Collection[str], parts: Collection[str], numbers: Numbers
) -> RecordField:
    kind = block.choice("type", TYPES, "text")
    part = name_at(block, "part", parts) or None
    if parts and part is None:
        block.source.fault("missing_key", block.where, key="part")
    if (kind == "choice") != block.has("choices"):
        block.source.fault("choices_of_choice", block.where)
    if block.has("range") and kind not in ("integer", "money"):
        block.source.fault("range_of_numbers", block.at("range"))
    if block.has("text") and kind != "text":
        block.source.fault("unknown_key", block.at("text"), key="text", hint="")
    low, high = span(block, money=kind == "money")
    choices = labels(block, "choices") if block.has("choices") else None
    return RecordField(
        id=name,
        type=kind,
        label=block.label(),
        help=numbers.label_at(block, "help"),
        required=block.yes_no("required"),
        low=low,
        high=high,
        choices=choices,
        part=part,
        for_list=block.yes_no("for_list"),
        may_be_future=block.yes_no("may_be_future"),
        roads=names_in(block, "roads", roads),
        short=block.has("text") and block.choice("text", ("short", "long"), "long") == "short",
        usual=name_at(block, "usual", choices or ()) or None,
    )


def _checks(block: Block, compiler: Compile, numbers: Numbers) -> tuple[Check, ...]:
    found = []
    for one in block.blocks("checks", "must zh en"):
        must = condition(one, "must", compiler)
        if must is not None:
            found.append(Check(must, numbers.label(one)))
    return tuple(found)


def read_emergency(
    top: Block, roads: Collection[str], stages: Collection[str], numbers: Numbers
) -> Emergency | None:
    """Pay first, complete later; None where the policy knows no such thing."""
    block = top.maybe("emergency", _EMERGENCY)
    if block is None:
        return None
    back_fill = labels(block, "back_fill")
    records, compiler = _records(block, roads, (), numbers)
    always = names_in(block, "always_back_fill", back_fill)
    return Emergency(
        label=block.label(),
        clause=block.text("clause"),
        roads=names_in(block, "roads", roads),
        level=block.choice("level", LEVELS, LEVELS[0]),
        by=free_names(block, "by"),
        button=block.block("button", "zh en").label(),
        status=block.block("status", "zh en").label(),
        records=records,
        checks=_checks(block, compiler, numbers),
        always_back_fill=always,
        back_fill=back_fill,
        closed_by=_closed_by(block, always),
        circulation=read_circulation(block, stages),
    )


def _closed_by(block: Block, always: Collection[str]) -> Mapping[str, str]:
    """How the office sees that a paper which an emergency owes has come."""
    found: dict[str, str] = {}
    for key, node in block.entries("closed_by"):
        name_in(block.source, key, always)
        if isinstance(node, Scalar):
            found[key.text] = name_in(block.source, node, CLOSED_BY)
        else:
            block.source.fault("expected_text", node.where)
    return frozen(found)


def read_roads(
    top: Block, stages: Mapping[str, Stage], forms: Mapping[str, Form], compiler: Compile | None
) -> Mapping[str, Road]:
    """The roads by id, each with its stages in order."""
    return frozen(
        {
            name: _road(name, block, stages, forms, compiler)
            for name, block in top.named("roads", _ROAD)
        }
    )


def _road(
    name: str,
    block: Block,
    stages: Mapping[str, Stage],
    forms: Mapping[str, Form],
    compiler: Compile | None,
) -> Road:
    chosen = names_in(block, "stages", stages)
    if not chosen:
        block.source.fault("road_empty", block.at("stages"))
    form = name_at(block, "form", forms)
    _check_once(block, [stages[stage_id] for stage_id in chosen if stage_id in stages])
    for stage_id in chosen:
        _check_hand_over(block, stages.get(stage_id), forms.get(form))
    return Road(
        id=name,
        label=block.label(),
        clause=block.text("clause"),
        starts=condition(block, "for", compiler) or NOTHING,
        when=condition(block, "when", compiler) or NOTHING,
        form=form,
        stages=tuple(stages[stage_id] for stage_id in chosen if stage_id in stages),
        approval_codes=_approvals(block, chosen),
        withdraw_before=name_at(block, "withdraw_before", chosen) or None,
    )


def _check_once(block: Block, chosen: Iterable[Stage]) -> None:
    """A second step of a kind that is done once would stop every application there for good."""
    done: dict[StageKind, Stage] = {}
    for stage in chosen:
        first = done.setdefault(stage.kind, stage)
        if first is not stage and stage.kind in ONCE:
            kind = stage.kind.value
            block.source.fault_if_new(
                "kind_once", block.at("stages"), kind=kind, first=first.label, second=stage.label
            )


def _check_hand_over(block: Block, stage: Stage | None, form: Form | None) -> None:
    """A stage that checks the form must find its hand-over on the form of this road."""
    if stage is None or form is None or stage.form_check in (None, *form.hand_overs):
        return
    near = block.source.nearest(stage.form_check or "", form.hand_overs)
    block.source.fault("unknown_name", block.at("form"), name=stage.form_check, hint=near)


def _approvals(block: Block, chosen: Collection[str]) -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for key, node in block.entries("approvals"):
        name_in(block.source, key, chosen)
        if isinstance(node, Scalar) and node.text:
            if node.text in codes.values():
                block.source.fault("named_twice", node.where)
            codes[key.text] = node.text
        else:
            block.source.fault("expected_text", node.where)
    return frozen(codes)


def road_names(source: Source, top: Block) -> tuple[str, ...]:
    """The ids of the roads, before they are read (records and rules refer to them)."""
    names = tuple(key.text for key, _ in top.entries("roads"))
    if top.has("roads") and not names:
        source.fault("road_empty", top.at("roads"))
    return names
