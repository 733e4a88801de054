"""Which fields a template may ask for, by what the paper is about. Names only, no values.

A shape is a tree: `TEXT`, a group of named shapes, or a list of one group (`Rows`). What depends on
the policy (fields of its forms, records of its stages, columns of its notice) comes from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Rows:
    """A list to go through with `for`; every row has these fields."""

    row: Mapping[str, Shape]


TEXT: Final = None
Shape = Mapping[str, "Shape"] | Rows | None
Group = Mapping[str, Shape]

LOOP: Group = dict.fromkeys(("index", "index0", "first", "last", "length"), TEXT)
"""What jinja's `loop` may be asked inside a for."""


def texts(names: str, **nested: Shape) -> dict[str, Shape]:
    """A group of plain texts, and nested shapes beside them."""
    return {**dict.fromkeys(names.split(), TEXT), **nested}


OFFICE = texts("name hotline")
POLICY = texts("title source issuer number issued_on")
PERSON = texts(
    "name sex ethnic birth birth_month joined id_number phone address hukou status died "
    "bank_name bank_account skills unit committee"
)
LINE = texts("who label amount proof")
AMOUNT = texts("text words")
OPINION = texts("text amount words on")
RULE = texts("clause cite title holds fails open")
BENEFIT = texts("clause cite title amount words least most")
DECISION = texts(
    "on document_number minutes_number attendees result reason amount words agreed departs priority"
)
NOTICE_OF_CASE = texts("number posted_on ends_on place spot poster removed_on outcome days")
SCREENING_OF_CASE = texts("entered_on screened_on list_number result reason passed failed")
PAYMENT = texts(
    "order amount words method payee kinship account source paid_on received_on receiver "
    "receiver_kinship sign witness instalment returned"
)
HOUSEHOLD = texts(
    "size note income_total subsidy_total cost_total",
    people=Rows(texts("name relation birth id_number can_work occupation note")),
    income=Rows(LINE),
    subsidy=Rows(LINE),
    medical_cost=Rows(LINE),
    disaster_cost=Rows(LINE),
)
MEASURE = texts(
    "kind against fraud faults words found_on document done done_on amount amount_words"
)
ROW_OF_PAYMENT = texts(
    "order number name id_number unit committee kind amount words account bank_name payee kinship "
    "method sign receiver receiver_kinship received_on paid_on"
)
COMMON: Group = texts("today year printed_by", office=OFFICE, policy=POLICY)


def case_shape(procedure: Procedure) -> dict[str, Shape]:
    """One application: its member, form, records, opinions, findings, money."""
    fields = sorted({f.id for form in procedure.forms.values() for f in form.fields})
    stages = {
        stage.id: texts(" ".join(one.id for one in stage.records))
        for stage in procedure.stages.values()
    }
    emergency = procedure.emergency.records if procedure.emergency else ()
    return texts(
        "order number kind aid_year applied_on stage outcome category reason emergency unit "
        "unit_kind committee proposed suggested approved approved_words payee payee_kinship "
        "heading title footnote",
        member=PERSON,
        household=HOUSEHOLD,
        form=texts(" ".join(fields)),
        label=texts(" ".join(fields)),
        box=texts(" ".join(procedure.offices)),
        record=stages,
        emergency_record=texts(" ".join(one.id for one in emergency)),
        opinion=dict.fromkeys(procedure.offices, OPINION),
        decision=DECISION,
        notice=NOTICE_OF_CASE,
        screening=SCREENING_OF_CASE,
        grounds=Rows(RULE),
        exclusions=Rows(RULE),
        denials=Rows(RULE),
        escalations=Rows(RULE),
        benefits=Rows(BENEFIT),
        evidence=Rows(texts("title clause cite copies attached")),
        facts=Rows(texts("label value")),
        missing=Rows(texts("label")),
        payments=Rows(PAYMENT),
        earlier=Rows(texts("year kind amount words")),
    )


def shape_of(procedure: Procedure, about: str) -> Group:
    """Every name that a template of a paper about this may use at its top."""
    case = case_shape(procedure)
    cases = Rows(case)
    names = " ".join(column.id for column in procedure.notice.columns)
    columns = Rows(texts(f"order {names}"))
    shapes: dict[str, dict[str, Shape]] = {
        "application": case,
        "applications": texts(
            "count total words kind unit committee on document_number minutes_number attendees",
            rows=cases,
        ),
        "notice": texts(
            "number heading title opening closing telephone issuer dated unit",
            label=texts(names),
            rows=columns,
        ),
        "filing": texts("number unit filed_on count total words contact", rows=cases),
        "screening": texts(
            "unit entered_on count",
            rows=Rows(texts("order name id_number kind unit result reason")),
        ),
        "transfer": texts(
            "number unit source sent_on voucher approval_number count total words", rows=cases
        ),
        "payments": texts("unit count total words", rows=Rows(ROW_OF_PAYMENT)),
        "payment": {**case, "payment": PAYMENT},
        "measure": {**case, "measure": MEASURE},
        "pair": texts("unit committee start end skill plan goal", helper=PERSON, helped=PERSON),
        "member": texts(
            "unit committee file_number",
            member=PERSON,
            household=HOUSEHOLD,
            applications=cases,
            pairs=Rows(texts("name start end skill goal")),
            contents=Rows(texts("order title note pages mark")),
        ),
    }
    days = texts(" ".join(["notice", *procedure.deadlines]))
    return {**COMMON, "days": days, **shapes[about]}
