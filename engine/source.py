"""Strict reading of rule files: YAML text to nodes that know their place, and a typed reader.

Nothing here knows what a policy is. Every fault is collected in the `Source`; a reader method that
finds one returns a harmless stand-in ("" / 0 / False / today's nothing), so that reading goes on
and all faults are reported at once. At the end call `source.refuse()`.

How to use it::

    source = Source()
    root = source.read("procedure.yaml", data)            # bytes -> Node (an empty Mapping if broken)
    top = source.block(root, "forms roads stages notice?")  # "?" marks an optional key
    for name, stage in top.named("stages", "kind level? zh en button? records?"):
        stage.name_of("kind")                             # a name
        stage.choice("level", ("branch", "committee"), default="branch")
        stage.label()                                     # Label(zh, en) from its zh/en keys
        stage.yes_no("list", default=False)               # yes/no/true/false; scalars are raw text
        if button := stage.maybe("button", "zh en"):      # a sub-mapping or None
            button.label()
        for record in stage.blocks("records", "id type range? zh en required?"):
            record.text("id"), record.integer("n", low=1, high=30), record.money("x"), record.date("d")
        stage.texts("by")                                 # a list of texts
        stage.entries("approvals")                        # free names: [(Scalar, Node), …]
        stage.expression("passes")                        # Scalar | None: text + place for the compiler
    source.fault(code, stage.where, name="x")             # a fault of your own
    source.refuse()                                       # raises Refused with everything found

Keys that were not declared are faults with the nearest declared key. Duplicate keys, anchors,
aliases, tags, several documents and bad bytes are faults with file:line:column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from engine.faults import Fault, Refused
from engine.labels import Label

MAX_BYTES = 1_000_000
MAX_DEPTH = 40

_NAME = re.compile(r"[a-z][a-z0-9_-]*\Z")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_MONEY = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?\Z")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as raw text: no type is guessed. `raw` is its spelling in the file."""

    text: str
    place: Place
    quoted: bool = False
    raw: str = ""

    @property
    def where(self) -> str:
        return str(self.place)

    @property
    def is_null(self) -> bool:
        return not self.quoted and self.text in ("", "null", "~")

    def at(self, offset: int) -> str:
        """The place of the character at `offset` of the text, for errors inside an expression."""
        line, column = self.place.line, self.place.column
        done = 0
        in_space = False
        for index, char in enumerate(self.raw):
            if index == 0 and self.quoted:
                column += 1
                continue
            space = char in " \t\n\r"
            if done >= offset and not space:
                break
            if not (space and in_space):
                done += 1
            in_space = space
            if char == "\n":
                line, column = line + 1, 1
            else:
                column += 1
        return str(Place(self.place.file, line, column))


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place

    @property
    def where(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    @property
    def where(self) -> str:
        return str(self.place)

    def get(self, key: str) -> Node | None:
        return next((node for name, node in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


class Source:
    """Collects the faults of one reading and makes readers for its nodes."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, code: str, where: str | None, **params: object) -> None:
        self.faults.append(Fault(code, params, where))

    def refuse(self) -> None:
        """Raise Refused with every fault found, in the order of files and lines; else nothing."""
        if self.faults:
            raise Refused(sorted(_unique(self.faults), key=_order))

    def read(self, path: str, data: bytes) -> Node:
        """One file's bytes to a Node; a file that cannot be read gives faults and an empty Mapping."""
        empty = Mapping((), Place(path, 1, 1))
        if len(data) > MAX_BYTES:
            self.fault("file_too_large", f"{path}:1:1", size=len(data), limit=MAX_BYTES)
            return empty
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            lines = data[: error.start].count(b"\n")
            self.fault("not_utf8", f"{path}:{lines + 1}:1")
            return empty
        return _Composer(self, path, text.replace("\r\n", "\n")).compose() or empty

    def block(self, node: Node | None, keys: str) -> Block:
        """A mapping with declared keys ("a b c?"); anything else in it is a fault."""
        return Block(self, node, keys)

    def nearest(self, name: str, names: Iterable[str]) -> Fault | str:
        """A hint for a wrong name: the nearest valid one, or the short list of valid ones."""
        return hint(name, names)


def hint(name: str, names: Iterable[str]) -> Fault | str:
    """A hint for a wrong name: the nearest valid one, or the list if it is short, else ""."""
    known = sorted(set(names))
    close = get_close_matches(name, known, 1, 0.6)
    if close:
        return Fault("did_you_mean", {"name": close[0]})
    return Fault("one_of", {"names": known}) if 0 < len(known) <= 12 else ""


def _unique(faults: Iterable[Fault]) -> list[Fault]:
    seen: dict[tuple[str, str, str | None], Fault] = {}
    for fault in faults:
        seen.setdefault(
            (fault.code, repr(sorted(fault.params.items(), key=str)), fault.where), fault
        )
    return list(seen.values())


def _order(fault: Fault) -> tuple[str, int, int]:
    parts = (fault.where or "").rsplit(":", 2)
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        return parts[0], int(parts[1]), int(parts[2])
    return fault.where or "", 0, 0


# What ruamel.yaml's pure scanner raises on some malformed texts besides YAMLError.
_SCANNER_ERRORS = (
    ValueError,
    OverflowError,
    IndexError,
    AssertionError,
    KeyError,
    TypeError,
    AttributeError,
)


class _Composer:
    """Turns the event stream into nodes without recursion, so no text can exhaust the stack."""

    def __init__(self, source: Source, path: str, text: str) -> None:
        self.source, self.path, self.text = source, path, text

    def compose(self) -> Node | None:
        try:
            return self._build(YAML(typ="safe", pure=True).parse(self.text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = (
                str(Place(self.path, mark.line + 1, mark.column + 1))
                if mark
                else f"{self.path}:1:1"
            )
            problem = " ".join(str(part) for part in (error.context, error.problem) if part)
            self.source.fault("yaml_broken", where, problem=problem)
        except YAMLError as error:
            position = getattr(error, "position", None)
            line = self.text[:position].count("\n") + 1 if isinstance(position, int) else 1
            problem = str(getattr(error, "reason", "") or error).splitlines()[0]
            self.source.fault("yaml_broken", f"{self.path}:{line}:1", problem=problem)
        except _SCANNER_ERRORS as error:
            self.source.fault("yaml_broken", f"{self.path}:1:1", problem=type(error).__name__)
        return None

    def _build(self, events: Iterator[object]) -> Node | None:
        stack: list[tuple[object, list[Node]]] = []
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, ev.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.source.fault("yaml_many_documents", str(self._place(event)))
                    return root
            if isinstance(event, (ev.SequenceStartEvent, ev.MappingStartEvent)):
                self._refuse_extras(event)
                stack.append((event, []))
                if len(stack) > MAX_DEPTH:
                    self.source.fault("yaml_too_deep", str(self._place(event)), limit=MAX_DEPTH)
                    return None
                continue
            node = self._finished(event, stack)
            if node is not None and stack:
                stack[-1][1].append(node)
            elif node is not None:
                root = node
        if root is None or (isinstance(root, Scalar) and root.is_null):
            self.source.fault("yaml_empty", f"{self.path}:1:1")
            return None
        return root

    def _finished(self, event: object, stack: list[tuple[object, list[Node]]]) -> Node | None:
        """The node that an event completes, or None."""
        if isinstance(event, ev.AliasEvent):
            self.source.fault("yaml_anchor", str(self._place(event)))
            return Scalar("", self._place(event))
        if isinstance(event, ev.ScalarEvent):
            self._refuse_extras(event)
            return self._scalar(event)
        if isinstance(event, (ev.SequenceEndEvent, ev.MappingEndEvent)):
            start, children = stack.pop()
            if isinstance(start, ev.MappingStartEvent):
                return self._mapping(children, self._place(start))
            return Sequence(tuple(children), self._place(start))
        return None

    def _place(self, event: object) -> Place:
        mark = getattr(event, "start_mark", None)
        return Place(self.path, mark.line + 1, mark.column + 1) if mark else Place(self.path, 1, 1)

    def _refuse_extras(
        self, event: ev.ScalarEvent | ev.SequenceStartEvent | ev.MappingStartEvent
    ) -> None:
        if event.anchor is not None:
            self.source.fault("yaml_anchor", str(self._place(event)))
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "None":
            self.source.fault("yaml_tag", str(self._place(event)), tag=str(tag))

    def _scalar(self, event: ev.ScalarEvent) -> Scalar:
        start, end = event.start_mark, event.end_mark
        raw = self.text[start.index : end.index] if start and end else ""
        return Scalar(str(event.value), self._place(event), bool(event.style), raw)

    def _mapping(self, children: list[Node], place: Place) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=False):
            if not isinstance(key, Scalar):
                self.source.fault("expected_text", key.where)
                continue
            if key.text in entries:
                first = entries[key.text][0].where
                self.source.fault("duplicate_key", key.where, key=key.text, first=first)
                continue
            entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), place)


class Block:
    """A mapping being read with declared keys. Getters record a fault and return a stand-in."""

    def __init__(self, source: Source, node: Node | None, keys: str) -> None:
        self.source = source
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}
        self.where = node.where if node is not None else ""
        declared = {key.rstrip("?"): not key.endswith("?") for key in keys.split()}
        if not isinstance(node, Mapping):
            if node is not None:
                source.fault("expected_mapping", node.where)
            return
        for key, value in node.entries:
            if key.text not in declared:
                near = hint(key.text, declared)
                if isinstance(value, Scalar) and value.is_null:
                    near = Fault("comma_in_quotes")
                source.fault("unknown_key", key.where, key=key.text, hint=near)
                continue
            self.nodes[key.text] = value
            self.keys[key.text] = key
        for name, required in declared.items():
            if required and name not in self.nodes:
                source.fault("missing_key", node.where, key=name)

    def has(self, key: str) -> bool:
        return key in self.nodes

    def node(self, key: str) -> Node | None:
        return self.nodes.get(key)

    def at(self, key: str) -> str:
        """Where the value of a key stands (or the block itself)."""
        node = self.nodes.get(key)
        return node.where if node is not None else self.where

    def scalar(self, key: str) -> Scalar | None:
        node = self.nodes.get(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.source.fault("expected_text", node.where)
        return None

    expression = scalar

    def text(self, key: str, default: str = "") -> str:
        found = self.scalar(key)
        if found is None:
            return default
        if found.is_null:
            self.source.fault("expected_text", found.where)
        return found.text

    def name_of(self, key: str, default: str = "") -> str:
        """A name: lower-case letters, digits, _ and -."""
        found = self.scalar(key)
        if found is None:
            return default
        return read_name(self.source, found)

    def integer(
        self, key: str, low: int | None = None, high: int | None = None, default: int = 0
    ) -> int:
        found = self.scalar(key)
        if found is None:
            return default
        if not _INTEGER.match(found.text):
            self.source.fault("expected_integer", found.where, text=found.text)
            return default
        value = int(found.text)
        if (low is not None and value < low) or (high is not None and value > high):
            self.source.fault("out_of_range", found.where, value=value, low=low, high=high)
            return default
        return value

    def number(self, key: str, default: Decimal = Decimal(0)) -> Decimal:
        found = self.scalar(key)
        if found is None:
            return default
        if not _NUMBER.match(found.text):
            self.source.fault("expected_number", found.where, text=found.text)
            return default
        return Decimal(found.text)

    def yes_no(self, key: str, default: bool = False) -> bool:
        found = self.scalar(key)
        if found is None:
            return default
        if found.text not in _YES_NO:
            self.source.fault("expected_yes_no", found.where, text=found.text)
            return default
        return _YES_NO[found.text]

    def date(self, key: str, default: date = date.min) -> date:
        found = self.scalar(key)
        return default if found is None else read_date(self.source, found, default)

    def money(self, key: str, default: int = 0) -> int:
        """An amount written in yuan, returned in fen."""
        found = self.scalar(key)
        return default if found is None else read_money(self.source, found, default)

    def choice(self, key: str, allowed: Iterable[str], default: str = "") -> str:
        found = self.scalar(key)
        if found is None:
            return default
        names = tuple(allowed)
        if found.text not in names:
            near = hint(found.text, names)
            self.source.fault("expected_choice", found.where, text=found.text, hint=near)
            return default
        return found.text

    def label(self) -> Label:
        """The title from the keys zh and en, which the block must have declared."""
        return Label(self.text("zh"), self.text("en"))

    def items(self, key: str) -> tuple[Node, ...]:
        """The nodes of a list; () if the key is absent."""
        node = self.nodes.get(key)
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return node.items
        self.source.fault("expected_list", node.where)
        return ()

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        found: list[Scalar] = []
        for node in self.items(key):
            if isinstance(node, Scalar) and not node.is_null:
                found.append(node)
            else:
                self.source.fault("expected_text", node.where)
        return tuple(found)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(scalar.text for scalar in self.scalars(key))

    def blocks(self, key: str, keys: str) -> list[Block]:
        """A list of mappings, each with the declared keys."""
        return [Block(self.source, node, keys) for node in self.items(key)]

    def block(self, key: str, keys: str) -> Block:
        """A sub-mapping; if the key is absent, an empty block without further faults."""
        node = self.nodes.get(key)
        if node is None:
            return Block(self.source, None, keys)
        return Block(self.source, node, keys)

    def maybe(self, key: str, keys: str) -> Block | None:
        """A sub-mapping, or None if the key is absent."""
        node = self.nodes.get(key)
        return None if node is None else Block(self.source, node, keys)

    def entries(self, key: str) -> list[tuple[Scalar, Node]]:
        """A mapping with free keys: its (key, value) pairs in order; [] if absent."""
        node = self.nodes.get(key)
        if node is None:
            return []
        if isinstance(node, Mapping):
            return list(node.entries)
        self.source.fault("expected_mapping", node.where)
        return []

    def named(self, key: str, keys: str) -> list[tuple[str, Block]]:
        """A mapping name -> mapping with declared keys; names are checked."""
        pairs = []
        for scalar, node in self.entries(key):
            pairs.append((read_name(self.source, scalar), Block(self.source, node, keys)))
        return pairs


def read_name(source: Source, scalar: Scalar) -> str:
    if not _NAME.match(scalar.text):
        source.fault("expected_name", scalar.where, text=scalar.text)
    return scalar.text


def read_date(source: Source, scalar: Scalar, default: date = date.min) -> date:
    found = parse_date(scalar.text)
    if found is None:
        source.fault("expected_date", scalar.where, text=scalar.text)
        return default
    return found


def read_money(source: Source, scalar: Scalar, default: int = 0) -> int:
    found = parse_money(scalar.text)
    if found is None:
        source.fault("expected_money", scalar.where, text=scalar.text)
        return default
    return found


def parse_date(text: str) -> date | None:
    """An ISO date, strictly YYYY-MM-DD; None if it is none."""
    if not _DATE.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_money(text: str) -> int | None:
    """Yuan with at most two decimals to fen; None if it is no such amount."""
    found = _MONEY.match(text)
    if found is None:
        return None
    sign, yuan, cents = found.groups()
    fen = int(yuan) * 100 + int((cents or "0").ljust(2, "0"))
    return -fen if sign else fen


def parse_yes_no(text: str) -> bool | None:
    """yes/no/true/false; None if it is none of them."""
    return _YES_NO.get(text)
