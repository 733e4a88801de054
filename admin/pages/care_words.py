"""Words of the register and of checks that no policy gives. Data only."""

from admin.i18n import _l
from models.checks import Finding

WHAT = {"hardship.change": _l("Situation brought up to date")}
FIELDS = {"situation": _l("Situation"), "needs": _l("What help is needed")}
FINDINGS = {
    Finding.GOOD: (_l("Nothing wrong"), "green"),
    Finding.FAULT: (_l("Fault in the work"), "orange"),
    Finding.SUSPECTED: (_l("Fraud suspected, to be found out"), "orange"),
    Finding.FRAUD: (_l("Fraud verified"), "red"),
    Finding.HONEST: (_l("An honest error"), "blue"),
}
FRAUD_BY = {
    "member": _l("The {word.person}"),
    "org_head": _l("The head of the organisation"),
    "both": _l("Both"),
}
