"""Whether an application form is complete at a hand-over (clause 4.1, annexes 1 and 2).

Looks at the paper only: whether the member qualifies is another question.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine import idnumber
from engine.faults import Fault
from engine.inputs import Inputs, shown
from engine.labels import Label
from engine.messages import register
from engine.procedure import Form, HandOver, WithProcedure
from engine.procedure.load_papers import SEALED_BY
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
            "“{text}”不是年月，请写成1961-08的样子。",
            '"{text}" is not a month; write it like 1961-08.',
        ),
        "form_field_missing": ("请填写“{label}”。", "{label}: please fill this in."),
        "form_field_missing_how": (
            "请填写“{label}”：{how}",
            "{label}: please fill this in. {how}",
        ),
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
            "The form bears neither signature nor fingerprint of the applicant. Have it signed.",
        ),
        "proxy_reason_missing": (
            "申请表由他人代写，请写明原因。",
            "Somebody else filled in the form. Say why.",
        ),
        "copies_insufficient": (
            "申请表需一式{count}份，份数不足。",
            "The form is needed in {count} copies; there are fewer.",
        ),
        "seal_missing": (
            "申请表上还没有加盖“{office}”印章。",
            "The seal of this level is missing on the form: {office}.",
        ),
        "amount_missing": (
            "申请表“{box}”一栏还没有填写金额。",
            "No amount is written on the form at: {box}.",
        ),
        "evidence_missing": (
            "缺少证明材料“{code}”，请补交。",
            'The evidence "{code}" is missing. Attach it.',
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Finding:
    """A fault under its short code for machines, and as people read it."""

    code: str
    fault: Fault


def check_form(
    policy: WithProcedure,
    data: Mapping[str, object],
    served_by: Mapping[str, Collection[str]] | None = None,
) -> dict[str, object]:
    """All faults of a form at once.

    `data` holds the inputs of requirements §4 (fields of the policy's forms, `form_no`, `stage` and
    what is recorded of the paper); the answer is {"ok", "faults", "id_number"}, the number in its
    18-character form or null where it is blank or not well formed. A filler that is not given is
    the member; everything else not given is missing. `served_by` holds, for an evidence, the papers
    that do as well (a death certificate for the diagnosis). Refused where an input is of the wrong
    kind.
    """
    paper = _read(policy, data, served_by or {})
    faults = [finding.code for finding in _findings(policy, paper, {})]
    number = paper.identity.number18 if paper.identity else None
    return {"ok": not faults, "faults": faults, "id_number": number}


def form_faults(
    policy: WithProcedure, data: Mapping[str, object], titles: Mapping[str, Label] | None = None
) -> list[Fault]:
    """What `check_form` finds, in the same order, as faults with the words of the policy.

    `where` is the name of the input, or "evidence.CODE"; `titles` are the titles of evidence codes.
    """
    return [finding.fault for finding in _findings(policy, _read(policy, data, {}), titles or {})]


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is written on a form and recorded of it."""

    form: Form
    hand_over: HandOver
    values: Mapping[str, str | None]
    identity: idnumber.Reading | None
    sex: str | None
    birth_ym: str | None
    proxy_without_reason: bool
    signature: str | None
    copies: int
    seals: Mapping[str, bool | None]
    amounts: Mapping[str, int | None]
    evidence_missing: tuple[str, ...]


def _read(
    policy: WithProcedure,
    data: Mapping[str, object],
    served_by: Mapping[str, Collection[str]],
) -> _Paper:
    """The inputs with their kinds checked; Refused with every fault."""
    forms = policy.procedure.forms
    fields = dict.fromkeys(field.id for form in forms.values() for field in form.fields)
    given = Inputs(data, [*fields, *_OTHERS])
    values = {name: given.text(name, or_number=True) for name in fields}
    sex = given.choice("sex", SEXES) if "sex" in fields else None
    birth_ym = (values.get("birth_ym") or "").strip() or None
    if birth_ym is not None and not _MONTH.match(birth_ym):
        given.fault("expected_month", "birth_ym", text=shown(birth_ym))
    filler = given.choice("filler", ("self", "proxy"))
    proxy_reason = given.text("proxy_reason")
    signature = given.choice("signature", ("sign", "fingerprint", "none"))
    copies = given.whole("copies", 0, 1000) or 0
    seals = {level: given.yes_no(f"{level}_seal") for level in SEALED_BY}
    amounts = {level: given.money(f"{level}_amount", 0, MOST_FEN) for level in SEALED_BY}
    required = dict.fromkeys(given.texts("evidence_required") or ())
    attached = set(given.texts("evidence_attached") or ())
    given.need("form_no")
    given.need("stage")
    form = forms.get(given.choice("form_no", forms) or "")
    hand_over = _hand_over(given, form, forms)
    given.refuse()
    if form is None or hand_over is None:
        raise AssertionError("a form that is not there was refused above")
    number = values.get("id_number")
    return _Paper(
        form=form,
        hand_over=hand_over,
        values=values,
        identity=None if number is None else idnumber.read(number),
        sex=sex,
        birth_ym=birth_ym,
        proxy_without_reason=filler == "proxy" and proxy_reason is None,
        signature=signature,
        copies=copies,
        seals=seals,
        amounts=amounts,
        evidence_missing=tuple(
            code for code in required if attached.isdisjoint((code, *served_by.get(code, ())))
        ),
    )


def _hand_over(given: Inputs, form: Form | None, forms: Mapping[str, Form]) -> HandOver | None:
    """The hand-over named by `stage`; a fault where the form does not know it."""
    stage = given.text("stage")
    known = dict(form.hand_overs) if form else {}
    for other in () if form else forms.values():
        known.update(other.hand_overs)
    if stage is None or stage in known:
        return known.get(stage or "")
    given.fault("expected_choice", "stage", text=shown(stage), hint=hint(shown(stage), known))
    return None


def _findings(
    policy: WithProcedure, paper: _Paper, titles: Mapping[str, Label]
) -> Iterator[_Finding]:
    """In the order of the paper, then of the hand-over."""
    for field in paper.form.required(paper.hand_over.id):
        if paper.values.get(field.id) is None:
            how = {} if field.help is None else {"how": field.help}
            code = "form_field_missing_how" if how else "form_field_missing"
            fault = Fault(code, {"label": field.label, **how}, field.id)
            yield _Finding(f"missing_field:{field.id}", fault)
    if paper.identity is not None:
        yield from _identity(paper.identity, paper)
    if paper.signature not in paper.form.signatures:
        yield _plain("signature_missing", "signature")
    if paper.proxy_without_reason:
        yield _plain("proxy_reason_missing", "proxy_reason")
    if paper.copies < paper.hand_over.copies:
        yield _plain("copies_insufficient", "copies", count=paper.hand_over.copies)
    yield from _seals_and_amounts(policy, paper)
    for code in paper.evidence_missing:
        fault = Fault("evidence_missing", {"code": titles.get(code, code)}, f"evidence.{code}")
        yield _Finding(f"evidence_missing:{code}", fault)


def _plain(code: str, where: str, **params: object) -> _Finding:
    return _Finding(code, Fault(code, params, where))


def _identity(found: idnumber.Reading, paper: _Paper) -> Iterator[_Finding]:
    """What is wrong with the number itself, then with what stands beside it."""
    if found.fault is not None:
        yield _Finding(found.fault.code, found.fault)
    born = found.birth.isoformat()[:7] if found.birth else None
    if born is not None and paper.birth_ym not in (None, born):
        written = paper.birth_ym
        yield _plain("id_birth_mismatch", "birth_ym", in_number=born, written=written)
    if found.sex is not None and paper.sex is not None and SEXES[paper.sex] != found.sex:
        yield _plain("id_sex_mismatch", "sex", written=paper.sex)


def _seals_and_amounts(policy: WithProcedure, paper: _Paper) -> Iterator[_Finding]:
    """Seals first, then amounts, in the order of the levels. An amount of zero is none."""
    offices = policy.procedure.offices
    boxes = {box.level: box.label for box in paper.form.boxes}
    for level in paper.hand_over.seals:
        if paper.seals.get(level) is not True:
            office: object = offices[level].label if level in offices else level
            fault = Fault("seal_missing", {"office": office}, f"{level}_seal")
            yield _Finding(f"{level}_seal_missing", fault)
    for level in paper.hand_over.amounts:
        if not paper.amounts.get(level):
            fault = Fault("amount_missing", {"box": boxes.get(level, level)}, f"{level}_amount")
            yield _Finding(f"{level}_amount_missing", fault)
