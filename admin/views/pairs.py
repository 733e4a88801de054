"""Helping pairs: who helps whom, since when, with what. Writing is casework's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from admin import acting, clock
from admin.acting import Outcome, attempt
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry
from admin.pages import orders
from admin.text import policy_label, zhdate
from admin.views import both_versions
from admin.views.base import within
from admin.views.bulk import Bulk
from admin.views.columns import Column, Filter, chosen, word_of
from admin.views.fields import BoundForm, ChoiceField, Needed, Versioned, day, long_words
from admin.views.lookups import LookupField
from admin.views.people_lookups import member_lookup, members_like, unit_lookup
from admin.views.usual_filters import below, days
from admin.views.words import PAIR
from admin.views.writing import ModelView
from casework import pair_rules, pairs
from casework.people import Actor
from casework.permissions import Permission
from models import HelpingPair, Member, OrgLevel, PairState

helpers = member_lookup("helper", Permission.Pair.WRITE)
helped = member_lookup("helped", Permission.Pair.WRITE)
branches = unit_lookup("org", Permission.Pair.WRITE, OrgLevel.BRANCH)


class PairForm(Versioned):
    """Term and plan of a running pair."""

    end_on = day(_l("Until (planned)"))
    skill = long_words(_l("Skill or road to prosperity"), most=1000)
    need = long_words(_l("What help is needed"), most=2000)
    plan = long_words(_l("Plan"), most=4000)
    goal = long_words(_l("Goal"), most=2000)


class NewPairForm(Versioned):
    """A new pair."""

    helper = LookupField(_l("Helper"), [Needed()], loader=helpers, endpoint="pairs.ajax_lookup")
    helped = LookupField(
        _l("Helped {word.person}"), [Needed()], loader=helped, endpoint="pairs.ajax_lookup"
    )
    org = LookupField(
        _l("{word.Branch}"), [Needed()], loader=branches, endpoint="pairs.ajax_lookup"
    )
    start_on = day(_l("From"), required=True)
    end_on = day(_l("Until (planned)"))
    skill = long_words(_l("Skill or road to prosperity"), most=1000)
    need = long_words(_l("What help is needed"), most=2000)
    plan = long_words(_l("Plan"), most=4000)
    goal = long_words(_l("Goal"), most=2000)


class EndForm(Versioned):
    """When and why a pair ended."""

    on = day(_l("Ended on"), required=True)
    reason = long_words(_l("Reason"), most=500, required=True)
    result = ChoiceField(_l("What came of it"), {})
    result_words = long_words(_l("Result in words"), most=2000)


# the fields of that form → where the pair keeps them
ENDED = {"on": "end_on", "reason": "end_reason", "result": "result", "result_words": "result_words"}


class ContactForm(BoundForm):
    """One visit, call or help of a pair."""

    met_on = day(_l("Date"), required=True)
    way = ChoiceField(_l("Kind of contact"), {}, required=True)
    words = long_words(_l("What was done"), most=2000, required=True)


class PairView(ModelView):
    """Pairs of the branches in the person's reach."""

    read = Permission.Pair.READ
    write = add = Permission.Pair.WRITE
    export_with = Permission.Member.EXPORT
    routes = {"end_view": "write", "contact_view": "write"}  # noqa: RUF012  # read only
    kind = "pair"
    keeps_typed = True
    title = _l("Helping pairs")
    one = _l("Helping pair")
    new = _l("New pair")
    finds_people = True
    bulks = (
        Bulk(
            "print",
            _l("Print agreements"),
            "",
            Permission.Pair.READ,
            "paper.order",
            "pair",
            answer=lambda rows: orders.choose("pair", rows),
            asks=True,
        ),
    )
    search_hint = _l("Name or initials of either, or last 4 of ID or phone")
    form = PairForm
    form_ajax_refs = {"helper": helpers, "helped": helped, "org": branches}  # noqa: RUF012  # read only
    details_template = "pairs/details.html"
    list_template = "pairs/list.html"
    loading = (
        selectinload(HelpingPair.helper),
        selectinload(HelpingPair.helped),
        selectinload(HelpingPair.org),
    )
    order = (HelpingPair.state, HelpingPair.start_on.desc())
    entry = Entry("pairs.index_view", _l("Helping pairs"), "people", (read,), "pair", 30)
    columns = (
        Column("helper", _l("Helper"), lambda p: p.helper.name, css="name"),
        Column("helped", _l("Helped {word.person}"), lambda p: p.helped.name, css="name"),
        Column("org", _l("{word.Branch}"), lambda p: p.org.name, css="long"),
        Column("start_on", _l("From"), lambda p: zhdate(p.start_on), HelpingPair.start_on, "short"),
        Column("end_on", _l("Until"), lambda p: zhdate(p.end_on), HelpingPair.end_on, "short"),
        Column("state", _l("State"), lambda p: word_of(PAIR, p.state), HelpingPair.state, "short"),
        Column("skill", _l("Skill or road to prosperity"), lambda p: p.skill or "—", wide=True),
        Column(
            "need", _l("What help is needed"), lambda p: p.need or "—", in_list=False, wide=True
        ),
        Column("plan", _l("Plan"), lambda p: p.plan or "—", in_list=False, wide=True),
        Column("goal", _l("Goal"), lambda p: p.goal or "—", in_list=False, wide=True),
        Column("end_reason", _l("Why it ended"), lambda p: p.end_reason or "—", in_list=False),
        Column("result", _l("What came of it"), lambda p: result_of(p), in_list=False),
    )
    filters = (
        Filter("state", _l("State"), **chosen(HelpingPair.state, PAIR)),
        below(read, lambda units: HelpingPair.org_id.in_(units)),
        days("from", _l("Begun from"), HelpingPair.start_on),
        days("to", _l("Begun until"), HelpingPair.start_on, until=True),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return within(HelpingPair.org_id, permission)

    def search(self, words: str) -> ColumnElement[bool]:
        """Pairs of members found within the person's own reach: names outside stay unknown."""
        reach = within(Member.org_id, str(self.read))
        found = select(Member.id).where(members_like(words), reach)
        return or_(HelpingPair.helper_id.in_(found), HelpingPair.helped_id.in_(found))

    def name_of(self, row: Any) -> str:
        return f"{row.helper.name} → {row.helped.name}"

    def get_create_form(self) -> Any:
        return NewPairForm

    def create(self, session: Session, form: Any, by: Actor, at: datetime) -> HelpingPair:
        return pairs.start(
            session,
            form.helper.data,
            form.helped.data,
            form.org.data,
            start_on=form.start_on.data,
            by=by,
            at=at,
            **plan_of(form),
        )

    def change(
        self, session: Session, row: Any, form: Any, by: Actor, at: datetime, version: int | None
    ) -> HelpingPair:
        expected = -1 if version is None else version
        return pairs.change(session, row, by=by, at=at, expected_version=expected, **plan_of(form))

    def beside(self, row: Any) -> dict[str, Any]:
        session, today = db.session(), clock.today()
        return {
            "running": row.state is PairState.ACTIVE,
            "warnings": warnings_of(row),
            "contacts": row.contacts,
            "ways": pair_rules.ways(session, today),
            "contact_form": self._contact_form(None),
        }

    def _contact_form(self, data: Any) -> ContactForm:
        form = ContactForm(None)
        form.way.offer(labelled(pair_rules.ways(db.session(), clock.today())))
        form.process(data)
        if data is None:
            form.met_on.data = clock.today()
        return form

    @expose("/contact/", methods=("POST",))
    def contact_view(self) -> ResponseReturnValue:
        """Write down a contact."""
        row = self.one_or_404(self.write)
        form, number = self._contact_form(request.form), row.id
        if not form.validate():
            return self.details_page(row, contact_form=form, refused=True), 422
        return acting.act(
            lambda session, by, at: pairs.contact(
                session,
                session.get_one(HelpingPair, number),
                met_on=form.met_on.data,
                way=form.way.data,
                words=form.words.data,
                by=by,
                at=at,
            ),
            what="pair.contact",
            object_type="pair",
            object_id=number,
            done=_("Saved."),
            then=self.get_url(".details_view", id=number),
            again=lambda: self.details_page(
                self.one_or_404(self.write), contact_form=form, refused=True
            ),
        )

    @expose("/end/", methods=("GET", "POST"))
    def end_view(self) -> ResponseReturnValue:
        """End a pair, with the reason."""
        row = self.one_or_404(self.write)
        form = self._end_form()
        form.process(request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.version.data = str(row.version)
            return self._end_page(form, row)
        if not form.validate():
            return self._end_page(form, row), 422
        number = row.id
        outcome: Outcome[HelpingPair] = attempt(
            lambda session, by, at: pairs.end(
                session,
                row,
                on=form.on.data,
                reason=form.reason.data or "",
                result=form.result.data or None,
                result_words=form.result_words.data or "",
                by=by,
                at=at,
                expected_version=form.opened_on() or -1,
            ),
            "pair.end",
            "pair",
            number,
        )
        if outcome.faults:
            return self.refused_since(
                outcome,
                number,
                self.write,
                lambda now: self._ended_since(form, now),
                lambda now, found: self._end_page(form, now, found),
            )
        flash(_("Saved."), "success")
        return redirect(self.get_url(".details_view", id=number))

    def _end_form(self) -> EndForm:
        form = EndForm(None)
        form.result.offer(labelled(pair_rules.results(db.session(), clock.today())))
        return form

    def _ended_since(self, form: EndForm, row: HelpingPair) -> list[both_versions.Line]:
        """What somebody else changed while the page was open: an end of the pair first."""
        was = self.changed_since(form, row)
        ended = self._end_form()
        ended.process(None, data={name: getattr(row, kept) for name, kept in ENDED.items()})
        before: dict[str, Any] | None = None
        if was is not None and "state" in was:  # until a pair ends there is a planned day at most
            before = {**dict.fromkeys(ENDED), "on": was.pop("end_on", None)}
        typed = {name: both_versions.words(form._fields[name]) for name in ENDED}
        found = both_versions.overtaken(ended, row, before, {}, typed)
        stored = self._edit_form_class(None, obj=row)
        return found + both_versions.overtaken(stored, row, was, {}, {})

    def _end_page(
        self, form: EndForm, row: HelpingPair, versions: Sequence[both_versions.Line] = ()
    ) -> str:
        page: str = self.render(
            "pairs/end.html",
            form=form,
            row=row,
            heading=self.name_of(row),
            cancel=self.back(),
            versions=versions,
        )
        return page


def plan_of(form: Any) -> dict[str, Any]:
    """Term and plan from either form."""
    return {
        "end_on": form.end_on.data,
        "skill": form.skill.data or "",
        "need": form.need.data or "",
        "plan": form.plan.data or "",
        "goal": form.goal.data or "",
    }


def labelled(known: Mapping[str, Any]) -> dict[str, str]:
    """Codes of the policy with their words in the language of this request."""
    return {code: policy_label(label) for code, label in known.items()}


def result_of(pair: HelpingPair) -> str:
    """What came of a pair, in the policy's words and the person's."""
    known = pair_rules.results(db.session(), pair.end_on or clock.today())
    word = policy_label(known.get(pair.result or "", pair.result)) if pair.result else ""
    return " · ".join(text for text in (word, pair.result_words or "") if text) or "—"


def warnings_of(pair: HelpingPair) -> list[tuple[str, bool]]:
    """What the policy warned of when the pair began, and whether it was known."""
    return [(policy_label(one), bool(one.get("known"))) for one in pair.warnings or ()]
