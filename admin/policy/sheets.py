"""Values of a policy made ready for the templates of its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from admin.policy import words
from admin.policy.desk import Desk
from admin.text import policy_label
from casework import dated_values, policy_form
from casework.dated_values import FILE, SINGLE, DatedValue, Parameter
from casework.policy_changes import Shown, choice_labels, shown
from casework.policy_form import Ordered, Value
from casework.rule_text import RuleText
from engine.labels import Label

MOST_WORDS = 120


@dataclass(frozen=True)
class Line:
    """One dated value: its day, its texts by choice, whether it holds, is coming, or is new."""

    since: date
    text: str
    state: str
    removable: bool


@dataclass(frozen=True)
class Sheet:
    """A dated value with its history, the newest first."""

    name: str
    label: str
    clause: str
    unit: str
    placeholder: bool
    now: str
    lines: tuple[Line, ...]
    choices: tuple[tuple[str, str, str], ...]
    """(choice, its title, its present value); one without a name where there are none."""


def sheets(desk: Desk) -> list[Sheet]:
    """Every dated value of the files shown."""
    labels = choice_labels(desk.files)
    before = {p.name: p for p in dated_values.parameters(RuleText(FILE, desk.base[FILE]))}
    found = dated_values.parameters(RuleText(FILE, desk.files[FILE]))
    return [_sheet(desk, one, before.get(one.name), labels.get(one.by or "", {})) for one in found]


def _sheet(
    desk: Desk, parameter: Parameter, before: Parameter | None, names: Mapping[str, Label]
) -> Sheet:
    current = parameter.at(desk.today)
    last = parameter.history[-1].values if parameter.history else {SINGLE: ""}
    keys = list(names) if parameter.by and names else list(last) or [SINGLE]
    now = words.shown(_readable(shown(current, names), parameter.unit))
    lines = []
    for value in reversed(parameter.history):
        state = _state(value, current, before, desk.today)
        text = words.shown(_readable(shown(value, names), parameter.unit))
        lines.append(Line(value.since, text, state, desk.may_edit and state == "new"))
    return Sheet(
        parameter.name,
        policy_label(parameter.label),
        parameter.clause,
        words.unit_of(now, parameter.unit),
        parameter.placeholder,
        now,
        tuple(lines),
        tuple(
            (key, policy_label(names[key]) if key in names else "", last.get(key, ""))
            for key in keys
        ),
    )


def _readable(texts: Shown, unit: str) -> Shown:
    """Amounts with their thousands set apart, as everywhere else on the screen."""
    if unit.partition("/")[0] != "yuan":
        return texts
    return tuple(
        (label, f"{int(text):,}" if text.isascii() and text.isdigit() else text)
        for label, text in texts
    )


def _state(
    value: DatedValue, current: DatedValue | None, before: Parameter | None, today: date
) -> str:
    """now, past or coming; new where the draft adds it, changed where the draft changes it."""
    old = before.from_day(value.since) if before else None
    if old is None:
        return "new"
    if dict(old.values) != dict(value.values):
        return "changed"
    if value is current:
        return "now"
    return "past" if value.since <= today else "coming"


# numbers, switches and texts ----------------------------------------------------------------


@dataclass
class Row:
    """The values of one thing, side by side: the days of a deadline and how they are counted."""

    label: str
    clause: str
    values: list[Value] = field(default_factory=list)
    options: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Section:
    """A part of the form."""

    id: str
    label: str
    rows: list[Row] = field(default_factory=list)
    folded: bool = False


OPEN_SECTIONS = ("notice", "deadlines", "reminders")


def sections(desk: Desk) -> list[Section]:
    """The numbers, switches and texts in the order: notice, deadlines, reminders, the rest."""
    found: dict[str, Section] = {}
    roads = policy_form.titles(desk.files, "roads")
    places = policy_form.places(desk.files)
    for value in policy_form.values(desk.files):
        id_ = value.path[0] if value.file == policy_form.PROCEDURE else value.file
        section = found.setdefault(
            id_, Section(id_, words.name(id_), folded=id_ not in OPEN_SECTIONS)
        )
        label, options = _label(value, roads), _options(value, places)
        alone = value.path[0] == "notice" and value.file == policy_form.PROCEDURE
        if alone or not section.rows or section.rows[-1].label != label:
            section.rows.append(Row(label, value.clause))
        section.rows[-1].values.append(value)
        section.rows[-1].options[value.address] = options
    first = [found[id_] for id_ in OPEN_SECTIONS if id_ in found]
    return first + [section for section in found.values() if section not in first]


def _label(value: Value, roads: Mapping[str, Label]) -> str:
    if value.path[0] == "notice":
        if value.path[1] == "hardship":
            road = roads.get(value.key)
            return f"{words.name('hardship')} · {policy_label(road) if road else value.key}"
        return words.key(value.key)
    return words.trail(value.trail[1:] if value.file == policy_form.PROCEDURE else value.trail)


def _options(value: Value, places: Mapping[str, Label]) -> dict[str, str]:
    if value.kind.name == "yes_no":
        return {option: words.key_option(option) for option in ("yes", "no")}
    return {
        option: policy_label(places[option]) if option in places else words.key_option(option)
        for option in value.kind.options
    }


# words --------------------------------------------------------------------------------------


@dataclass
class Wording:
    """One thing that carries words, with a field for each of its texts."""

    trail: str
    clause: str
    values: list[Value] = field(default_factory=list)


def parts(desk: Desk) -> dict[str, str]:
    """The pages of words: id → title."""
    found: dict[str, str] = {}
    for value in policy_form.words(desk.files):
        if value.part not in found:
            found[value.part] = _part_name(value)
    return found


def _part_name(value: Value) -> str:
    if value.file != policy_form.PROCEDURE:
        return words.name(value.file)
    if value.path[0] in ("forms", "stages") and len(value.trail) > 1:
        return f"{words.name(value.path[0])} · {words.name(value.trail[1])}"
    return words.name(value.path[0])


def wordings(desk: Desk, part: str, search: str) -> tuple[list[Wording], bool]:
    """The words of a part, or those that contain a text; and whether there are more."""
    found: dict[tuple[str, ...], Wording] = {}
    known_parts = 0 if search else 2 if part.count("/") == 2 else 1 if "/" in part else 0
    hits = set()
    known = policy_form.words(desk.files)
    if search:
        hits = {(v.file, *v.path[:-1]) for v in known if search.lower() in v.text.lower()}
    for value in known:
        at = (value.file, *value.path[:-1])
        if at in hits if search else value.part == part:
            name = _word_trail(value, known_parts) or words.name(value.file)
            found.setdefault(at, Wording(name, value.clause)).values.append(value)
    listed = list(found.values())
    return listed[:MOST_WORDS], len(listed) > MOST_WORDS


PIECES = frozenset({"button", "help", "status", "route_label", "failed"})


def _word_trail(value: Value, known: int) -> str:
    """Of what a word is, without the part that the page is about: "What is recorded › Chair"."""
    trail = list(value.trail)
    if len(value.path) > 1 and value.path[-2] in PIECES:
        trail[-1] = value.path[-2]
    return words.trail(trail[known:] or trail[-1:])


# lists --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderedSheet:
    """A list whose order matters, with the words of each item."""

    path: str
    label: str
    items: tuple[tuple[str, str, tuple[Value, ...]], ...]


def lists(desk: Desk) -> list[OrderedSheet]:
    """The lists whose order can be changed."""
    known = policy_form.words(desk.files)
    return [_list(one, known) for one in policy_form.ordered(desk.files)]


def _list(one: Ordered, known: Iterable[Value]) -> OrderedSheet:
    depth = len(one.path)
    by_item: dict[str, list[Value]] = {name: [] for name, _ in one.items}
    for value in known:
        if value.file == one.file and value.path[:depth] == one.path and len(value.path) > depth:
            by_item.setdefault(value.path[depth], []).append(value)
    items = tuple((name, policy_label(label), tuple(by_item[name])) for name, label in one.items)
    return OrderedSheet("/".join(one.path), words.key(one.path[-1]), items)
