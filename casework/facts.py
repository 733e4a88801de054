"""The facts of an application, gathered from where the office already has them.

A fact whose source has an answer takes it; what was typed stands only where the source is
silent or there is none. Nothing is guessed: no answer and nothing typed is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from casework import past_grants, settings
from casework.editions import policy_of
from casework.money import yuan
from casework.worksheet_rows import pending
from engine import Facts, Policy, assess, worked
from engine.faults import Fault, Refused
from engine.model import Fact, FactSource
from engine.procedure import Emergency, Stage
from engine.records import dated_names
from models.applications import Application
from models.members import HouseholdItem, ItemKind

SILENT = object()
"""The source has no answer: what was typed stands. None is an answer: it is not known."""

Ask = Callable[[Session, Application, FactSource], Any]

SEEN_BY_ENGINE = frozenset({"parameter", "year"})
_INCOME = frozenset({ItemKind.INCOME, ItemKind.SUBSIDY})
_COSTS = frozenset({ItemKind.MEDICAL_COST, ItemKind.DISASTER_COST})
INCOME = ("household", "countable_income")
"""The source of a fact that is worked out from the worksheet."""
MOST_TRIED = 64
"""Different sums of unverified costs that are tried before the income is simply not known."""
DECISIVE = ("outcome", "category", "benefits", "denials", "missing")


def gather(
    session: Session, application: Application, policy: Policy, *, amount: int | None = None
) -> Facts:
    """The facts of the application now, checked by the policy; raises with every wrong one."""
    return policy.read_facts(raw(session, application, policy, amount=amount))


def dated(
    session: Session,
    application: Application,
    rules: Stage | Emergency,
    *,
    known: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The dated values that conditions on a record of `rules` name, as they are for this application;
    what its facts do not settle is not known. `known` are the facts as `raw` gives them, where they
    were gathered already."""
    policy = policy_of(application.edition)
    passes = rules.passes if isinstance(rules, Stage) else None
    names = dated_names(rules.records, *rules.checks, passes) & set(policy.parameters)
    if not names:
        return {}
    try:
        given = raw(session, application, policy) if known is None else known
        typed: Mapping[str, object] = policy.read_facts(dict(given))
    except Refused:  # what is wrong with the facts is said where they are read
        typed = {}
    return worked.dated(policy, names, typed)


def raw(
    session: Session, application: Application, policy: Policy, *, amount: int | None = None
) -> dict[str, object]:
    """The same as a flat object, as `decide` takes it: money in yuan, dates in ISO, null unknown.

    Sources that the engine sees by itself (dated parameters, the year of a date) are left to it.
    `amount` is the amount to be checked, fen; without it the newest one on the application.
    """
    found = {name: value for name, value in application.facts.items() if name in policy.facts}
    records = past_grants.Records(session, application)
    for name, fact in policy.facts.items():
        if not outside(fact):
            continue
        value = answer(session, application, fact, amount=amount, records=records)
        if value is not SILENT:
            found[name] = plain(value, fact.type)
    return found | _settled_income(session, application, policy, found)


def _settled_income(
    session: Session, application: Application, policy: Policy, known: Mapping[str, object]
) -> dict[str, object]:
    """The countable income without unverified costs, where counting them changes no answer."""
    names = [f.name for f in policy.facts.values() if _source_is(f, INCOME)]
    tried = possible_incomes(session, application) if names else ()
    answers = set()
    for fen in tried:
        given = {**known, **{name: yuan(fen) for name in names}}
        try:
            answer = assess(policy, policy.read_facts(given)).document()
        except Refused:  # what is wrong with the facts is said where they are read
            return {}
        answers.add(repr([answer[key] for key in DECISIVE]))
    return dict.fromkeys(names, yuan(tried[0])) if len(answers) == 1 else {}


def outside(fact: Fact) -> bool:
    """Whether the fact comes from the records rather than from a person or the engine."""
    return fact.source is not None and fact.source.kind not in SEEN_BY_ENGINE


def answer(
    session: Session,
    application: Application,
    fact: Fact,
    *,
    amount: int | None = None,
    records: past_grants.Records | None = None,
) -> Any:
    """What the records say of a fact with a source: a value, None (not known), or SILENT.

    `records` is what was already read of earlier aid for this application.
    """
    source = fact.source
    if source is None:
        return SILENT
    if is_amount(fact) and amount is not None:
        return amount
    if source.kind == "grants":
        return _of_grants(records or past_grants.Records(session, application), fact, source)
    known = _PROVIDERS.get((source.kind, source.name))
    if known is None:
        raise Refused([Fault("unknown_source", {"fact": fact.label, "source": source.name})])
    return known(session, application, source)


def plain(value: Any, kind: str) -> object:
    """A stored value in the words of `decide`: fen as yuan, dates as ISO, enums by value."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    return yuan(value) if kind == "money" and isinstance(value, int) else value


def countable_income(session: Session, application: Application) -> Any:
    """Income and subsidies of the worksheet less self-paid costs, fen per year, at least 0.

    Silent without any row of income. Not known while a row that counts is unverified: an income may
    be more, a cost may be allowed. Costs count only while the setting `deduct_costs` is on. See
    `raw` for unverified costs that change no answer.
    """
    incomes, costs = counted(session, application)
    if not incomes:
        return SILENT
    if not all(item.verified for item in (*incomes, *costs)):
        return None
    return max(_sum(incomes) - _sum(costs), 0)


def unverified(
    session: Session, application: Application, fact: Fact
) -> list[tuple[int, HouseholdItem]]:
    """The rows of the worksheet that keep this fact from being known, each with its place from 1."""
    if fact.source is None or fact.source.kind != "household":
        return []
    waiting = pending(application.member)
    if _source_is(fact, INCOME):
        incomes, costs = counted(session, application)
        return [(number, item) for number, item in waiting if item in (*incomes, *costs)]
    return [(number, item) for number, item in waiting if item.kind == fact.source.name]


def _source_is(fact: Fact, source: tuple[str, str]) -> bool:
    return fact.source is not None and (fact.source.kind, fact.source.name) == source


def counted(
    session: Session, application: Application
) -> tuple[list[HouseholdItem], list[HouseholdItem]]:
    """The rows that make the countable income: what comes in, and what is taken off."""
    household = application.member.household
    items = household.items if household else []
    incomes = [item for item in items if item.kind in _INCOME]
    costs = [item for item in items if item.kind in _COSTS]
    return incomes, costs if costs and settings.get(session, "deduct_costs") else []


def on_sheet(fact: Fact) -> bool:
    """Whether the fact's place is the household worksheet, so that it is typed only without one."""
    return fact.source is not None and fact.source.kind == "household"


def is_amount(fact: Fact) -> bool:
    """Whether the fact is the amount that a step sets."""
    return fact.source is not None and (
        fact.source.kind == "application" and fact.source.name in AMOUNTS
    )


def sheet_faults(
    session: Session, application: Application, policy: Policy, typed: Mapping[str, object]
) -> list[Fault]:
    """`fact_on_sheet` for each typed figure that the worksheet contradicts, rows that wait for
    verification counted; the worksheet would else replace it without a word."""
    found = []
    for name, value in typed.items():
        fact = policy.facts.get(name)
        if fact is None or not on_sheet(fact) or value in (None, "", "?"):
            continue
        sheet = _on_sheet(session, application, fact)
        mine = _figure(value)
        if sheet is not None and mine is not None and mine != _figure(sheet):
            params = {"fact": fact.label, "typed": str(value), "sheet": str(sheet)}
            found.append(Fault("fact_on_sheet", params, f"facts.{name}"))
    return found


def _on_sheet(session: Session, application: Application, fact: Fact) -> object:
    """The worksheet's figure as it stands, verified or not; None where it has none."""
    value = answer(session, application, fact)
    if value is None and _source_is(fact, INCOME):
        incomes, costs = counted(session, application)
        value = max(_sum(incomes) - _sum(costs), 0)
    elif value is None and fact.source is not None and application.member.household:
        items = application.member.household.items
        value = _sum([item for item in items if item.kind == fact.source.name])
    return None if value is SILENT else plain(value, fact.type)


def _figure(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None  # what cannot be read is said where facts are read


def possible_incomes(session: Session, application: Application) -> tuple[int, ...]:
    """What the countable income can come to, fen, while only costs wait to be verified: the figure
    without them first, then with each choice of them. Empty where an income waits as well, where
    there is none, or where the choices are too many to be tried."""
    incomes, costs = counted(session, application)
    waiting = [item.fen_per_year for item in costs if not item.verified]
    if not incomes or not waiting or not all(item.verified for item in incomes):
        return ()
    base = _sum(incomes) - _sum([item for item in costs if item.verified])
    found = {0: None}
    for fen in waiting:
        found |= {known + fen: None for known in tuple(found)}
        if len(found) > MOST_TRIED:
            return ()
    return tuple(dict.fromkeys(max(base - less, 0) for less in found))


def newest_amount(application: Application) -> int | None:
    """The amount set last: approved, else suggested, else proposed, fen."""
    return application.approved_fen or application.suggested_fen or application.proposed_fen


def _of_grants(records: past_grants.Records, fact: Fact, source: FactSource) -> object:
    """What earlier aid says of a fact; a word that this edition does not have is not known."""
    value = past_grants.measure(records, source)
    if isinstance(value, past_grants.NoGrant):
        return "none" if "none" in fact.choices else None
    return None if fact.choices and value not in fact.choices else value


def _sum(items: list[HouseholdItem]) -> int:
    return sum(item.fen_per_year for item in items)


def _of_kind(kind: ItemKind) -> Ask:
    def ask(_session: Session, application: Application, _source: FactSource) -> Any:
        household = application.member.household
        items = [item for item in household.items if item.kind == kind] if household else []
        if not items:
            return SILENT
        return _sum(items) if all(item.verified for item in items) else None

    return ask


def _member(name: str) -> Ask:
    def ask(_session: Session, application: Application, _source: FactSource) -> Any:
        value = getattr(application.member, name)
        return SILENT if value is None else value

    return ask


def _silent(value: Any) -> Any:
    return SILENT if value is None else value


AMOUNTS = frozenset({"amount", "proposed"})
_MEMBER_FIELDS = ("status", "hukou", "sex", "ethnic", "birth_on", "joined_on", "died_on")
_PROVIDERS: Mapping[tuple[str, str], Ask] = {
    **{("member", name): _member(name) for name in _MEMBER_FIELDS},
    **{("household", kind.value): _of_kind(kind) for kind in ItemKind},
    ("member", "org_in_district"): lambda _s, a, _f: a.member.active,
    ("member", "in_district"): lambda _s, a, _f: a.member.active,
    ("member", "died"): lambda _s, a, _f: a.member.died_on is not None,
    ("household", "size"): lambda _s, a, _f: _silent(
        a.member.household.size if a.member.household else None
    ),
    ("household", "countable_income"): lambda s, a, _f: countable_income(s, a),
    ("application", "applied_on"): lambda _s, a, _f: a.applied_on,
    ("application", "aid_year"): lambda _s, a, _f: a.aid_year,
    ("application", "emergency"): lambda _s, a, _f: a.emergency,
    ("application", "amount"): lambda _s, a, _f: _silent(newest_amount(a)),
    ("application", "proposed"): lambda _s, a, _f: _silent(newest_amount(a)),
}
"""Where each source of a fact is found. A policy that names another is refused when gathered."""
