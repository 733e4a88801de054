"""What a person writes down at a stage, read strictly by the fields of the procedure.

Says whether a record is complete and consistent, and whether it lets an application pass; never
who may write it or what happens next.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from engine.faults import Fault, Refused
from engine.inputs import Inputs
from engine.messages import register
from engine.procedure import Check, Condition, RecordField, Stage

Value = bool | int | str | date | None

register(
    {
        "record_missing": ("请填写“{label}”。", "{label}: please fill this in."),
        "record_future": (
            "“{label}”{day}晚于今天，请核对日期。",
            "{label}: {day} lies in the future. Check the date.",
        ),
        "record_check": ("{label}", "{label}"),
    }
)

_MOST = 10**15
"""The bounds of a number whose field has no range."""


def read_record(
    stage: Stage,
    raw: Mapping[str, object],
    on: date,
    *,
    part: str | None = None,
    road: str | None = None,
    for_list: bool | None = None,
    known: Mapping[str, object] | None = None,
) -> dict[str, Value]:
    """The typed values of one stage (or one part of it) recorded on the day `on`.

    `raw` maps field ids to JSON values: yes_no true/false (also the texts yes/no), integer, money
    in yuan, ISO date, choice id, text. The answer has every field asked on this `road`, in this
    `part`, for the list or for each line (`for_list`; None: both), with None for blank: money in
    fen. `known` are values of the same stage written down earlier and the dated values of the policy
    (`engine.worked.dated`), for conditions. Refused with
    every fault at once; `where` is the field id.
    """
    fields = stage.records_for(road, part, for_list)
    return read_fields(fields, stage.checks, raw, on, known=known)


def read_fields(
    fields: Iterable[RecordField],
    checks: Iterable[Check],
    raw: Mapping[str, object],
    on: date,
    *,
    known: Mapping[str, object] | None = None,
) -> dict[str, Value]:
    """Like `read_record`, for fields that belong to no stage (an emergency's authorisation)."""
    asked = tuple(fields)
    given = Inputs(raw, [field.id for field in asked])
    values = {field.id: _value(given, field) for field in asked}
    wrong = {fault.where for fault in given.faults}
    given.faults += judge(asked, checks, values, on, known=known, wrong=wrong)
    given.refuse()
    return values


def readable(
    fields: Iterable[RecordField], raw: Mapping[str, object], on: date
) -> dict[str, Value]:
    """Those fields of a record that can be read each on its own: where the whole is refused, they
    are still held against what else there is, so that nobody is sent back twice (4.1.4)."""
    values: dict[str, Value] = {}
    for field in fields:
        try:
            values |= read_fields([field], (), {field.id: raw.get(field.id)}, on)
        except Refused:
            continue
    return values


def judge(
    fields: Iterable[RecordField],
    checks: Iterable[Check],
    values: Mapping[str, Value],
    on: date,
    *,
    known: Mapping[str, object] | None = None,
    wrong: Iterable[str | None] = (),
) -> list[Fault]:
    """What is missing from typed values, lies in the future, or does not fit together.

    Fields in `wrong` have a fault already. A field is demanded where it is required or its
    `required_when` definitely holds; a check fails where it is definitely false.
    """
    asked = tuple(fields)
    seen = {**(known or {}), **values}
    spoilt = set(wrong)
    faults = []
    for field in asked:
        value = values.get(field.id)
        if field.id in spoilt:
            continue
        if value is None and _demanded(field, seen):
            faults.append(Fault("record_missing", {"label": field.label}, field.id))
        elif isinstance(value, date) and value > on and not field.may_be_future:
            params = {"label": field.label, "day": value.isoformat()}
            faults.append(Fault("record_future", params, field.id))
    here = {field.id for field in asked}
    for check in checks:
        if check.must.truth(seen) is False:
            faults.append(Fault("record_check", {"label": check.label}, _first(check, here)))
    return faults


def passes(stage: Stage, values: Mapping[str, object]) -> bool:
    """Whether a record lets the application pass; an unknown condition does not. `values` hold the
    dated values of the policy too, where the condition names one."""
    return stage.passes is None or stage.passes.truth(values) is True


def dated_names(fields: Iterable[RecordField], *others: Check | Condition | None) -> frozenset[str]:
    """The dated values of the policy that conditions on these fields, and these others, name."""
    asked = tuple(fields)
    conditions = [field.required_when for field in asked]
    conditions += [one.must if isinstance(one, Check) else one for one in others]
    used = {n for one in conditions if one and one.expression for n in one.expression.names}
    return frozenset(used - {field.id for field in asked})


def refusal_reason(stage: Stage, values: Mapping[str, Value]) -> str | None:
    """What the record gives as the reason where it does not pass."""
    found = values.get(stage.refusal_reason or "")
    return found if isinstance(found, str) else None


def plain(values: Mapping[str, Value]) -> dict[str, bool | int | str | None]:
    """Typed values as JSON keeps them: dates as ISO text, money in fen."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def typed(stage: Stage, stored: Mapping[str, object]) -> dict[str, Value]:
    """Values as `plain` stored them, typed again; names the stage does not know are left out."""
    values: dict[str, Value] = {}
    for field in stage.records:
        value = stored.get(field.id)
        if field.type == "date" and isinstance(value, str):
            values[field.id] = date.fromisoformat(value)
        elif value is None or isinstance(value, (bool, int, str)):
            values[field.id] = value
    return values


def _demanded(field: RecordField, values: Mapping[str, object]) -> bool:
    """A condition that is unknown demands nothing: the field it hangs on is asked itself."""
    if field.required:
        return True
    return field.required_when is not None and field.required_when.truth(values) is True


def _first(check: Check, here: Iterable[str]) -> str | None:
    """The first field of the record that the check speaks of."""
    names = check.must.expression.names if check.must.expression else ()
    return next((name for name in names if name in here), None)


def _value(given: Inputs, field: RecordField) -> Value:
    if field.type == "yes_no":
        return given.yes_no(field.id, words=True)
    low = -_MOST if field.low is None else field.low
    high = _MOST if field.high is None else field.high
    if field.type == "integer":
        return given.whole(field.id, low, high, words=True)
    if field.type == "money":
        return given.money(field.id, low, high)
    if field.type == "date":
        return given.day(field.id)
    if field.type == "choice":
        return given.choice(field.id, field.choices or {})
    text = given.text(field.id)
    return None if text is None else text.strip()
