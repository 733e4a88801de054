"""Both versions of an application that two people changed, field by field: as it is stored now and
as the refused page has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from admin.cases.words import fact_words, listed
from admin.forms import facts as fact_forms
from admin.forms import worksheet
from admin.forms.worksheet import Sheet
from admin.text import policy_label
from engine import Policy
from engine.procedure import Road
from models.applications import Application


@dataclass(frozen=True, slots=True)
class Version:
    """One field in words."""

    label: str
    theirs: str
    mine: str


def compared(
    application: Application,
    policy: Policy,
    road: Road,
    facts: Mapping[str, Any],
    form: Mapping[str, str],
    sheet: Sheet | None,
) -> list[Version]:
    """The fields in which the two differ; `facts`, `form` and `sheet` as the page sent them."""
    found = []
    for name, mine in facts.items():
        fact = policy.facts[name]
        theirs = application.facts.get(name)
        found.append(
            Version(policy_label(fact.label), fact_words(fact, theirs), fact_words(fact, mine))
        )
    for field in fact_forms.statement_fields(policy.procedure.form_of(road.id)):
        if field.id in form:
            now = str(application.form.get(field.id) or "")
            found.append(Version(policy_label(field.label), now, form[field.id]))
    if sheet is not None:
        now_sheet = worksheet.shown(application.member.household)
        found.append(Version(_("People in the household"), now_sheet.size, sheet.size))
        found.append(Version(_("Household worksheet"), _rows(now_sheet), _rows(sheet)))
    return [one for one in found if one.theirs.strip() != one.mine.strip()]


def _rows(sheet: Sheet) -> str:
    """The rows of a worksheet in one line: "Income: farming 600, Subsidy: old age 200"."""
    kinds = {kind.value: str(label) for kind, label in worksheet.KINDS.items()}
    return listed(
        _(
            "%(kind)s: %(what)s %(yuan)s",
            kind=kinds.get(row.values["kind"], row.values["kind"]),
            what=" ".join(filter(None, (row.values["label"], row.values["who"]))),
            yuan=" ".join(filter(None, (row.values["yuan"], row.values["proof"]))),
        )
        for row in sheet.items
    )
