"""The values of a paper by name, for each kind of thing that papers are about.

The names are those of `engine.papers.shapes.shape_of`; a test fills every paper with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import checks, measures, notice_board, settings
from casework.printing import persons
from casework.printing.cases import Case
from casework.printing.subjects import Subject
from casework.printing.values import YES, Lazy, Value, money, number, on, text, words
from engine import Policy
from engine.labels import Label
from engine.notices import notice_text
from engine.source import parse_date
from engine.words import chinese_date
from models.applications import Application, PayMethod
from models.checks import Finding, Measure, MeasureState
from models.ledger import Payment, TransferBatch
from models.members import Member
from models.notices import Notice
from models.orgs import OrgKind, OrgLevel, OrgUnit
from models.pairs import HelpingPair
from models.screenings import Filing, ScreeningList


@dataclass(frozen=True)
class Asking:
    """Who prints, when, whether numbers stand whole, and whether a notice is wanted as it was
    first posted rather than as it hangs now."""

    name: str
    today: date
    in_full: bool
    as_posted: bool = False


def context(session: Session, subject: Subject, asking: Asking) -> Lazy:
    """Every name that a template about the subject may use."""
    maker = _CONTEXTS[subject.about]
    return maker(session, subject, asking).having(**_common(session, subject.policy, asking))


def _common(session: Session, policy: Policy, asking: Asking) -> dict[str, Value | Any]:
    issued = parse_date(policy.source.get("issued_on", ""))
    return {
        "today": chinese_date(asking.today),
        "year": str(asking.today.year),
        "printed_by": text(asking.name),
        "days": {
            "notice": str(policy.procedure.notice.days),
            **{name: str(d.counting.days) for name, d in policy.procedure.deadlines.items()},
        },
        "office": lambda: {
            "name": text(settings.get(session, "office_name")) or policy.procedure.notice.issuer,
            "hotline": text(settings.get(session, "hotline")) or policy.procedure.notice.hotline,
        },
        "policy": {
            "title": policy.zh,
            "source": policy.source.get("zh", ""),
            "issuer": policy.source.get("issuer", ""),
            "number": policy.source.get("number", ""),
            "issued_on": on(issued),
        },
    }


def _cases(
    session: Session, applications: Sequence[Application], asking: Asking
) -> list[Mapping[str, Value]]:
    return [
        Case(session, one, asking.in_full, order).context()
        for order, one in enumerate(applications, 1)
    ]


def _total(applications: Sequence[Application]) -> int:
    return sum(one.approved_fen or 0 for one in applications)


def _application(session: Session, subject: Subject, asking: Asking) -> Lazy:
    return Case(session, subject.row, asking.in_full).context()


def _list(session: Session, subject: Subject, asking: Asking) -> Lazy:
    own = subject.applications
    first = Case(session, own[0], asking.in_full)
    kinds = {one.road: Case(session, one, False).road.label.zh for one in own}
    units = {one.org.name: one for one in own}
    committees = {persons.committee_of(one.org): one for one in own}
    decision = first.context()["decision"]
    known = decision if isinstance(decision, Mapping) else {}
    return Lazy(
        rows=lambda: _cases(session, own, asking),
        count=str(len(own)),
        total=money(_total(own)),
        words=words(_total(own)),
        kind="、".join(kinds.values()),
        unit=next(iter(units)) if len(units) == 1 else "",
        committee=next(iter(committees)) if len(committees) == 1 else "",
        **{n: known.get(n, "") for n in ("on", "document_number", "minutes_number", "attendees")},
    )


def _notice(session: Session, subject: Subject, asking: Asking) -> Lazy:
    posted: Notice = subject.row
    policy = subject.policy
    hotline = text(settings.get(session, "hotline")) or None
    kind = OrgKind(posted.org.kind or OrgKind.UNIT).value
    said = notice_text(policy, posted.road, kind, posted.posted_on, posted.ends_on, hotline)
    columns = [column.id for column in policy.procedure.notice.columns]
    rows = posted.frozen if asking.as_posted else notice_board.rows_on_board(posted)
    return Lazy(
        number=posted.number,
        heading=said.heading,
        title=said.title,
        opening=said.opening,
        closing=said.closing,
        telephone=said.telephone,
        issuer=said.issuer,
        dated=said.dated,
        unit=text(posted.org.name),
        label={column.id: column.label.zh for column in policy.procedure.notice.columns},
        rows=[
            {"order": str(n), **{column: text(row.get(column)) for column in columns}}
            for n, row in enumerate(rows, 1)
        ],
    )


def _filing(session: Session, subject: Subject, asking: Asking) -> Lazy:
    filed: Filing = subject.row
    own = subject.applications
    return Lazy(
        number=text(filed.number),
        unit=text(filed.org.name),
        filed_on=on(filed.filed_on),
        count=str(len(own)),
        total=money(_total(own)),
        words=words(_total(own)),
        contact=lambda: _recorded(session, own, "contact"),
        rows=lambda: _cases(session, own, asking),
    )


def _recorded(session: Session, own: Sequence[Application], name: str) -> str:
    """A text that a stage recorded for the whole list."""
    records = Case(session, own[0], False).records if own else {}
    return next((text(r[name]) for r in records.values() if r.get(name)), "")


def _screening(session: Session, subject: Subject, asking: Asking) -> Lazy:
    entered: ScreeningList = subject.row
    rows = []
    for order, line in enumerate(entered.lines, 1):
        case = Case(session, line.application, asking.in_full)
        shown = case.context()
        rows.append(
            {
                "order": str(order),
                "name": text(line.application.member.name),
                "id_number": number(line.application.member.id_number, "id", asking.in_full),
                "kind": shown["kind"],
                "unit": shown["unit"],
                "result": case.screening_result(line),
                "reason": text(line.reason),
            }
        )
    return Lazy(
        unit=text(entered.org.name),
        entered_on=on(entered.entered_on),
        count=str(len(rows)),
        rows=rows,
    )


def _transfer(session: Session, subject: Subject, asking: Asking) -> Lazy:
    sent: TransferBatch = subject.row
    own = subject.applications
    return Lazy(
        number=text(sent.number),
        unit=text(sent.org.name),
        source=text(sent.source.zh),
        sent_on=on(sent.at),
        voucher=lambda: _recorded(session, own, "voucher"),
        approval_number=lambda: _recorded(session, own, "approval_number"),
        count=str(len(own)),
        total=money(sent.fen),
        words=words(sent.fen),
        rows=lambda: _cases(session, own, asking),
    )


def _payment(session: Session, subject: Subject, asking: Asking) -> Lazy:
    one: Payment = subject.row
    case = Case(session, one.grant.application, asking.in_full)
    return case.context().having(payment=lambda: case.payment(one))


def _payments(session: Session, subject: Subject, asking: Asking) -> Lazy:
    rows = [_line(session, one, n, asking) for n, one in enumerate(subject.rows, 1)]
    total = sum(one.fen for one in subject.rows)
    return Lazy(
        unit=lambda: _paying_unit(subject.applications),
        count=str(len(rows)),
        total=money(total),
        words=words(total),
        rows=rows,
    )


def _line(session: Session, one: Payment, order: int, asking: Asking) -> Mapping[str, Value]:
    own = one.grant.application
    case = Case(session, own, asking.in_full)
    known = case.payment(one, order)
    by_other = bool(known["receiver_kinship"])
    heir = bool(one.payee_kinship)
    return {
        "order": str(order),
        "number": own.number,
        "name": text(own.member.name),
        "id_number": number(own.member.id_number, "id", asking.in_full),
        "unit": text(own.org.name),
        "committee": persons.committee_of(own.org),
        "kind": case.road.label.zh,
        "amount": known["amount"],
        "words": known["words"],
        "account": known["account"] if one.method == PayMethod.CARD else "",
        "bank_name": text(own.member.bank_name) if not heir else "",
        "payee": known["payee"],
        "kinship": known["kinship"],
        "method": known["method"],
        "sign": known["sign"],
        "receiver": known["receiver"] if by_other else known["payee"] if heir else "",
        "receiver_kinship": known["receiver_kinship"] or known["kinship"],
        "received_on": known["received_on"],
        "paid_on": known["paid_on"],
    }


def _paying_unit(applications: Sequence[Application]) -> str:
    """The lowest unit that all the branches stand under."""
    paths = [one.org.path.strip("/").split("/") for one in applications]
    shared = [a for a, *rest in zip(*paths, strict=False) if all(b == a for b in rest)]
    here: OrgUnit | None = applications[0].org
    while here is not None and (str(here.id) not in shared or here.level == OrgLevel.BRANCH):
        here = here.parent
    return text(here.name) if here else ""


def _pair(session: Session, subject: Subject, asking: Asking) -> Lazy:
    one: HelpingPair = subject.row
    policy = subject.policy
    return Lazy(
        helper=lambda: persons.person(one.helper, policy, in_full=asking.in_full),
        helped=lambda: persons.person(one.helped, policy, in_full=asking.in_full),
        unit=text(one.org.name),
        committee=lambda: persons.committee_of(one.org),
        start=on(one.start_on),
        end=on(one.end_on),
        skill=text(one.skill),
        plan=text(one.plan),
        goal=text(one.goal),
    )


def _measure(session: Session, subject: Subject, asking: Asking) -> Lazy:
    one: Measure = subject.row
    case = Case(session, one.visit.application, asking.in_full)
    return case.context().having(measure=lambda: _ordered(one))


def _ordered(one: Measure) -> Mapping[str, Value]:
    """What was found, what was ordered, and what has been done of it."""
    visit = one.visit
    _procedure, rules = checks.rules_of(visit.application)
    kinds = measures.kinds_of(visit.application)
    unit = visit.application.org
    named = Label(persons.committee_of(unit), "")
    against = measures.persons_of(visit.application, named)
    whose = "" if one.against == checks.COMMITTEE else text(unit.name)
    faults = [rules.faults[code].zh for code in visit.faults if code in rules.faults]
    return {
        "kind": kinds[one.kind].zh if one.kind in kinds else one.kind,
        "against": whose + (against[one.against].zh if one.against in against else one.against),
        "fraud": _if(visit.finding is Finding.FRAUD),
        "faults": "、".join(faults),
        "words": text(one.words or visit.words),
        "found_on": on(visit.visited_on),
        "document": text(one.document),
        "done": _if(one.state is MeasureState.DONE),
        "done_on": on(one.done_on),
        "amount": money(one.fen),
        "amount_words": words(one.fen),
    }


def _if(holds: bool) -> str:
    """A text for `if` in a template: blank is no."""
    return YES if holds else ""


def _member(session: Session, subject: Subject, asking: Asking) -> Lazy:
    own: Member = subject.row
    return Lazy(
        member=lambda: persons.person(own, subject.policy, in_full=asking.in_full),
        household=lambda: persons.household(own.household, in_full=asking.in_full),
        unit=text(own.org.name),
        committee=lambda: persons.committee_of(own.org),
        file_number=lambda: _recorded(session, subject.applications[-1:], "file_number"),
        applications=lambda: _cases(session, subject.applications, asking),
        pairs=lambda: _pairs(session, own),
        contents=[],
    )


def _pairs(session: Session, own: Member) -> list[Mapping[str, Value]]:
    query = select(HelpingPair).where(HelpingPair.helped_id == own.id).order_by(HelpingPair.id)
    return [
        {
            "name": text(one.helper.name),
            "start": on(one.start_on),
            "end": on(one.end_on),
            "skill": text(one.skill),
            "goal": text(one.goal),
        }
        for one in session.scalars(query)
    ]


_CONTEXTS: Mapping[str, Callable[[Session, Subject, Asking], Lazy]] = {
    "application": _application,
    "applications": _list,
    "notice": _notice,
    "filing": _filing,
    "screening": _screening,
    "transfer": _transfer,
    "payment": _payment,
    "payments": _payments,
    "pair": _pair,
    "member": _member,
    "measure": _measure,
}
