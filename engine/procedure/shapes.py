"""Roads, stages and what each stage records, as frozen values.

What a stage *does* with a case is code in casework; here is only what the paper says about
it: who acts, what is written down, what lets the case pass.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from engine.labels import Label
from engine.language import Names, Type
from engine.procedure.care import CheckRules, PairRules, RegisterRules
from engine.procedure.circulation import CirculationRules
from engine.procedure.comparisons import Comparison
from engine.procedure.conditions import Condition
from engine.procedure.meetings import MeetingRules
from engine.procedure.papers import Form, NoticeForm
from engine.procedure.rounds import RoundRules
from engine.procedure.rules import (
    DateName,
    DeadlineRule,
    FraudRules,
    PaymentRules,
    Reminder,
)

if TYPE_CHECKING:
    from engine.model import Parameter
    from engine.procedure.entry import OnBehalf, Originals


PAYMENT_METHODS = ("cash", "card")
"""The ways of paying that casework knows; a policy gives them its own titles."""


class StageKind(Enum):
    """The kinds of step that casework knows how to do. A policy chooses among them."""

    APPLY = "apply"
    REVIEW = "review"
    SEAL = "seal"
    VERIFY = "verify"
    APPROVE = "approve"
    MEET = "meet"
    POST = "post"
    FILE = "file"
    SCREEN = "screen"
    TRANSFER = "transfer"
    PAY = "pay"
    RECEIPT = "receipt"
    VISIT = "visit"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Office:
    """What this policy calls a level of the organisation tree; `many` is the English plural."""

    level: str
    label: Label
    many: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class RecordField:
    """One thing a stage writes down.

    `type` is yes_no, integer, money (yuan in, fen out), date, choice or text. `part` names the
    part of the stage it belongs to (None where a stage has no parts); `for_list` fields are
    given once for a whole list; `roads` empty means every road. A date may lie after the day of
    recording only with `may_be_future`. `short` texts (a name, a number) take one line. `usual` is
    the choice that the form shows until somebody chooses; it counts only once the form is saved.
    """

    id: str
    type: str
    label: Label
    help: Label | None = None
    required: bool = False
    required_when: Condition | None = None
    low: int | None = None
    high: int | None = None
    choices: Mapping[str, Label] | None = None
    part: str | None = None
    for_list: bool = False
    may_be_future: bool = False
    roads: tuple[str, ...] = ()
    short: bool = False
    usual: str | None = None


def record_names(
    fields: Iterable[RecordField], parameters: Mapping[str, "Parameter"] | None = None
) -> Names:
    """The fields of a record as names for conditions over it, by id and by Chinese label; then the
    policy's dated values, where no field is called so."""
    asked = tuple(fields)
    names = Names(
        {field.id: Type(field.type, field.choices or {}) for field in asked},
        [(field.label.zh, field.id) for field in asked],
    )
    taken = set(names.all())
    for name, parameter in (parameters or {}).items():
        if name not in taken:
            title = parameter.label.zh
            names.add(name, parameter.kind, "" if title in taken or title == name else title)
    return names


@dataclass(frozen=True, slots=True)
class Check:
    """`must` be definitely true of a record, else the label says what is wrong."""

    must: Condition
    label: Label


@dataclass(frozen=True, slots=True)
class StagePart:
    """A stage done in several goes, each with its own people and button (a list is entered by
    one, its result recorded by another). `status` is how an application is called before it."""

    id: str
    level: str
    by: tuple[str, ...]
    button: Label
    status: Label | None = None


@dataclass(frozen=True, slots=True)
class AmountTier:
    """Who acts for amounts of at most `up_to_fen` (None: any amount)."""

    up_to_fen: int | None
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a road.

    `by` are role codes, all that may ever act; `by_amount` says which of them for which amount
    (`actors`); `confirmed_by` the roles of which a second person confirms what was recorded before
    anything follows from it (empty: nobody need); `form_check` the hand-over whose form demands apply on leaving;
    `amount` which amount is set here (proposed, suggested, approved); `assess` the purpose
    under which the rules are asked again; `on_list` whether many applications are done at once;
    `passes` what lets a record pass, otherwise the application is refused here, giving the text
    of the record field `refusal_reason`; `returns_to` the earlier stages it may be sent back to.
    """

    id: str
    kind: StageKind
    level: str
    label: Label
    clause: str
    by: tuple[str, ...]
    button: Label
    help: Label | None = None
    status: Label | None = None
    records: tuple[RecordField, ...] = ()
    checks: tuple[Check, ...] = ()
    parts: tuple[StagePart, ...] = ()
    passes: Condition | None = None
    refusal_reason: str | None = None
    form_check: str | None = None
    issues_form: bool = False
    amount: str | None = None
    assess: str | None = None
    on_list: bool = False
    collective: bool = False
    may_refuse: bool = False
    returns_to: tuple[str, ...] = ()
    by_amount: tuple[AmountTier, ...] = ()
    confirmed_by: tuple[str, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """Every role code that the stage names: for the stage, its parts, tiers and confirmation."""
        parts = (role for part in self.parts for role in part.by)
        tiers = (role for tier in self.by_amount for role in tier.by)
        return frozenset((*self.by, *parts, *tiers, *self.confirmed_by))

    def actors(self, fen: int | None) -> tuple[str, ...]:
        """The role codes that act for this amount; one that is not known takes the last tier."""
        for tier in self.by_amount:
            if tier.up_to_fen is None or (fen is not None and fen <= tier.up_to_fen):
                return tier.by
        return self.by

    @property
    def may_return(self) -> bool:
        """Whether the application may be sent back from here for correction."""
        return bool(self.returns_to)

    def part(self, part_id: str) -> StagePart:
        """The named part; KeyError when the stage has none of that name."""
        return {part.id: part for part in self.parts}[part_id]

    def records_for(
        self, road: str | None = None, part: str | None = None, for_list: bool | None = None
    ) -> tuple[RecordField, ...]:
        """The fields asked on this road, in this part, for the list or for each line (None: any)."""
        return tuple(
            field
            for field in self.records
            if (road is None or not field.roads or road in field.roads)
            and (part is None or field.part == part)
            and (for_list is None or field.for_list == for_list)
        )

    def record(self, field_id: str) -> RecordField | None:
        """The field of that name, or None."""
        return next((field for field in self.records if field.id == field_id), None)


@dataclass(frozen=True, slots=True)
class Road:
    """The stages of one kind of application, in order.

    `starts` (file key `for`) says which applications begin here, `when` whose approvals an
    assessment lists. `approval_codes` maps a stage to the approval that passing it gives.
    """

    id: str
    label: Label
    clause: str
    starts: Condition
    when: Condition
    form: str
    stages: tuple[Stage, ...]
    approval_codes: Mapping[str, str]
    withdraw_before: str | None = None

    @property
    def approvals(self) -> tuple[str, ...]:
        """Approval codes in the order of the stages that give them."""
        codes = self.approval_codes
        return tuple(codes[stage.id] for stage in self.stages if stage.id in codes)

    @property
    def first(self) -> Stage:
        """Where an application starts."""
        return self.stages[0]

    @property
    def last(self) -> Stage:
        """Where an application ends."""
        return self.stages[-1]

    def has(self, stage_id: str) -> bool:
        """Whether the stage is on this road."""
        return any(stage.id == stage_id for stage in self.stages)

    def stage(self, stage_id: str) -> Stage:
        """The stage of that name; KeyError when it is not on this road."""
        return self.stages[self.position(stage_id)]

    def position(self, stage_id: str) -> int:
        """Its place counted from 0; KeyError when it is not on this road."""
        for index, stage in enumerate(self.stages):
            if stage.id == stage_id:
                return index
        raise KeyError(stage_id)

    def next_after(self, stage_id: str) -> Stage | None:
        """The stage that follows, None after the last; KeyError when not on this road."""
        index = self.position(stage_id) + 1
        return self.stages[index] if index < len(self.stages) else None

    def before(self, stage_id: str) -> tuple[Stage, ...]:
        """The stages that come before, in order; KeyError when not on this road."""
        return self.stages[: self.position(stage_id)]

    def returns_from(self, stage_id: str) -> tuple[Stage, ...]:
        """Where an application may be sent back to from here, in the order of the road."""
        allowed = self.stage(stage_id).returns_to
        return tuple(stage for stage in self.before(stage_id) if stage.id in allowed)

    def may_withdraw_at(self, stage_id: str) -> bool:
        """Whether the member may still withdraw while the application stands at this stage."""
        if self.withdraw_before is None:
            return False
        return self.position(stage_id) < self.position(self.withdraw_before)


@dataclass(frozen=True, slots=True)
class Emergency:
    """Pay first, complete later: on which roads, who authorises it, what is recorded.

    `always_back_fill` are the codes that the inputs of `engine.payments` cannot close; `closed_by`
    says by what the office sees that one of them is done: `form` (nothing is wrong with the form),
    `evidence` (every paper that the rules demand lies with the application). `circulation`: who must have
    signed before it can be authorised; None where nobody need.
    """

    label: Label
    clause: str
    roads: tuple[str, ...]
    level: str
    by: tuple[str, ...]
    button: Label
    status: Label
    records: tuple[RecordField, ...]
    checks: tuple[Check, ...]
    always_back_fill: tuple[str, ...]
    back_fill: Mapping[str, Label]
    closed_by: Mapping[str, str]
    circulation: CirculationRules | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """Everything `procedure.yaml` says."""

    offices: Mapping[str, Office]
    forms: Mapping[str, Form]
    roads: Mapping[str, Road]
    stages: Mapping[str, Stage]
    notice: NoticeForm
    dates: Mapping[str, DateName]
    deadlines: Mapping[str, DeadlineRule]
    payment: PaymentRules
    emergency: Emergency | None
    fraud: FraudRules
    reminders: tuple[Reminder, ...]
    register: RegisterRules | None = None
    checks: CheckRules | None = None
    pairs: PairRules | None = None
    round: RoundRules | None = None
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    on_behalf: "OnBehalf | None" = None
    originals: "Originals | None" = None
    meetings: MeetingRules = MeetingRules()  # noqa: RUF009  # frozen
    dated: frozenset[str] = frozenset()
    """The parameters that its texts and the conditions on its records name."""

    def road(self, road_id: str) -> Road:
        """The road of that name; KeyError when there is none."""
        return self.roads[road_id]

    def form_of(self, road_id: str) -> Form:
        """The application form of a road; KeyError when there is no such road."""
        return self.forms[self.roads[road_id].form]

    def deadlines_of(self, road_id: str, *, emergency: bool = False) -> tuple[DeadlineRule, ...]:
        """The deadlines that bind an application on this road."""
        return tuple(
            rule
            for rule in self.deadlines.values()
            if (not rule.roads or road_id in rule.roads) and (emergency or not rule.only_emergency)
        )

    def roles(self) -> tuple[tuple[str, Label], ...]:
        """Every role code that is given something to do, with what for: stages, their parts, tiers
        and confirmations, the emergency, the reminders and the entering on behalf."""
        found = [(role, s.label) for s in self.stages.values() for role in sorted(s.roles)]
        if self.emergency is not None:
            found += [(role, self.emergency.label) for role in self.emergency.by]
            round_ = self.emergency.circulation
            if round_ is not None:
                found += [(r, round_.label) for r in (*round_.started_by, *round_.signed_by)]
        found += [(role, reminder.label) for reminder in self.reminders for role in reminder.to]
        if self.round is not None:
            by = (*self.round.opened_by, *self.round.closed_by)
            found += [(role, self.round.label) for role in by]
        if self.on_behalf is not None:
            by = (*self.on_behalf.by, *self.on_behalf.compared_by)
            found += [(role, self.on_behalf.label) for role in by]
        if self.originals is not None:
            found += [(role, self.originals.label) for role in self.originals.by]
        return tuple(dict.fromkeys(found))

    def way_of_paying(self, code: str) -> Label | None:
        """What the policy calls a way of paying (`cash`, `card`): its title under `payment`, else
        the choice of a stage's `method`; None where it has no such way."""
        if code in self.payment.methods:
            return self.payment.methods[code]
        asked = (stage.record("method") for stage in self.stages.values())
        offered = ((one.choices or {}) for one in asked if one is not None)
        return next((choices[code] for choices in offered if code in choices), None)

    def may_pay_first(self, road_id: str) -> bool:
        """Whether an authorised emergency may be paid before its paperwork on this road."""
        return self.emergency is not None and road_id in self.emergency.roads


class WithProcedure(Protocol):
    """Anything that carries a procedure: a Policy, or a test's stand-in."""

    @property
    def procedure(self) -> Procedure: ...
