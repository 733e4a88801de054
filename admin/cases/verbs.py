"""What the verbs of an application are called where its history is told. Imports no page."""

from __future__ import annotations

from collections.abc import Mapping

from admin.i18n import _l

CORRECTED = _l("Corrected")  # a form that was saved again after it had been handed in
VERBS: Mapping[str, object] = {
    "register": _l("Registered"),
    "save": _l("Draft saved"),
    "complete": _l("Done"),
    "return": _l("Returned for correction"),
    "record_result": _l("Result recorded, to be confirmed"),
    "result_sent_back": _l("Result sent back to the recorder"),
    "refuse": _l("Aid refused"),
    "withdraw": _l("Withdrawn"),
    "cancel": _l("Cancelled"),
    "authorise_emergency": _l("Pay first, complete later: authorised"),
    "post": _l("Posted"),
    "notice_ended": _l("Notice ended"),
    "notice_removed": _l("Taken off the notice"),
    "objection": _l("Objection recorded"),
    "objection_refuted": _l("Objection refuted"),
    "file": _l("Filed for record"),
    "enter_list": _l("Entered for screening"),
    "screen": _l("Screening result recorded"),
    "transfer": _l("Money transferred"),
    "transfer_back": _l("Transfer taken back"),
    "prepare_payment": _l("Put on the payout roster"),
    "discard_payment": _l("Taken off the payout roster"),
    "pay": _l("Paid"),
    "payment_returned": _l("Payment came back"),
    "payment_reversed": _l("Payment corrected"),
    "receipt": _l("Receipt recorded"),
    "recovery_demand": _l("Recovery ordered"),
    "recovery_receive": _l("Recovered money came in"),
    "set_payee": _l("Payee changed"),
    "facts": _l("Facts changed"),
    "compare_paper": _l("Compared with the paper"),
    "check_original": _l("Original seen"),
    "circulate": _l("Sent round for signature"),
    "circulation_signed": _l("Signed in circulation"),
    "circulation_paper": _l("Signature on paper recorded"),
    "heir_account": _l("Account of the heir corrected"),
    "circulation_stopped": _l("Circulation called off"),
    "file_corrected": _l("File of the {word.person} or household corrected"),
}
