"""The page of one application: what stands on it, and its forms with what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import clock
from admin.cases import actions, answers, dues, findings, history, road, shapes, status, view
from admin.cases.words import listed, usual_amount
from admin.extensions import db
from admin.forms import facts as fact_forms
from admin.forms.records import Line, from_asked, idle, lines
from admin.pages import case_notes, case_visits, papers
from admin.pages import case_parts as parts
from admin.pages.common import policy_road, remembered
from admin.security.people import actor
from admin.text import policy_label
from casework import circulation, corrections, entries, settings, step_dates
from casework import dues as case_dues
from casework import history as records
from casework.entries import at_entry
from casework.permissions import Permission
from casework.printing import choice
from casework.scope import may
from engine import Policy
from engine.faults import Fault
from engine.procedure import RecordField, Road
from models.applications import Application, CaseStatus

LIVE = (CaseStatus.DRAFT, CaseStatus.OPEN, CaseStatus.RETURNED)


def page(application: Application, scan: Mapping[str, str] | None = None) -> str:
    """The page as it is now; after a refusal with what was typed and every fault. `scan`: the texts
    sent with a scan that was not taken in."""
    policy, way = policy_road(application)
    session = db.session()
    return render_template(
        "cases/case.html",
        a=application,
        view=build(session, application, policy, way),
        visits=case_visits.of(session, application, policy, actor()),
        scan=scan,
        scan_most=settings.get(session, "attachment_max_mb"),
    )


def build(
    session: Session, application: Application, policy: Policy, way: Road | None
) -> shapes.View:
    """The whole view of the page."""
    by = actor()
    at = clock.now()
    procedure = policy.procedure
    offices = {level: policy_label(office.label) for level, office in procedure.offices.items()}
    events = records.events_of(session, application)
    found = answers.ask(session, application, policy, way)
    live = application.status in LIVE and way is not None
    possible = actions.possible(session, application, policy, by, at) if live else None
    notes = case_notes.of(session, application, by)
    raw = answers.known_raw(session, application, policy)
    owed = parts.owed(session, application, policy) if application.emergency and live else []
    path = application.org.path
    kinds = parts.attachment_kinds(policy)
    form_faults, lacks_on_file = (
        view.form_faults(session, application, way, found.evidence) if live and way else ([], False)
    )
    return shapes.View(
        status=status.word(application, way, owes=bool(owed)),
        road_label=policy_label(way.label) if way else application.road,
        stage_label=parts.stage_label(application, way) if live else "",
        returned=corrections.asked_for(session, application),
        stops=road.stops(application, way, offices, events) if way else [],
        actions=_shown(application, policy, possible.here, raw) if possible else [],
        closed=_shown(application, policy, possible.closed, raw) if possible else [],
        links=[
            *parts.entry_link(application, possible),
            *(_on_list(one) for one in (possible.lists if possible else ())),
            *parts.notice_link(session, application, possible, by),
        ],
        opens=parts.opens(session, application, policy, by) if live else [],
        dues=dues.shown(
            policy, case_dues.dues_of(session, application, clock.today()), clock.today()
        )
        if way
        else [],
        required=findings.papers(
            policy, found.evidence, view.copies_attached(application.attachments)
        ),
        form_faults=form_faults,
        lacks_on_file=lacks_on_file,
        attachments=view.attachments(
            session,
            application,
            dict(kinds),
            by,
            lambda scan: url_for(
                "paper_checks.original", application_id=application.id, attachment_id=scan
            ),
        ),
        behalf=view.on_behalf(
            session,
            application,
            url_for("paper_checks.compare", application_id=application.id),
        ),
        kinds=kinds,
        may_attach=live and may(by, Permission.Attachment.ADD, path),
        prints=parts.prints(session, application, by),
        offers=papers.offers_of_case(application),
        amounts=view.amounts(application, way),
        payments=view.payments(application),
        blocks=view.blocks(session, application, way) if live and way else [],
        found=found,
        person=view.person(session, application, policy, way),
        secrets=view.secrets(
            application,
            by,
            lambda field: url_for(
                "case_numbers.reveal", application_id=application.id, field=field
            ),
        ),
        items=view.items(
            session,
            application,
            by,
            lambda item: url_for(
                "case_numbers.verify", application_id=application.id, item_id=item
            ),
        ),
        earlier=view.earlier(session, application, lambda one: policy_road(one)[1]),
        facts=view.fact_sections(policy, raw),
        statements=parts.statements(application, policy, way),
        history=history.with_notes(history.lines(policy, way, events), notes.rows),
        unsent=_unsent(policy, possible),
        owed=owed,
        replaced=view.replaced(session, application, policy, raw),
        payee_url=parts.payee_url(application, way, by) if live and way else "",
        editable=possible is not None
        and possible.save is not None
        and way is not None
        and at_entry(way, procedure.stages[application.stage]),
        printable=way is not None
        and way.has(application.stage)
        and entries.form_issued(way, way.stage(application.stage))
        and may(by, Permission.Application.PRINT, path)
        and choice.prints(session, application.edition, "application", way.form),
        notes=notes,
        put_back=case_notes.put_back_of(session, application, events, by),
    )


def _on_list(one: actions.Elsewhere) -> shapes.Link:
    """The way to a list; to the very notice, where the application is on one."""
    text = policy_label(one.button)
    if one.notice is not None:
        return shapes.Link(text, url_for(one.page, notice_id=one.notice))
    return shapes.Link(_("On a list: %(what)s", what=text), url_for(one.page))


def _unsent(policy: Policy, possible: actions.Possible | None) -> list[tuple[str, str]]:
    """What was typed into a form that is no longer on the page: it must not be lost."""
    key, typed, faults = remembered("refused") or ("", {}, ())
    shown = [*possible.here, *possible.closed] if possible else []
    if not key:
        return []
    for step in shown:
        if step.key == key:  # the step of the page may be the next one, which asks other things
            stays = {field.id for field in step.fields}
            past = any(fault.code == "stale_page" for fault in faults)
            typed = {name: text for name, text in typed.items() if past and name not in stays}
    fields = {one.id: one for stage in policy.procedure.stages.values() for one in stage.records}
    fields |= {one.id: one for one in (actions.reason_field(),)}
    emergency = policy.procedure.emergency
    if key == "emergency" and emergency is not None:  # its own words, whatever a stage calls them
        fields |= {one.id: one for one in emergency.records}
    return [
        (policy_label(fields[name].label), _in_words(fields[name], text))
        if name in fields
        else (name, text)
        for name, text in typed.items()
        if text.strip()
    ]


def _in_words(field: RecordField, text: str) -> str:
    """What was typed; of a choice its words."""
    chosen = (field.choices or {}).get(text)
    return text if chosen is None else policy_label(chosen)


# ---- the forms of the buttons --------------------------------------------------------------------


def _shown(
    application: Application,
    policy: Policy,
    found: Sequence[actions.Step],
    raw: Mapping[str, Any],
) -> list[shapes.ShownStep]:
    """Each step with its form; the refused one open, with what was typed. `raw`: every fact."""
    key, answer, wrong = remembered("refused") or ("", {}, ())
    made = []
    for step in found:
        mine = step.key == key
        typed: Mapping[str, Any] = answer if mine else _defaults(application, step)
        faults: Sequence[Fault] = wrong if mine else ()
        waits = idle(step.fields, typed)
        inputs: list[Line] = lines(step.fields, typed, faults, prefix=f"{step.key}-", waits=waits)
        known = {name: application.facts.get(name) for name in step.facts}
        given = {**known, **remembered("facts")} if mine and remembered("facts") else known
        mattering = [policy.facts[name] for name in step.facts]
        asked = fact_forms.mattering(policy, mattering, {**raw, **dict.fromkeys(known)})
        hidden = fact_forms.unseen(policy, asked, {**raw, **given})
        needed = answers.needed(policy, asked, raw)
        inputs = [
            *from_asked(
                [
                    replace(fact_forms.asked_of(fact), required=fact.name in needed)
                    for fact in asked
                ],
                {fact.name: fact_forms.text_of(fact, given.get(fact.name)) for fact in asked},
                [Fault(f.code, f.params, (f.where or "").removeprefix("facts.")) for f in faults],
                prefix=fact_forms.FACT_PREFIX,
                hidden=hidden,
            ),
            *inputs,
        ]
        made.append(
            view.shown_step(
                step,
                url=url_for("cases.press", application_id=application.id, verb=step.key)
                if step.open
                else "",
                version=application.version,
                lines=inputs,
                show=mine,
                follows=any(fact.shown_when is not None for fact in asked)
                or any(field.required_when is not None for field in step.fields),
            )
        )
    return made


def _received(application: Application, step: actions.Step) -> dict[str, str]:
    """Where a step asks for several days, the first is when it came in: the day on which it was
    handed on, blank where that is not known. Only the last is likely to be today."""
    _policy, way = policy_road(application)
    dates = [field for field in step.fields if field.type == "date" and field.required]
    if step.key != "complete" or way is None or len(dates) < 2:
        return {}
    stage = way.stage(application.stage)
    follows, day = step_dates.handed_on(db.session(), application, stage, dates[0])
    return {dates[0].id: day.isoformat() if day else ""} if follows else {}


def _defaults(application: Application, step: actions.Step) -> dict[str, str]:
    """Today where a step asks when it was done, the day when it came in, and the amount that is
    known; no more is guessed."""
    today = clock.today().isoformat()
    given = {
        field.id: today
        for field in step.fields
        if field.type == "date" and field.required and not field.may_be_future
    }
    given |= _received(application, step)
    if step.key == "emergency" and any(field.id == "authorised_by" for field in step.fields):
        found = circulation.standing(db.session(), application)
        names = [one.user.display_name for one in found.signatures] if found else []
        given["authorised_by"] = listed(names)
    if step.key == "return":
        given["reason"] = view.differences_from_paper(db.session(), application)
    if step.key == "complete" and any(field.id == "amount" for field in step.fields):
        given["amount"] = usual_amount(application)
    return given
