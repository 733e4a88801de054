"""Whether an application form is complete at a hand-over (clause 4.1, annexes 1 and 2).

Looks at the paper only: whether the member qualifies is another question.
"""

import re
from collections.abc import Mapping

from engine import idnumber
from engine.inputs import Inputs, shown
from engine.messages import register
from engine.procedure import Form, HandOver, WithProcedure
from engine.source import hint

MOST_FEN = 10**15
SEXES = {"男": "male", "女": "female"}
"""How a form writes the sex."""

_OTHERS = (
    "form_no",
    "stage",
    "filler",
    "proxy_reason",
    "signature",
    "copies",
    "branch_seal",
    "committee_seal",
    "branch_amount",
    "committee_amount",
    "evidence_required",
    "evidence_attached",
)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")

register(
    {
        "expected_month": (
            "“{text}”不是年月，请写成 1961-08 的样子。",
            '"{text}" is not a month; write it like 1961-08.',
        ),
        "form_field_missing": ("请填写“{label}”。", "{label}: please fill this in."),
        "id_birth_mismatch": (
            "身份证号码中的出生年月{in_number}与所填的{written}不一致，请核对。",
            "The identity number says born {in_number}, the form says {written}. Compare both with the card.",
        ),
        "id_sex_mismatch": (
            "身份证号码中的性别与所填的“{written}”不一致，请核对。",
            'The sex in the identity number differs from "{written}" on the form. Compare both with the card.',
        ),
        "signature_missing": (
            "申请表还没有本人签字或手印，请补签。",
            "The form bears neither signature nor fingerprint of the member. Have it signed.",
        ),
        "proxy_reason_missing": (
            "申请表由他人代写，请写明原因。",
            "Somebody else filled in the form. Say why.",
        ),
        "copies_insufficient": (
            "申请表需一式{count}份，份数不足。",
            "The form is needed in {count} copies; there are fewer.",
        ),
        "branch_seal_missing": ("还没有加盖党支部印章。", "The seal of the branch is missing."),
        "committee_seal_missing": (
            "还没有加盖党（工）委印章。",
            "The seal of the committee is missing.",
        ),
        "branch_amount_missing": (
            "党支部还没有填写拟救助金额。",
            "The branch has not written its proposed amount.",
        ),
        "committee_amount_missing": (
            "党（工）委还没有填写建议救助金额。",
            "The committee has not written its suggested amount.",
        ),
        "evidence_missing": (
            "缺少证明材料“{code}”，请补交。",
            'The evidence "{code}" is missing. Attach it.',
        ),
    }
)


def check_form(policy: WithProcedure, data: Mapping[str, object]) -> dict[str, object]:
    """All faults of a form at once.

    `data` holds the inputs of requirements §4 (fields of the policy's forms, `form_no`, `stage` and
    what is recorded of the paper); the answer is {"ok", "faults", "id_number"}, the number in its
    18-character form or null where it is blank or not well formed. A filler that is not given is
    the member; everything else not given is missing. Refused where an input is of the wrong kind.
    """
    forms = policy.procedure.forms
    fields = dict.fromkeys(field.id for form in forms.values() for field in form.fields)
    given = Inputs(data, [*fields, *_OTHERS])
    paper = _Paper(given, list(fields))
    given.need("form_no")
    given.need("stage")
    form = forms.get(given.choice("form_no", forms) or "")
    hand_over = _hand_over(given, form, forms)
    given.refuse()
    if form is None or hand_over is None:
        raise AssertionError("a form that is not there was refused above")
    identity = None if paper.id_number is None else idnumber.read(paper.id_number)
    faults = [
        f"missing_field:{field.id}"
        for field in form.required(hand_over.id)
        if paper.values.get(field.id) is None
    ]
    faults += [] if identity is None else _identity_faults(identity, paper)
    faults += _signing_faults(paper, form, hand_over)
    faults += _sealing_faults(paper, hand_over)
    faults += [f"evidence_missing:{code}" for code in paper.evidence_missing]
    number = identity.number18 if identity else None
    return {"ok": not faults, "faults": faults, "id_number": number}


class _Paper:
    """What is written on a form and recorded of it, with its kinds checked."""

    def __init__(self, given: Inputs, fields: list[str]) -> None:
        self.values = {name: given.text(name, or_number=True) for name in fields}
        self.id_number = self.values.get("id_number")
        self.sex = given.choice("sex", SEXES) if "sex" in fields else None
        self.birth_ym = self.values.get("birth_ym")
        if self.birth_ym is not None and not _MONTH.match(self.birth_ym.strip()):
            given.fault("expected_month", "birth_ym", text=shown(self.birth_ym))
        self.filler = given.choice("filler", ("self", "proxy"))
        self.proxy_reason = given.text("proxy_reason")
        self.signature = given.choice("signature", ("sign", "fingerprint", "none"))
        self.copies = given.whole("copies", 0, 1000)
        self.seals = {level: given.yes_no(f"{level}_seal") for level in ("branch", "committee")}
        self.amounts = {
            level: given.money(f"{level}_amount", 0, MOST_FEN) for level in ("branch", "committee")
        }
        attached = set(given.texts("evidence_attached") or ())
        required = dict.fromkeys(given.texts("evidence_required") or ())
        self.evidence_missing = [code for code in required if code not in attached]


def _hand_over(given: Inputs, form: Form | None, forms: Mapping[str, Form]) -> HandOver | None:
    """The hand-over named by `stage`; a fault where the form does not know it."""
    stage = given.text("stage")
    known = (
        form.hand_overs if form else {k: v for f in forms.values() for k, v in f.hand_overs.items()}
    )
    if stage is None or stage in known:
        return known.get(stage or "")
    given.fault("expected_choice", "stage", text=shown(stage), hint=hint(shown(stage), known))
    return None


def _identity_faults(found: idnumber.Reading, paper: _Paper) -> list[str]:
    """Codes of what is wrong with the number itself, then with what stands beside it."""
    faults = [] if found.fault is None else [found.fault.code]
    born = found.birth.isoformat()[:7] if found.birth else None
    if born is not None and paper.birth_ym is not None and paper.birth_ym.strip() != born:
        faults.append("id_birth_mismatch")
    if found.sex is not None and paper.sex is not None and SEXES[paper.sex] != found.sex:
        faults.append("id_sex_mismatch")
    return faults


def _signing_faults(paper: _Paper, form: Form, hand_over: HandOver) -> list[str]:
    faults = []
    if paper.signature not in form.signatures:
        faults.append("signature_missing")
    if paper.filler == "proxy" and paper.proxy_reason is None:
        faults.append("proxy_reason_missing")
    if paper.copies is None or paper.copies < hand_over.copies:
        faults.append("copies_insufficient")
    return faults


def _sealing_faults(paper: _Paper, hand_over: HandOver) -> list[str]:
    """Seals first, then amounts, in the order of the levels. An amount of zero is none."""
    seals = [
        f"{level}_seal_missing" for level in hand_over.seals if paper.seals.get(level) is not True
    ]
    amounts = [
        f"{level}_amount_missing" for level in hand_over.amounts if not paper.amounts.get(level)
    ]
    return seals + amounts
