"""Cards of money: what left each source, who used it, how far each unit's aid has come."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from admin import charts
from admin.charts import Bar
from admin.figure_cards.shapes import PLAIN, QUIET, STRIPES, Card, Cell, in_bars, in_yuan, share
from admin.i18n import lang
from admin.text import DASH, policy_label, yuan
from casework import figures_money
from engine.labels import Label


def sources(
    found: Sequence[figures_money.SourceFlow], year: int, fits: int = charts.NARROW
) -> Card:
    """What left the budget of each source, what of it was paid, and what is left, in yuan."""
    series = (_("Paid to {word.persons}"), _("Sent, not paid yet"), _("Left of the budget"))
    bars = [
        Bar(
            policy_label(each.label),
            (
                each.paid_fen,
                max(each.sent_fen - each.paid_fen, 0),
                max(each.left_fen or 0, 0),
            ),
            yuan(each.sent_fen)
            if each.budget_fen is None
            else _(
                "%(sent)s of %(budget)s", sent=_short(each.sent_fen), budget=_short(each.budget_fen)
            ),
        )
        for each in found
    ]
    title = _("Money by source")
    note = _("Money that left the budget of %(year)s.", year=year)
    if found and all(each.budget_fen is None for each in found):
        said = _("A budget is not divided by kind of aid or by unit, so none is shown here.")
        note += said if lang() == "zh" else f" {said}"
    return Card(
        "sources",
        title,
        note,
        in_bars("sources", title, series, bars, (PLAIN, STRIPES, QUIET), fits),
        (_("Fund source"), *map(in_yuan, (_("Budget"), _("Sent"), _("Of this paid"), _("Left")))),
        tuple(
            (
                Cell(policy_label(each.label), False),
                *(
                    Cell(yuan(fen, unit=False))
                    for fen in (each.budget_fen, each.sent_fen, each.paid_fen, each.left_fen)
                ),
            )
            for each in found
        ),
    )


def use(
    labels: Sequence[Label],
    found: Sequence[figures_money.UnitUse],
    sources: Sequence[figures_money.SourceFlow],
    year: int,
    committee: str,
) -> Card:
    """Who used the budgets: one column a source, and below them what there was and what is left."""
    budgets = [each.budget_fen for each in sources if each.budget_fen is not None]
    whole = sum(budgets)
    title = _("Use of the budgets by unit")
    bars = [
        Bar(
            each.name,
            (each.total,),
            f"{yuan(each.total)} · {share(each.total / whole)}" if whole else yuan(each.total),
        )
        for each in found
    ]
    return Card(
        "use",
        title,
        _("What left the budgets of %(year)s for each unit, and its share of them.", year=year),
        in_bars("use", title, (title,), bars),
        (
            committee,
            *(in_yuan(policy_label(label)) for label in labels),
            in_yuan(_("Total")),
            _("Share of the budgets"),
        ),
        tuple(
            (
                Cell(each.name, False),
                *(Cell(yuan(fen, unit=False)) for fen in (*each.fen, each.total)),
                Cell(share(each.total / whole) if whole else DASH),
            )
            for each in found
        ),
        _use_foot(found, whole),
    )


def _use_foot(found: Sequence[figures_money.UnitUse], whole: int) -> tuple[Cell, ...]:
    if not found:
        return ()
    sums = [sum(column) for column in zip(*(each.fen for each in found), strict=True)]
    return (
        Cell(_("Total"), False),
        *(Cell(yuan(fen, unit=False)) for fen in (*sums, sum(sums))),
        Cell(share(sum(sums) / whole) if whole else DASH),
    )


def committees(found: Sequence[figures_money.UnitFlow], committee: str) -> Card:
    """Aid approved, sent and paid for each unit, in yuan."""
    series = (_("Paid to {word.persons}"), _("Sent, not paid yet"), _("Approved, not sent yet"))
    bars = [
        Bar(
            each.name,
            (
                each.paid_fen,
                max(each.sent_fen - each.paid_fen, 0),
                max(each.approved_fen - max(each.sent_fen, each.paid_fen), 0),
            ),
            yuan(each.approved_fen),
        )
        for each in found
    ]
    title = _("Money by unit")
    return Card(
        "committees",
        title,
        _("Aid approved in the chosen aid year, and how far it has come."),
        in_bars("committees", title, series, bars, (PLAIN, STRIPES, QUIET)),
        (committee, *map(in_yuan, (_("Approved"), _("Sent"), _("Paid")))),
        tuple(
            (
                Cell(each.name, False),
                *(
                    Cell(yuan(fen, unit=False))
                    for fen in (each.approved_fen, each.sent_fen, each.paid_fen)
                ),
            )
            for each in found
        ),
        (
            Cell(_("Total"), False),
            Cell(yuan(sum(each.approved_fen for each in found), unit=False)),
            Cell(yuan(sum(each.sent_fen for each in found), unit=False)),
            Cell(yuan(sum(each.paid_fen for each in found), unit=False)),
        )
        if found
        else (),
    )


def _short(fen: int) -> str:
    """Whole yuan without ".00", for a line beside a bar."""
    return yuan(fen).replace(".00", "")
