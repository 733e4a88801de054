"""What a draft changes, in words: which value, from what to what, by which clause; and file by file.

Compares two sets of files; knows nothing of drafts, and holds no words of its own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from casework import dated_values
from casework.dated_values import DatedValue, Parameter
from casework.policy_form import nodes, rule_files, title_of
from casework.rule_text import Path, RuleText, find, leaves, named_items
from engine.faults import Refused
from engine.labels import Label
from engine.papers.templates import template_lines
from engine.source import Mapping as Block
from engine.source import Node, Scalar, Sequence

Files = Mapping[str, bytes]
Shown = tuple[tuple[Label | None, str], ...]
"""Texts, each with the choice it is for, if any. Empty: there is none."""


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: value (dated), changed, added, removed, order, file_added,
    file_removed, file_changed. `since`: from which day, for a dated value."""

    kind: str
    file: str
    where: str
    trail: tuple[Label | str, ...] = ()
    key: str = ""
    clause: str = ""
    before: Shown = ()
    after: Shown = ()
    since: date | None = None
    unit: str = ""


def changes(old: Files, new: Files) -> tuple[Change, ...]:
    """Every difference, in the order of the files. A file that cannot be read is `file_changed`."""
    found: list[Change] = []
    before, after = rule_files(old), rule_files(new)
    labels = choice_labels(new)
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            kind = "file_added" if name in after else "file_removed"
            found.append(Change(kind, name, f"{name}:1:1"))
        elif before[name].data != after[name].data:
            found += _of_file(before[name], after[name], labels)
    for name in sorted({*old, *new} - {*before, *after}):
        if old.get(name) != new.get(name):
            kinds = {name in old: "file_added", name in new: "file_removed"}
            kind = kinds.get(False, "file_changed")
            found.append(Change(kind, name, f"{name}:1:1"))
    return tuple(found)


def _of_file(
    old: RuleText, new: RuleText, labels: Mapping[str, Mapping[str, Label]]
) -> list[Change]:
    try:
        roots = old.root, new.root
    except Refused:
        return [Change("file_changed", new.name, f"{new.name}:1:1")]
    found = list(_dated(old, new, labels)) if new.name == dated_values.FILE else []
    dated = new.name == dated_values.FILE
    found += list(_leaves(new.name, *roots, dated=dated))
    found += _orders(new.name, *roots)
    return found or [Change("file_changed", new.name, f"{new.name}:1:1")]


# dated values -------------------------------------------------------------------------------


def choice_labels(files: Files) -> dict[str, dict[str, Label]]:
    """Fact → choice → title, as far as facts.yaml can be read."""
    try:
        root = rule_files(files)["facts.yaml"].root
    except (Refused, KeyError):
        return {}
    found: dict[str, dict[str, Label]] = {}
    for path, node in nodes(root):
        if len(path) == 2 and path[1] == "choices" and isinstance(node, Block):
            found[path[0]] = {k.text: title_of(v) or Label(k.text, k.text) for k, v in node.entries}
    return found


def _dated(
    old: RuleText, new: RuleText, labels: Mapping[str, Mapping[str, Label]]
) -> Iterator[Change]:
    before = {p.name: p for p in dated_values.parameters(old)}
    for parameter in dated_values.parameters(new):
        was = before.get(parameter.name)
        if was is None:
            continue
        names = labels.get(parameter.by or "", {})
        days = sorted({v.since for v in (*was.history, *parameter.history)})
        for day in days:
            one, other = was.from_day(day), parameter.from_day(day)
            if one is None or other is None or dict(one.values) != dict(other.values):
                yield _dated_change(was, parameter, day, names)


def _dated_change(was: Parameter, now: Parameter, day: date, names: Mapping[str, Label]) -> Change:
    own = now.from_day(day)
    return Change(
        "value" if own else "removed",
        dated_values.FILE,
        own.where if own else f"{dated_values.FILE}:1:1",
        (now.label,),
        now.name,
        now.clause,
        shown(was.at(day), names),
        shown(now.at(day), names),
        day,
        now.unit,
    )


def shown(value: DatedValue | None, names: Mapping[str, Label]) -> Shown:
    """A dated value with the titles of its choices."""
    if value is None:
        return ()
    return tuple(
        (names.get(choice, Label(choice, choice)) if choice else None, text)
        for choice, text in value.values.items()
    )


# everything else ----------------------------------------------------------------------------


def _leaves(file: str, old: Node, new: Node, *, dated: bool) -> Iterator[Change]:
    before, after = leaves(old), leaves(new)
    seen: set[tuple[str, Path]] = set()
    for path, kind in _differing(before, after):
        if dated and len(path) > 1 and path[1][:1].isdigit():
            continue
        root = new if kind == "added" else old
        if kind != "changed":
            path = _top(path, before if kind == "added" else after)
        if (kind, path) not in seen:
            seen.add((kind, path))
            change = _change(kind, file, root, path, before.get(path), after.get(path))
            yield replace(change, where=find(new, path).where) if kind == "changed" else change


def _differing(before: Mapping[Path, str], after: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    for path, text in after.items():
        if path not in before:
            yield path, "added"
        elif before[path] != text:
            yield path, "changed"
    yield from ((path, "removed") for path in before if path not in after)


def _top(path: Path, known: Iterable[Path]) -> Path:
    """The outermost part of the path that the other side does not have at all."""
    prefixes = {other[:n] for other in known for n in range(1, len(other) + 1)}
    return next(path[:n] for n in range(1, len(path) + 1) if path[:n] not in prefixes)


def _change(
    kind: str, file: str, root: Node, path: Path, before: str | None, after: str | None
) -> Change:
    node, trail, clause = root, [], ""
    for number, key in enumerate(path):
        own = node.get("clause") if isinstance(node, Block) else None
        clause = own.text if isinstance(own, Scalar) else clause
        child = _child(node, key)
        if child is None:
            break
        if number < len(path) - 1 or not isinstance(child, Scalar):
            trail.append(title_of(child) or key)
        node = child
    own = node.get("clause") if isinstance(node, Block) else None
    clause = own.text if isinstance(own, Scalar) else clause
    was, now = (_plain(text) for text in (before, after))
    return Change(kind, file, node.where, tuple(trail), path[-1], clause, was, now)


def _plain(text: str | None) -> Shown:
    return () if text is None else ((None, text),)


def _child(node: Node, key: str) -> Node | None:
    if isinstance(node, Sequence):
        return dict(named_items(node)).get(key)
    return node.get(key) if isinstance(node, Block) else None


def _orders(file: str, old: Node, new: Node) -> Iterator[Change]:
    """Lists whose items are the same but stand in another order."""
    before = {path: node for path, node in nodes(old) if isinstance(node, Sequence)}
    for path, node in nodes(new):
        was = before.get(path)
        if not isinstance(node, Sequence) or was is None:
            continue
        names, old_names = (dict(named_items(n)) for n in (node, was))
        common = [name for name in names if name in old_names]
        if common != [name for name in old_names if name in names]:
            change = _change("order", file, new, path, None, None)
            was_so, is_so = (
                tuple((title_of(item) or Label(name, name), "") for name, item in items.items())
                for items in (old_names, names)
            )
            yield Change(
                "order", file, node.where, change.trail, path[-1], change.clause, was_so, is_so
            )


# files --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileDiff:
    """The lines of one file that differ: ("+" | "-" | " " | "@", text)."""

    file: str
    lines: tuple[tuple[str, str], ...]


def file_diffs(old: Files, new: Files) -> tuple[FileDiff, ...]:
    """Line by line, with three lines around; a file that is not text says nothing."""
    found = []
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            one, other = (_lines(name, files.get(name, b"")) for files in (old, new))
            diff = list(difflib.unified_diff(one, other, lineterm="", n=3))[2:]
            found.append(FileDiff(name, tuple((line[:1], line[1:]) for line in diff)))
    return tuple(found)


def _lines(name: str, data: bytes) -> list[str]:
    if name.endswith(".docx"):
        return template_lines(data) if data else []
    return data.decode("utf-8", "replace").splitlines()
