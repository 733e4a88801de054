"""What a rule file means: load, check, decide, explain. Knows no database, no request, no clock."""

from engine.assessment import Assessment, Granted, assess, canonical
from engine.calendar import Calendar
from engine.deadlines import Due, deadlines, due
from engine.facts import Facts
from engine.faults import Disagreement, Fault, Refused
from engine.forms import check_form
from engine.fraud import after_fraud
from engine.labels import Label
from engine.language import Expression, compile_expression
from engine.loading import digest, folder_files, load, load_files
from engine.model import Fact, FactSource, Policy
from engine.notices import check_notice
from engine.payments import payment_blocks
from engine.reference import evaluate

__all__ = [
    "Assessment",
    "Calendar",
    "Disagreement",
    "Due",
    "Expression",
    "Fact",
    "FactSource",
    "Facts",
    "Fault",
    "Granted",
    "Label",
    "Policy",
    "Refused",
    "after_fraud",
    "assess",
    "canonical",
    "check_form",
    "check_notice",
    "compile_expression",
    "deadlines",
    "digest",
    "due",
    "evaluate",
    "folder_files",
    "load",
    "load_files",
    "payment_blocks",
]
