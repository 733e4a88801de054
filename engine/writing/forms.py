"""The papers of a policy: its forms, the posted notice, and what the office prints."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model import Rule
from engine.pages import Heading, Part
from engine.papers import Paper
from engine.procedure import Form, FormField, NoticeForm, StageKind
from engine.writing.base import Writer


def forms(writer: Writer) -> Iterator[Part]:
    """Each application form: its boxes, who writes in them, what it must carry when it goes up."""
    for form in writer.procedure.forms.values():
        name = writer.word("form_name", heading=form.heading, title=form.label)
        yield Heading(3, writer.with_clause(name, form.clause))
        yield from writer.sentences(*_of_form(writer, form))
        rows = [_field(writer, form, field) for field in form.fields]
        yield from writer.grid("row field filled need note", rows)
        boxes = [
            (str(box.row), writer.title(box.label), writer.office(box.level)) for box in form.boxes
        ]
        yield from writer.grid("row box office", boxes)
        yield from _hand_overs(writer, form)


def _of_form(writer: Writer, form: Form) -> Iterator[str]:
    using = [road.label for road in writer.procedure.roads.values() if road.form == form.id]
    if using:
        yield writer.word("form_roads", roads=writer.titles(using))
    yield writer.word("form_copies", count=form.copies)
    if form.signatures:
        ways = [writer.word(f"signed_{way}") for way in form.signatures]
        yield writer.word("form_signed", ways=writer.word("or").join(ways))
    if form.footnote:
        yield writer.word("form_footnote", words=form.footnote)


def _field(writer: Writer, form: Form, field: FormField) -> tuple[str, ...]:
    note = [writer.word("signed_below")] if field.signed else []
    if field.help is not None:
        note.append(writer.title(field.help).rstrip("。."))
    return (
        str(field.row),
        writer.title(field.label),
        _filled(writer, field),
        _required(writer, form, field),
        writer.several(note),
    )


def _filled(writer: Writer, field: FormField) -> str:
    """Who or what fills a box: the member's file, the household worksheet, or the member."""
    if field.source is not None:
        return writer.word(f"filled_{field.source.partition('.')[0]}")
    if field.lines is not None:
        return writer.word(f"lines_{field.lines.partition('.')[2]}")
    return writer.word("filled_by_hand")


def _required(writer: Writer, form: Form, field: FormField) -> str:
    if not field.required_at:
        return writer.word("not_needed")
    if len(field.required_at) == len(form.hand_overs):
        return writer.word("needed")
    at = [form.hand_overs[one].label for one in field.required_at]
    return writer.word("needed_at", at=writer.titles(at))


def _hand_overs(writer: Writer, form: Form) -> Iterator[Part]:
    rows = [
        (
            writer.title(one.label),
            writer.joined(writer.office(level) for level in one.seals),
            writer.joined(writer.office(level) for level in one.amounts),
            str(one.copies),
        )
        for one in form.hand_overs.values()
    ]
    yield from writer.grid("hand_over seals amount_by copies", rows)


# the notice -----------------------------------------------------------------------------------


def notice(writer: Writer) -> Iterator[Part]:
    """The posted list: for how long, where and by whom, what stands on it, how to object."""
    form = writer.procedure.notice
    yield from writer.grid("item content", list(_notice_rows(writer, form)))
    columns = [writer.title(column.label) for column in form.columns]
    yield from writer.sentences(writer.word("notice_columns", columns=writer.joined(columns)))
    rows = [
        (
            writer.title(reason.label),
            writer.word("otherwise") if reason.when is None else writer.condition(reason.when),
        )
        for reason in form.reasons
    ]
    yield from writer.grid("reason condition", rows)
    yield from writer.sentences(writer.word("reason_first") if len(rows) > 1 else "")
    yield from writer.grid("item words", list(_notice_words(writer, form)))


def _notice_rows(writer: Writer, form: NoticeForm) -> Iterator[tuple[str, str]]:
    name = writer.word("form_name", heading=form.heading, title=form.label)
    yield writer.word("name"), writer.with_clause(name, form.clause)
    unit = "working" if form.working_days else "calendar"
    counted = [
        writer.word(f"{day}_{'counts' if counts else 'not_counted'}")
        for day, counts in (("first", form.counts_first), ("last", form.counts_last))
    ]
    days = writer.word(f"at_least_{unit}", days=form.days)
    yield writer.word("days"), writer.several([days, *counted])
    yield writer.word("place"), _place(writer, form)
    for stage in writer.walked():
        if stage.kind is StageKind.POST:
            yield writer.word("posted_by"), writer.roles(_posters(stage.by, stage))
    objections = form.objections
    channels = writer.titles(objections.channels.values())
    told = writer.word("objections", channels=channels)
    yield writer.word("objecting"), writer.with_clause(told, objections.clause)


def _posters(by: tuple[str, ...], stage: object) -> tuple[str, ...]:
    """Who posts: the people of the part that is done first, where the step has parts."""
    parts = getattr(stage, "parts", ())
    return parts[0].by if parts else by


def _place(writer: Writer, form: NoticeForm) -> str:
    """What the step calls the lawful place among its choices."""
    for stage in writer.walked():
        field = stage.record("place") if stage.kind is StageKind.POST else None
        if field is not None and field.choices and form.place in field.choices:
            return writer.title(field.choices[form.place])
    return form.place


def _notice_words(writer: Writer, form: NoticeForm) -> Iterator[tuple[str, str]]:
    """The words as they are posted; they are Chinese in every document."""
    kinds = "、".join(kind.zh for kind in form.place_kinds.values())
    yield writer.word("opening"), writer.verbatim(form.opening, place_kind=f"〔{kinds}〕")
    for road, words in form.hardship.items():
        named = writer.procedure.roads.get(road)
        if named is not None:
            yield writer.word("hardship", road=named.label), words
    yield writer.word("closing"), writer.verbatim(form.closing)
    yield writer.word("telephone"), writer.verbatim(form.telephone, hotline=form.hotline)
    yield writer.word("issuer"), form.issuer


# papers ---------------------------------------------------------------------------------------


def papers(writer: Writer) -> Iterator[Part]:
    """What the office prints, for what, from when on, and who may."""
    rows = [_paper(writer, paper) for paper in writer.policy.papers.papers.values()]
    yield from writer.grid("clause paper about copies roads printed_by since_step parts_of", rows)


def _paper(writer: Writer, paper: Paper) -> tuple[str, ...]:
    parts = [writer.policy.papers.papers[part.paper].label for part in paper.parts if part.paper]
    scans = [writer.word("scans")] if any(part.scans for part in paper.parts) else []
    return (
        paper.clause,
        writer.title(paper.label),
        writer.word(f"about_{paper.about}"),
        str(paper.copies),
        writer.roads(paper.roads),
        writer.roles(paper.by) or writer.word("whoever_may"),
        writer.stage(paper.from_stage) if paper.from_stage else "",
        writer.joined([*(writer.title(label) for label in parts), *scans]),
    )


def evidence(writer: Writer, conditions: dict[str, str]) -> Iterator[Part]:
    """The papers that the rules demand, at which step, and what does as well; `conditions` says in
    words when each is demanded."""
    rows = [
        (
            rule.clause,
            writer.title(rule.label),
            str(rule.copies),
            conditions[rule.id],
            writer.stage(rule.asked) if rule.asked else "",
            writer.joined(_serving(writer, rule)),
        )
        for rule in writer.policy.evidence
    ]
    yield from writer.grid("clause name copies condition handed_in served", rows)


def _serving(writer: Writer, rule: Rule) -> Iterator[str]:
    heir = writer.procedure.payment.heir
    known = {one.id: one.label for one in writer.policy.evidence}
    known |= dict(heir.evidence) if heir else {}
    return (writer.title(known[name]) for name in rule.served_by if name in known)
