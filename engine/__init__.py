"""What a rule file means: load, check, decide, explain. Knows no database, no request, no clock."""

from engine.assessment import Assessment, Granted, assess, canonical
from engine.facts import Facts
from engine.faults import Disagreement, Fault, Refused
from engine.labels import Label
from engine.language import Expression, compile_expression
from engine.loading import digest, folder_files, load, load_files
from engine.model import Fact, FactSource, Policy
from engine.reference import evaluate

__all__ = [
    "Assessment",
    "Disagreement",
    "Expression",
    "Fact",
    "FactSource",
    "Facts",
    "Fault",
    "Granted",
    "Label",
    "Policy",
    "Refused",
    "assess",
    "canonical",
    "compile_expression",
    "digest",
    "evaluate",
    "folder_files",
    "load",
    "load_files",
]
