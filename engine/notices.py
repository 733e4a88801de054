"""The posted list of annex 3: whether a notice is lawful, what an objection does, its words.

Says nothing of who posts it; one objection concerns one person (clause 4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from engine.calendar import Calendar, Count, add_days, after_working_days, working_days_between
from engine.faults import Fault, Refused
from engine.inputs import Inputs
from engine.procedure import NoticeForm, NoticeReason, WithProcedure
from engine.words import chinese_date, chinese_period
from engine.worked import holds

if TYPE_CHECKING:
    from engine.model import Policy

ACCEPT = "accept"
NOT_ACCEPTED = "not_accepted"

_INPUTS = (
    "approved_on",
    "posted_on",
    "ends_on",
    "place",
    "columns",
    "objection_on",
    "channel",
    "has_clue",
    "verified",
)
_NO_CALENDAR = Calendar()


def check_notice(
    policy: WithProcedure, data: Mapping[str, object], calendar: Calendar = _NO_CALENDAR
) -> dict[str, object]:
    """All faults of a notice, and what becomes of an objection.

    `data` holds the inputs of requirements §4; the answer is {"ok", "days", "earliest_end",
    "faults", "objection", "after"}. `posted_on` and `ends_on` must be given; an approval date or
    place that is not known counts as not right. Without an objection its two keys are null.
    Refused where an input is of the wrong kind; `calendar` matters only where the policy counts
    working days.
    """
    notice = policy.procedure.notice
    given = Inputs(data, _INPUTS)
    approved, posted, ends = (given.day(n) for n in ("approved_on", "posted_on", "ends_on"))
    place = given.text("place")
    columns = given.texts("columns")
    objection = _Objection.read(given, notice)
    given.need("posted_on")
    given.need("ends_on")
    given.refuse()
    if posted is None or ends is None:
        raise AssertionError("a notice without its days was refused above")
    earliest = earliest_end(notice, posted, calendar)
    days = None if ends < posted else days_posted(notice, posted, ends, calendar)
    if days is None:
        faults = ["date_order_error"]
    else:
        faults = ["publicity_too_short"] if days < notice.days else []
        faults += ["before_approval"] if approved is None or posted < approved else []
        faults += ["wrong_place"] if place != notice.place else []
        faults += _column_faults(notice, columns or ())
    last_day = earliest if days is None else ends
    answer, after = objection.judged(notice, last_day) if objection else (None, None)
    return {
        "ok": not faults,
        "days": days,
        "earliest_end": earliest.isoformat(),
        "faults": faults,
        "objection": answer,
        "after": after,
    }


def _column_faults(notice: NoticeForm, columns: tuple[str, ...]) -> list[str]:
    """Missing ones in the order of the paper, then what stands there besides (a repetition too)."""
    wanted = [column.id for column in notice.columns]
    left = list(columns)
    faults = []
    for column in wanted:
        if column in left:
            left.remove(column)
        else:
            faults.append(f"missing_column:{column}")
    return faults + [f"extra_column:{name}" for name in dict.fromkeys(left)]


@dataclass(frozen=True, slots=True)
class _Objection:
    """One objection as given; None stands for what is not known."""

    on: date | None
    has_clue: bool | None
    verified: bool | None

    @staticmethod
    def read(given: Inputs, notice: NoticeForm) -> _Objection | None:
        """The objection, or None where nothing says that there is one."""
        on = given.day("objection_on")
        channel = given.choice("channel", notice.objections.channels)
        has_clue, verified = given.yes_no("has_clue"), given.yes_no("verified")
        if on is None and channel is None and not has_clue and not verified:
            return None
        return _Objection(on, has_clue, verified)

    def judged(self, notice: NoticeForm, last_day: date) -> tuple[str, str]:
        """What becomes of it, and of the person it names.

        Without facts or clue it is not accepted, whenever it came. After the last day it goes to a
        later check and the payment goes on. What is unknown holds: an unknown clue or date is not
        a missing one.
        """
        if self.has_clue is False:
            return NOT_ACCEPTED, "continue"
        if self.on is not None and self.on > last_day:
            return notice.objections.late, "continue"
        if self.verified is None:
            return ACCEPT, "hold"
        return ACCEPT, "cancel" if self.verified else "continue"


def days_posted(
    notice: NoticeForm, posted_on: date, ends_on: date, calendar: Calendar = _NO_CALENDAR
) -> int:
    """The days of a notice as the policy counts them (clause 4.3: first and last day both)."""
    first = posted_on if notice.counts_first else add_days(posted_on, 1)
    last = ends_on if notice.counts_last else add_days(ends_on, -1)
    if last < first:
        return 0
    if not notice.working_days:
        return (last - first).days + 1
    return len(_known(working_days_between(first, last, calendar)).counted)


def earliest_end(notice: NoticeForm, posted_on: date, calendar: Calendar = _NO_CALENDAR) -> date:
    """The first day on which a notice posted on this day may end.

    Refused where a year of the working calendar is missing or the date is beyond counting.
    """
    before = add_days(posted_on, -1) if notice.counts_first else posted_on
    if notice.working_days:
        end = _known(after_working_days(before, notice.days, calendar)).end or before
    else:
        end = add_days(before, notice.days)
    return end if notice.counts_last else add_days(end, 1)


def _known(count: Count) -> Count:
    if count.missing_years:
        raise Refused(Fault("holiday_calendar", {"year": year}) for year in count.missing_years)
    return count


def posted_reason(policy: Policy, facts: Mapping[str, object]) -> NoticeReason:
    """The public reason for hardship: the first whose condition definitely holds, else the last.

    `facts` are the typed facts of the application; conditions may use worked-out values too.
    """
    reasons = policy.procedure.notice.reasons
    for reason in reasons[:-1]:
        if reason.when is not None and holds(policy, reason.when, facts) is True:
            return reason
    return reasons[-1]


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The words of a notice as they are printed above and below the list."""

    heading: str
    title: str
    opening: str
    closing: str
    telephone: str
    issuer: str
    dated: str


def notice_text(
    policy: WithProcedure,
    road: str,
    place_kind: str,
    posted_on: date,
    ends_on: date,
    hotline: str | None = None,
) -> NoticeText:
    """Annex 3 filled in: `place_kind` is the branch's own kind (village, community, unit), `hotline`
    the office's setting, or the policy's own number. KeyError for an unknown road or kind."""
    notice = policy.procedure.notice
    kind = notice.place_kinds[place_kind].zh
    return NoticeText(
        heading=notice.heading,
        title=notice.label.zh,
        opening=notice.opening.format(place_kind=kind, hardship=notice.hardship[road]),
        closing=notice.closing.format(period=chinese_period(posted_on, ends_on), days=notice.days),
        telephone=notice.telephone.format(hotline=hotline or notice.hotline),
        issuer=notice.issuer,
        dated=chinese_date(posted_on),
    )
