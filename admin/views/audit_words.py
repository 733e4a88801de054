"""The audit log in words: what was done, to what kind of thing, and the details a person can read.

The log itself keeps short codes, since what is hashed must not change with a translation; the page
of one record shows them beside the words. A code without a word is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from admin.cases.verbs import VERBS
from admin.i18n import _l
from admin.text import DASH, fault_text, yes_no, yuan, zhdate
from admin.views import history
from engine import messages
from engine.faults import Fault
from engine.source import parse_date

DONE: Mapping[str, object] = {
    **{f"application.{verb}": words for verb, words in VERBS.items()},
    **history.WHAT,
    "application.save": _l("Form saved"),  # the log does not tell a draft from a correction
    "application.put_back": _l("Put back to an earlier version"),
    "application.typed": _l("Typed page kept"),
    "application.note": _l("Note written"),
    "application.submit": _l("Done"),
    "application.emergency": _l("Pay first, complete later: authorised"),
    "application.circulation_sign": _l("Signed in circulation"),
    "application.circulation_stop": _l("Circulation called off"),
    "member.put_back": _l("Put back to how it was"),
    "pair.put_back": _l("Put back to how it was"),
    "user.put_back": _l("Put back to how it was"),
    "org.put_back": _l("Put back to how it was"),
    "member.typed": _l("Typed page kept"),
    "pair.typed": _l("Typed page kept"),
    "user.typed": _l("Typed page kept"),
    "org.typed": _l("Typed page kept"),
    "member.confirm_account": _l("Bank account confirmed"),
    "member.create": _l("Entered in the register"),
    "pair.create": _l("Pair begun"),
    "pair.delete": _l("Pair deleted"),
    "pair.update": _l("Details changed"),
    "user.delete": _l("Account deleted"),
    "user.first_admin": _l("First account made"),
    "org.delete": _l("Unit deleted"),
    "account.sign_in": _l("Signed in"),
    "account.sign_out": _l("Signed out"),
    "attachment.store": _l("Scan attached"),
    "calendar.put_year": _l("Holiday calendar of a year saved"),
    "check.plan": _l("Sample for checks drawn"),
    "check.visit": _l("Visit recorded"),
    "measure.order": _l("Measure ordered"),
    "measure.done": _l("Measure carried out"),
    "filing.file": _l("Filed for record"),
    "fund.add_source": _l("Source of money added"),
    "fund.budget": _l("Budget entered"),
    "fund.reverse": _l("Entry of the ledger reversed"),
    "grant.create": _l("Grant made"),
    "grant.cancel": _l("Grant cancelled"),
    "hardship.join": _l("Joined the hardship register"),
    "hardship.change": _l("Situation brought up to date"),
    "hardship.leave": _l("Left the hardship register"),
    "import.upload": _l("Workbook handed in"),
    "import.check": _l("Workbook checked"),
    "import.apply": _l("Workbook taken in"),
    "past_aid.put": _l("Earlier aid entered"),
    "inbox.read": _l("Message read"),
    "meeting.record": _l("Results of a meeting recorded"),
    "meeting.confirm": _l("Results of a meeting confirmed"),
    "meeting.send_back": _l("Results of a meeting sent back"),
    "minutes.scan": _l("Minutes attached"),
    "note.note": _l("Note written"),
    "note.withdraw": _l("Note taken back"),
    "note.withdrawal": _l("Note taken back"),
    "note.close": _l("Note kept to the deciding office"),
    "note.closing": _l("Note kept to the deciding office"),
    "deadline.late": _l("Found late"),
    "payment_returned": _l("Payment came back"),
    "payment_reversed": _l("Payment corrected"),
    "notice.post": _l("Notice posted"),
    "notice.close": _l("Notice ended"),
    "notice.verify": _l("Posting verified"),
    "notice.photo": _l("Photo of a posting attached"),
    "notice.remove_line": _l("Name taken off a notice"),
    "objection.register": _l("Objection recorded"),
    "objection.settle": _l("Objection decided"),
    "paper.order": _l("Papers ordered"),
    "paper.stop": _l("Making of papers stopped"),
    "payment.prepare": _l("Payout roster drawn up"),
    "payment.pay": _l("Paid"),
    "payment.receipt": _l("Receipt recorded"),
    "payment.bank_return": _l("Answer of the bank taken in"),
    "payment.returned": _l("Payment came back"),
    "payment.reversed": _l("Payment corrected"),
    "payment.discard": _l("Taken off the payout roster"),
    "policy.publish": _l("Edition published"),
    "policy.file": _l("Rule file saved"),
    "policy.order": _l("Policy settings saved"),
    "policy.rules": _l("Policy settings saved"),
    "policy.value": _l("Policy settings saved"),
    "policy.value_out": _l("Policy settings saved"),
    "policy.words": _l("Policy settings saved"),
    "policy.draft_start": _l("Draft of an edition begun"),
    "policy.draft_change": _l("Draft of an edition changed"),
    "policy.draft_propose": _l("Draft of an edition proposed"),
    "policy.draft_return": _l("Draft of an edition returned"),
    "policy.draft_withdraw": _l("Draft of an edition withdrawn"),
    "policy.draft_sign": _l("Draft of an edition signed"),
    "recovery.demand": _l("Recovery ordered"),
    "recovery.receive": _l("Recovered money came in"),
    "reply_number.void": _l("Number of a reply made void"),
    "round.open": _l("Yearly round opened"),
    "round.close": _l("Yearly round closed"),
    "round.send": _l("Notice of the round sent"),
    "round.receive": _l("Notice of the round received"),
    "round.tell": _l("Told about the round"),
    "round.take_up": _l("Taken up from last year"),
    "round.decline": _l("Not taken up again"),
    "round.take_back": _l("Put back among those to be looked at"),
    "screening.enter": _l("List entered for screening"),
    "screening.results": _l("Screening results recorded"),
    "screening.import": _l("Screening results taken in"),
    "screening.scheme": _l("List of another scheme taken in"),
    "screening.compare": _l("Likeness judged"),
    "screening.again": _l("Looked for likenesses again"),
    "setting.put": _l("Setting changed"),
    "seeds.load": _l("Demonstration data loaded"),
    "transfer": _l("Money transferred"),
    "transfer.take_back": _l("Transfer taken back"),
    "transfer_back": _l("Transfer taken back"),
    "view.keep": _l("View saved"),
    "view.first": _l("View saved"),
    "view.drop": _l("View deleted"),
    "reveal": _l("Masked number shown"),
    "inspection": _l("Page opened by the inspector"),
    "search_number": _l("Searched by a number"),
    "export": _l("List taken away as a file"),
    "print": _l("Paper printed"),
    "attachment": _l("Scan opened"),
    "download": _l("File of a job taken away"),
    "import.marked": _l("Marked copy of a workbook taken away"),
    "policy_files": _l("Rule files taken away"),
    "edition_files": _l("Files of an edition taken away"),
    "objector": _l("Name of an objector shown"),
}

THINGS: Mapping[str, object] = {
    "account": _l("Account"),
    "aid_round": _l("Yearly round"),
    "application": _l("Application"),
    "attachment": _l("Scan"),
    "case_note": _l("Note"),
    "check_plan": _l("Plan of checks"),
    "edition": _l("Edition"),
    "filing": _l("Filing"),
    "fund_source": _l("Source of money"),
    "grant": _l("Grant"),
    "hardship_entry": _l("Hardship register"),
    "holiday_year": _l("Holiday calendar"),
    "household_item": _l("Row of the worksheet"),
    "import_run": _l("Workbook"),
    "inbox": _l("Message"),
    "job": _l("Job"),
    "journal": _l("Ledger"),
    "measure": _l("Measure"),
    "member": _l("{word.Person}"),
    "minutes": _l("Minutes"),
    "notice": _l("Notice"),
    "notice_line": _l("Line of a notice"),
    "objection": _l("Objection"),
    "org": _l("Unit"),
    "org_unit": _l("Unit"),
    "page": _l("Page"),
    "pair": _l("Pair"),
    "payment": _l("Payment"),
    "policy": _l("Policy"),
    "policy_draft": _l("Draft of an edition"),
    "recovery": _l("Recovery"),
    "reply_number": _l("Number of a reply"),
    "report": _l("Report"),
    "round_member": _l("One of last year"),
    "saved_view": _l("Saved view"),
    "scheme_list": _l("List of another scheme"),
    "screening_line": _l("Line of a screening list"),
    "screening_list": _l("Screening list"),
    "screening_match": _l("Likeness"),
    "setting": _l("Setting"),
    "stage": _l("Stage"),
    "transfer_batch": _l("Transfer"),
    "transfer_line": _l("Line of a transfer"),
    "user": _l("Account"),
    "visit": _l("Visit"),
    # what papers are about, as they were printed
    "payments": _l("Payments"),
    "screening": _l("Screening list"),
    "transfer": _l("Transfer"),
    # lists that were taken away as files
    "applications": _l("Applications"),
    "audit": _l("Audit log"),
    "editions": _l("Policy editions"),
    "filings": _l("Filings"),
    "hardship_list": _l("Hardship register"),
    "import_list": _l("Imports"),
    "members": _l("Register of {word.persons}"),
    "notice_list": _l("Notices"),
    "orgs": _l("Organisations"),
    "pairs": _l("Helping pairs"),
    "payment_list": _l("Payments"),
    "recoveries": _l("Recoveries"),
    "transfers": _l("Transfers"),
    "users": _l("Accounts and roles"),
}

KEYS: Mapping[str, object] = {
    "after": _l("After"),
    "application": _l("Application"),
    "before": _l("Before"),
    "changes": _l("Changes"),
    "count": _l("How many"),
    "document": _l("Document"),
    "done_on": _l("Done on"),
    "entered_on": _l("Entered on"),
    "faults": _l("Reasons"),
    "fen": _l("Amount"),
    "found": _l("Found"),
    "from": _l("From"),
    "left_over": _l("Left over"),
    "lines": _l("Lines"),
    "name": _l("Name"),
    "notice_on": _l("Notice of"),
    "now": _l("Now"),
    "number": _l("Number"),
    "of": _l("Of"),
    "offered": _l("Offered"),
    "on": _l("On"),
    "posted_on": _l("Posted on"),
    "reason": _l("Reason"),
    "received_on": _l("Received on"),
    "removed_on": _l("Taken down on"),
    "returned_on": _l("Came back on"),
    "rows": _l("Rows"),
    "to": _l("To"),
    "told": _l("Told"),
    "told_on": _l("Told on"),
    "units": _l("Units"),
    "year": _l("Year"),
}
"""Details that a person can use. The others (digests, numbers of rows, codes) stand on the page of
the record only."""

MOST_REASONS = 3
"""Of why something was refused; the rest stands in the record itself."""

_CODE = re.compile(r"[a-z][a-z0-9]*(?:[_.:-][a-z0-9]+)*")
_NOBODY = {  # who stands in the log where no account acted
    "command line": _l("Command line"),
    "seeds.first_admin": _l("Setting up"),
    "set-up": _l("Setting up"),
    "system": _l("The system"),
}

_PREFIXES = {
    "refused": _l("Refused: %(what)s"),
    "look": _l("Looked: %(what)s"),
    "print": _l("Printed: %(what)s"),
}


def done(action: str) -> str:
    """An action's code in words: `refused:application.pay` → “Refused: Paid”."""
    head, colon, rest = action.partition(":")
    if action in DONE:
        return str(DONE[action])
    if colon and head in _PREFIXES and rest:
        known = DONE.get(rest) or DONE.get(rest.partition(":")[0])
        said = str(known) if known is not None else done(rest)
        return (
            said if head == "look" and known is not None else str(_PREFIXES[head]) % {"what": said}
        )
    tail = DONE.get(head) or DONE.get(head.rpartition(".")[2])
    return str(tail) if colon and tail is not None else action


def who(name: str, number: int | None) -> str:
    """Who did it: the name of then, or in words what acted without an account."""
    return name if number is not None else str(_NOBODY.get(name, name or DASH))


def thing(object_type: str) -> str:
    """The kind of thing in words."""
    return str(THINGS.get(object_type, object_type))


def codes_of(words: str) -> list[str]:
    """The actions whose words, in the reader's language, contain `words`."""
    wanted = words.casefold()
    return [code for code, said in DONE.items() if wanted in str(said).casefold()]


def details(data: Any) -> str:
    """What the details say that a person can read, on one line; a dash for nothing."""
    found = list(_said(data)) if isinstance(data, Mapping) else []
    return " · ".join(found) or DASH


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    for key, label in KEYS.items():
        words = _value(key, data.get(key))
        if words:
            yield _("%(label)s: %(value)s", label=label, value=words)


def _why(fault: Any) -> str:
    """The sentence for a reason that was written down; what it was said of is not kept with it."""
    code = str(fault.get("code", "")) if isinstance(fault, Mapping) else ""
    pair = messages.catalogue().get(code)
    if pair is None:
        return ""
    return fault_text(Fault(code, dict.fromkeys(messages.parameters(pair[0]), "…")))


def _listed(key: str, parts: list[Any]) -> str:
    """Reasons in their words, each once; of other lists how long they are."""
    if key != "faults":
        return str(len(parts)) if key in ("units", "lines") else ""
    said = list(dict.fromkeys(filter(None, map(_why, parts))))
    if len(said) > MOST_REASONS:
        said[MOST_REASONS:] = ["…"]
    return " ".join(said)


def _value(key: str, value: Any) -> str:
    """A plain value in words; nothing for what is empty or is itself made of parts."""
    if value in (None, "", [], {}) or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, list):
        return _listed(key, value)
    if key == "fen" and isinstance(value, int):
        return yuan(value)
    if isinstance(value, str) and key.endswith("on") and (day := parse_date(value)):
        return zhdate(day)
    return "" if isinstance(value, str) and _CODE.fullmatch(value) else str(value)
