"""The rules of a procedure about time and money: deadlines, payment, fraud, reminders.

Data only; the counting and the judging are in `engine.deadlines`, `engine.payments` and
`engine.fraud`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.conditions import Condition


@dataclass(frozen=True, slots=True)
class CountingRule:
    """How days are counted: `days` calendar or working days after the base date, which itself
    is not counted, without moving the last day off a holiday."""

    days: int
    working: bool


@dataclass(frozen=True, slots=True)
class DateName:
    """A date that deadlines are counted from or met by, and where a case finds it.

    `found` is ("record", "stage.field"), ("done", stage), ("reached", stage), ("emergency",
    field), ("round", name), or None when only the command line supplies it. `not_before` names
    dates that cannot lie after this one.
    """

    id: str
    label: Label
    found: tuple[str, str] | None
    not_before: tuple[str, ...]
    must_be_known: bool


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One due date: counted from `from_date`, met by `met_by`, `late` is the flag if missed."""

    id: str
    label: Label
    clause: str
    roads: tuple[str, ...]
    counting: CountingRule
    from_date: str
    met_by: str
    late: str
    only_emergency: bool = False


@dataclass(frozen=True, slots=True)
class PaymentNeed:
    """Something that must have happened before money moves.

    `block` is the code when it has not; `failed_block` the code when it was done and failed
    (a screening). `given_as` names the input. `roads` empty means every road. `back_fill` is
    the code under which an authorised emergency may leave it for later; None: never excused.
    `done_at` says by road which stage settles it.
    """

    block: str
    given_as: str
    label: Label
    clause: str
    roads: tuple[str, ...]
    back_fill: str | None
    failed_block: str | None
    failed_label: Label | None
    done_at: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HeirRules:
    """Who is paid after the member's death, and the papers that prove it, by code.

    `deaths` say when the member counts as dead although the member's file has no date of death.
    `account_proof`: the paper with which an account that money came back from is changed; None
    where it cannot be.
    """

    label: Label
    evidence: Mapping[str, Label]
    deaths: tuple["SignOfDeath", ...] = ()
    account_proof: str | None = None
    account_label: Label | None = None


@dataclass(frozen=True, slots=True)
class SignOfDeath:
    """One way in which a case itself says that the member has died: a condition over the facts, or
    over what the stage `stage` has recorded. `label` says it in words."""

    when: Condition
    stage: str | None
    label: Label


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """`route` is the only lawful way of the money; `needs` in the order of their codes."""

    clause: str
    route: str
    route_label: Label
    needs: tuple[PaymentNeed, ...]
    methods: Mapping[str, Label]
    heir: HeirRules | None = None


@dataclass(frozen=True, slots=True)
class Sanction:
    """What follows verified fraud; `if_paid` only where money was paid."""

    id: str
    label: Label
    if_paid: bool


@dataclass(frozen=True, slots=True)
class FraudRules:
    """`against` maps each way of fraud (member, org_head, both) to the persons it falls on;
    `honest` is the id of an honest error, which the department decides."""

    clause: str
    sanctions: tuple[Sanction, ...]
    against: Mapping[str, tuple[str, ...]]
    persons: Mapping[str, Label]
    honest: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """Chasing of one deadline: `days` from the due date (−1 the day before, 0 on the day,
    1 the day after), to whom (role codes), and what it says."""

    id: str
    deadline: str
    days: int
    to: tuple[str, ...]
    label: Label
