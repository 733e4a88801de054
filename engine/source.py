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

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

from engine.composer import Composer
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.nodes import (
    INTEGER,
    NAME,
    NUMBER,
    Mapping,
    Node,
    Place,
    Scalar,
    Sequence,
    looks_like_date,
    parse_date,
    parse_money,
    parse_yes_no,
)

__all__ = [
    "Block",
    "Mapping",
    "Node",
    "Place",
    "Scalar",
    "Sequence",
    "Source",
    "hint",
    "looks_like_date",
    "parse_date",
    "parse_money",
    "parse_yes_no",
    "read_date",
    "read_money",
    "read_name",
]

MAX_BYTES = 1_000_000
_UNREADABLE = ("yaml_", "file_", "not_utf8")
_SHAPE = ("expected_", "text_hidden", "unknown_key", "missing_key", "out_of_range", "duplicate_key")
REMEMBERED_LENGTH, REMEMBERED_FILES = 200_000, 128


class Source:
    """Collects the faults of one reading and makes readers for its nodes.

    `published`: these files were in force before. What has been asked of files since does not stop
    them: their cases must be finished, and their answers given again.
    """

    def __init__(self, published: bool = False) -> None:
        self.published = published
        self.faults: list[Fault] = []
        self.unread: set[str] = set()
        """Files that could not be read at all: what others say of their names is then moot."""
        self.spoilt: set[str] = set()
        """Places inside a mapping of which one key decides how the others are read, and is wrong."""

    def fault(self, code: str, where: str | None, **params: object) -> None:
        self.faults.append(Fault(code, params, where))

    def fault_if_new(self, code: str, where: str | None, **params: object) -> None:
        """A fault of files that are not in force yet: what could never be carried out."""
        if not self.published:
            self.fault(code, where, **params)

    def judged(self) -> list[Fault]:
        """The faults found, without what only follows from others: of a mapping whose kind is not
        known its shape alone counts; while a file cannot be read, the shape of the others."""
        return [fault for fault in self.faults if self._counts(fault)]

    def _counts(self, fault: Fault) -> bool:
        if fault.code.startswith(_UNREADABLE):
            return True
        path = (fault.where or "").partition(":")[0]
        if self.unread and (path in self.unread or not of_shape(fault)):
            return False
        return fault.where not in self.spoilt or of_shape(fault)

    def refuse(self) -> None:
        """Raise Refused with every fault found, in the order of files and lines; else nothing."""
        found = self.judged()
        if found:
            raise Refused(sorted(_unique(found), key=_order))

    def read(self, path: str, data: bytes) -> Node:
        """One file's bytes to a Node; a file that cannot be read gives faults and an empty Mapping."""
        empty = Mapping((), Place(path, 1, 1))
        if len(data) > MAX_BYTES:
            self.fault("file_too_large", f"{path}:1:1", size=len(data), limit=MAX_BYTES)
            self.unread.add(path)
            return empty
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            lines = data[: error.start].count(b"\n")
            self.fault("not_utf8", f"{path}:{lines + 1}:1")
            self.unread.add(path)
            return empty
        compose = _remembered if len(text) <= REMEMBERED_LENGTH else _composed
        node, faults = compose(path, text.replace("\r\n", "\n"))
        self.faults += faults
        if node is None:
            self.unread.add(path)
        return node or empty

    def block(self, node: Node | None, keys: str) -> Block:
        """A mapping with declared keys ("a b c?"); anything else in it is a fault."""
        return Block(self, node, keys)

    def own(self, node: Node | None, keys: str) -> Block:
        """A mapping whose declared keys are names of the policy itself, such as its choices."""
        return self.block(node, keys)

    def nearest(self, name: str, names: Iterable[str]) -> Fault | str:
        """A hint for a wrong name: the nearest valid one, or the short list of valid ones."""
        return hint(name, names)


def _composed(path: str, text: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """The nodes of a text and what is wrong with its YAML."""
    faults: list[Fault] = []

    def fault(code: str, where: str | None, **params: object) -> None:
        faults.append(Fault(code, params, where))

    return Composer(fault, path, text).compose(), tuple(faults)


_remembered = lru_cache(REMEMBERED_FILES)(_composed)
"""Nodes never change, and who edits one value of a policy reads all its other files again as they
were: composing is most of the time that reading takes."""


def of_shape(fault: Fault) -> bool:
    """Whether a fault is seen at its place alone, whatever the rest of the policy says."""
    return fault.code.startswith(_SHAPE)


def places(node: Node) -> Iterator[str]:
    """Where a node and everything inside it stands."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one.where
        if isinstance(one, Mapping):
            stack += [each for pair in one.entries for each in pair]
        elif isinstance(one, Sequence):
            stack += one.items


_LOOK_ALIKE = "：，｛｝［］＃\u00a0\u3000"
"""What looks like a sign of YAML and is none: a name that holds one was not read as it was meant."""

SHORT_LIST = 16


def hint(name: str, names: Iterable[str]) -> Fault | str:
    """A hint for a wrong name: the nearest valid one, or the list if it is short, else ""."""
    if any(sign in name for sign in _LOOK_ALIKE):
        return Fault("look_alike")
    known = sorted(set(names))
    close = get_close_matches(name, known, 1, 0.6 if name.isascii() else 0.5)
    if close:
        return Fault("did_you_mean", {"name": close[0]})
    return Fault("one_of", {"names": known}) if 0 < len(known) <= SHORT_LIST else ""


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


class Block:
    """A mapping being read with declared keys. Getters record a fault and return a stand-in."""

    def __init__(self, source: Source, node: Node | None, keys: str) -> None:
        self.source = source
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}
        self.where = node.where if node is not None else ""
        self.whole = node
        self.wrong: set[str] = set()
        """Choices that are none of those offered."""
        declared = {key.rstrip("?"): not key.endswith("?") for key in keys.split()}
        if not isinstance(node, Mapping):
            if node is not None:
                source.fault("expected_mapping", node.where)
            return
        for key, value in node.entries:
            if key.text not in declared:
                near = hint(key.text, declared)
                if isinstance(value, Scalar) and value.is_null and near != Fault("look_alike"):
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
        if not INTEGER.match(found.text):
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
        if not NUMBER.match(found.text):
            self.source.fault("expected_number", found.where, text=found.text)
            return default
        return Decimal(found.text)

    def yes_no(self, key: str, default: bool = False) -> bool:
        found = self.scalar(key)
        if found is None:
            return default
        answer = parse_yes_no(found.text)
        if answer is None:
            self.source.fault("expected_yes_no", found.where, text=found.text)
            return default
        return answer

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
            self.wrong.add(key)
            if self.whole is not None:
                self.source.spoilt.update(places(self.whole))
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

    def scalars_or_null(self, key: str) -> tuple[Scalar, ...]:
        """A list of texts of which some may be left blank."""
        found: list[Scalar] = []
        for node in self.items(key):
            if isinstance(node, Scalar):
                found.append(node)
            else:
                self.source.fault("expected_text", node.where)
        return tuple(found)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(scalar.text for scalar in self.scalars(key))

    def blocks(self, key: str, keys: str) -> list[Block]:
        """A list of mappings, each with the declared keys."""
        return [self.source.block(node, keys) for node in self.items(key)]

    def block(self, key: str, keys: str) -> Block:
        """A sub-mapping; if the key is absent, an empty block without further faults."""
        node = self.nodes.get(key)
        if node is None:
            return self.source.block(None, keys)
        return self.source.block(node, keys)

    def maybe(self, key: str, keys: str) -> Block | None:
        """A sub-mapping, or None if the key is absent."""
        node = self.nodes.get(key)
        return None if node is None else self.source.block(node, keys)

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
            pairs.append((read_name(self.source, scalar), self.source.block(node, keys)))
        return pairs


def read_name(source: Source, scalar: Scalar) -> str:
    if not NAME.match(scalar.text):
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
