"""Lines of the first page as people read them: labels, waits in days, why something is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from admin import clock
from admin.cases.actions import PAGES
from admin.cases.verbs import CORRECTED, VERBS
from admin.i18n import _l, lang
from admin.text import fault_text, policy_label, zhdate
from casework.worklist import Case, Deed, Done, Late, Pile, Returned
from models.applications import CaseStatus

# what is done outside of applications: the record's action → words, page
DEEDS = {
    "user.create": (_l("Account opened"), "users.details_view"),
    "user.grant": (_l("Role granted"), "users.details_view"),
    "user.end_role": (_l("Role ended"), "users.details_view"),
    "user.password": (_l("Password reset"), "users.details_view"),
    "org.update": (_l("Organisation changed"), "orgs.details_view"),
    "setting.put": (_l("Setting changed"), "settings.edit"),
    "calendar.put_year": (_l("Calendar of a year entered"), "holidays.index"),
    "policy.publish": (_l("Policy edition published"), "editions.details_view"),
    "policy.draft_change": (_l("Policy draft changed"), "policy.index"),
    "policy.draft_propose": (_l("Policy draft put forward"), "policy.index"),
    "policy.draft_return": (_l("Policy draft sent back"), "policy.index"),
    "fund.add_source": (_l("Fund source opened"), "funds.index"),
    "fund.budget": (_l("Budget raised"), "funds.index"),
    "fund.reverse": (_l("Budget entry corrected"), "funds.index"),
}
NAMED = 4  # people on one line of what was done
AT_ONCE = timedelta(minutes=1)
ONE_ROW = frozenset({"users.details_view", "orgs.details_view", "editions.details_view"})


@dataclass(frozen=True, slots=True)
class PileLine:
    """One step with something to do."""

    label: str
    sub: str
    count: int
    waited: str
    url: str
    returned: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One application."""

    name: str
    url: str
    sub: str
    unit: str
    stage: str
    waited: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose application, and its page where it may be opened."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """One due date that is past, near, or cannot be counted, why it is so, and for whom."""

    people: tuple[Person, ...]
    where: str
    label: str
    tag: str
    colour: str
    why: str
    clause: str
    mine: bool


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One application that came back."""

    name: str
    url: str
    stage: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class DoneLine:
    """Something done, and where to look at it again."""

    what: str
    people: tuple[Person, ...]
    more: int
    url: str | None
    at: datetime

    @property
    def when(self) -> str:
        """The moment in words."""
        return when(self.at)


def pile(one: Pile) -> PileLine:
    """A pile with the address where it is worked off."""
    label, sub = policy_label(one.label), policy_label(one.button)
    if one.status is CaseStatus.DRAFT:
        sub = _("Drafts, not handed in yet")
    elif one.status is CaseStatus.RETURNED:
        sub = _("Returned for correction")
    return PileLine(
        label=label,
        sub=sub if sub != label else "",
        count=one.count,
        waited=waited(one.since),
        url=_address(one),
        returned=one.status is CaseStatus.RETURNED,
    )


def _address(one: Pile) -> str:
    """The page of lists where the step is taken, the one application, or the filtered list."""
    page = PAGES.get(one.kind) if one.on_list else None
    if page is not None:
        return url_for(page)
    if one.alone is not None:
        return url_for("cases.show", application_id=one.alone)
    return url_for(
        "applications.index_view",
        f_stage=one.stage_id,
        f_status=one.status.value,
        sort="applied_on",
    )


def waited(since: datetime | None) -> str:
    """ "9 days": how long, in whole days of the office's calendar."""
    if since is None:
        return ""
    days = (clock.today() - since.astimezone(clock.zone()).date()).days
    return str(_("since today") if days <= 0 else ngettext("%(num)d day", "%(num)d days", days))


def when(at: datetime) -> str:
    """The moment without its year where that is this year: "21 Nov 11:17"."""
    local = at.astimezone(clock.zone())
    if local.year != clock.today().year:
        return zhdate(local)
    day = zhdate(local)
    short = day.split("年", 1)[-1] if lang() == "zh" else day.rsplit(" ", 1)[0]
    return f"{short} {local:%H:%M}"


def case(one: Case) -> CaseLine:
    """An application that waits."""
    return CaseLine(
        name=one.member,
        url=url_for("cases.show", application_id=one.id),
        sub=one.number,
        unit=one.unit,
        stage=policy_label(one.stage),
        waited=waited(one.since),
    )


def dues(found: Sequence[Late]) -> list[DueLine]:
    """One line for those who share a deadline, its date and a stage, in the order given."""
    together: dict[tuple[object, ...], list[Late]] = {}
    for one in found:
        last = one.due.due.date if one.due.due else None
        key = (one.due.rule.label, last, one.case.stage, one.waits)
        together.setdefault(key, []).append(one)
    return [_due(group) for group in together.values()]


def _due(group: Sequence[Late]) -> DueLine:
    """A deadline: how late or how near, how it was counted, by which clause."""
    one = group[0]
    counted = one.due.due
    tag, colour = _how_near(counted.date if counted else None, clock.today())
    why = counted.counted(lang()) if counted else ""
    if counted is not None and counted.faults:
        why = " ".join(fault_text(fault) for fault in counted.faults)
    return DueLine(
        people=tuple(_person(each.case) for each in group),
        where=policy_label(one.case.stage),
        label=policy_label(one.due.rule.label),
        tag=tag,
        colour=colour,
        why=why,
        clause=one.due.rule.clause,
        mine=one.waits,
    )


def _person(one: Case) -> Person:
    return Person(
        one.member, url_for("cases.show", application_id=one.id) if one.may_open else None
    )


def _how_near(last: date | None, today: date) -> tuple[str, str]:
    if last is None:
        return _("Cannot be counted"), "orange"
    days = (last - today).days
    if days < 0:
        return ngettext("%(num)d day overdue", "%(num)d days overdue", -days), "red"
    if days == 0:
        return _("due today"), "orange"
    return ngettext("%(num)d day left", "%(num)d days left", days), "orange" if days < 2 else "blue"


def returned(one: Returned) -> ReturnLine:
    """Who sent it back, when and why."""
    return ReturnLine(
        name=one.case.member,
        url=url_for("cases.show", application_id=one.case.id),
        stage=policy_label(one.case.stage),
        who=_("%(who)s, %(day)s", who=one.by or _("the system"), day=zhdate(one.at)),
        reason=one.reason,
    )


def recent(found: Sequence[Done], others: Sequence[Deed], limit: int) -> list[DoneLine]:
    """What was done last, the newest first; one line for what was done to many in one go."""
    lines: list[DoneLine] = []
    group: list[Done] = []
    for one in found:
        if group and not _together(group[-1], one):
            lines.append(_done(group))
            group = []
        group.append(one)
    if group:
        lines.append(_done(group))
    lines += [_deed(one) for one in others]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def _together(one: Done, other: Done) -> bool:
    """The same thing, on one list or to the same application again."""
    alike = (one.verb, one.stage, one.corrects) == (other.verb, other.stage, other.corrects)
    near = abs(one.at - other.at) <= AT_ONCE
    return alike and (near or one.case.id == other.case.id)


def _done(group: Sequence[Done]) -> DoneLine:
    one = group[0]
    words = CORRECTED if one.corrects else VERBS.get(one.verb)
    what = str(words) if words else one.verb
    if one.stage is not None and (one.verb == "complete" or words is None):
        what = policy_label(one.stage)
    people = {each.case.id: _person(each.case) for each in group}
    named = tuple(people.values())[:NAMED]
    return DoneLine(what, named, len(people) - len(named), None, one.at)


def _deed(one: Deed) -> DoneLine:
    words, page = DEEDS[one.action]
    url = None
    if page in ONE_ROW and one.object_id:
        url = url_for(page, id=one.object_id)
    elif page is not None:
        url = url_for(page)
    return DoneLine(str(words), (), 0, url, one.at)
