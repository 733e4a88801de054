"""Both versions of an application that two people changed, field by field: as it is stored now and
as the refused page has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from admin.cases.words import fact_words, listed
from admin.forms import facts as fact_forms
from admin.forms import worksheet
from admin.forms.worksheet import Sheet
from admin.text import DASH, policy_label
from admin.views.both_versions import Line
from engine import Policy
from engine.procedure import Road
from models.applications import Application


def compared(
    application: Application,
    policy: Policy,
    road: Road,
    facts: Mapping[str, Any],
    form: Mapping[str, str],
    sheet: Sheet | None,
) -> list[Line]:
    """The fields in which the two differ; `facts`, `form` and `sheet` as the page sent them."""
    found: list[tuple[str, str, str]] = []
    for name, mine in facts.items():
        fact = policy.facts[name]
        theirs = application.facts.get(name)
        found.append((policy_label(fact.label), fact_words(fact, theirs), fact_words(fact, mine)))
    for field in fact_forms.statement_fields(policy.procedure.form_of(road.id)):
        if field.id in form:
            now = str(application.form.get(field.id) or "")
            found.append((policy_label(field.label), now, form[field.id]))
    if sheet is not None:
        now_sheet = worksheet.shown(application.member.household)
        found.append((_("People in the household"), now_sheet.size, sheet.size))
        found.append((_("Household worksheet"), _rows(now_sheet), _rows(sheet)))
    return [
        Line(label, "", theirs or DASH, mine or DASH, True)
        for label, theirs, mine in found
        if theirs.strip() != mine.strip()
    ]


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
