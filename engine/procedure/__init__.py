"""How an application travels: roads, stages, records, forms, notice, deadlines, payment.

Only the shapes of `procedure.yaml` and how they are read; the questions asked of them
(is this form complete, when is this due) are answered by `engine.forms`, `engine.notices`,
`engine.deadlines`, `engine.payments` and `engine.fraud`.
"""

from engine.procedure.care import CheckRules, PairRule, PairRules, RegisterRules
from engine.procedure.circulation import CirculationRules
from engine.procedure.conditions import Condition
from engine.procedure.entry import OnBehalf, Originals
from engine.procedure.loading import load_procedure, read_procedure
from engine.procedure.meetings import MeetingRules, MinutesRules, ReplyRules
from engine.procedure.papers import (
    Form,
    FormBox,
    FormField,
    HandOver,
    NoticeForm,
    NoticeReason,
    Objections,
)
from engine.procedure.rounds import CarryOver, PlanStep, RoundRules
from engine.procedure.rules import (
    CountingRule,
    DateName,
    DeadlineRule,
    FraudRules,
    PaymentNeed,
    PaymentRules,
    Reminder,
    Sanction,
    SignOfDeath,
)
from engine.procedure.shapes import (
    AmountTier,
    Check,
    Emergency,
    Office,
    Procedure,
    RecordField,
    Road,
    Stage,
    StageKind,
    StagePart,
    WithProcedure,
)

__all__ = [
    "AmountTier",
    "CarryOver",
    "Check",
    "CheckRules",
    "CirculationRules",
    "Condition",
    "CountingRule",
    "DateName",
    "DeadlineRule",
    "Emergency",
    "Form",
    "FormBox",
    "FormField",
    "FraudRules",
    "HandOver",
    "MeetingRules",
    "MinutesRules",
    "NoticeForm",
    "NoticeReason",
    "Objections",
    "Office",
    "OnBehalf",
    "Originals",
    "PairRule",
    "PairRules",
    "PaymentNeed",
    "PaymentRules",
    "PlanStep",
    "Procedure",
    "RecordField",
    "RegisterRules",
    "Reminder",
    "ReplyRules",
    "Road",
    "RoundRules",
    "Sanction",
    "SignOfDeath",
    "Stage",
    "StageKind",
    "StagePart",
    "WithProcedure",
    "load_procedure",
    "read_procedure",
]
