"""One rule file as text: change single values in place, and leave every other byte as it was.

Nothing is ever written back from a parsed tree: a value is replaced where it stands, so comments,
order, quotes and spaces stay. Each change is read again and compared with what was wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence as Items
from dataclasses import dataclass
from functools import cached_property

from engine.faults import Fault, Refused
from engine.source import Mapping, Node, Scalar, Sequence, Source

Path = tuple[str, ...]
"""Keys from the top of a file; an item of a list by its `id`, or by its number from 0."""

_BREAK = re.compile("\n|\x85|\u2028|\u2029|\r")
# what may stand without quotes inside { } and [ ] too, and is taken for nothing but text
_PLAIN = re.compile(r"[\w（“‘《【/.+][^,\[\]{}#:&*!|>'\"%@`\n\t\\]*", re.UNICODE)
_WORDS = frozenset({"", "null", "~", "yes", "no", "true", "false"})


@dataclass(frozen=True)
class Edit:
    """Replace the characters from `start` up to `end` by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class RuleText:
    """A rule file that can be read; `name` is its path in the policy's folder."""

    name: str
    data: bytes

    @cached_property
    def text(self) -> str:
        """What the engine reads: without a byte order mark, lines ending in LF."""
        return self.data.decode("utf-8-sig").replace("\r\n", "\n")

    @cached_property
    def root(self) -> Node:
        """The tree; raises Refused where the file is not valid."""
        source = Source()
        root = source.read(self.name, self.data)
        source.refuse()
        return root

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    def start(self, node: Node) -> int:
        """Index of a node's first character."""
        return self._lines[node.place.line - 1] + node.place.column - 1

    def end(self, node: Node) -> int:
        """Index behind a node's last character; comments behind it are not part of it."""
        start = self.start(node)
        if isinstance(node, Scalar):
            return start + len(node.raw.rstrip("\n"))
        children = _children(node)
        if not self.text.startswith(("{", "["), start):
            return self.end(children[-1])
        index = self.end(children[-1]) if children else start + 1
        return self._closing(index)

    def is_flow(self, node: Node) -> bool:
        """Whether a list or mapping is written in brackets."""
        return self.text.startswith(("{", "["), self.start(node))

    def _closing(self, index: int) -> int:
        """Behind the next closing bracket; only blanks, commas and comments stand before it."""
        while self.text[index] not in "}]":
            if self.text[index] == "#":
                index = self.text.index("\n", index)
            index += 1
        return index + 1

    def line_start(self, index: int) -> int:
        """Index of the first character of a line."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Index of the line's end, before its LF."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found

    def edited(self, edits: Items[Edit]) -> RuleText:
        """The file with these edits, which must not overlap. Keeps CRLF and a byte order mark."""
        ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
        pieces, done = [], 0
        for edit in ordered:
            if edit.start < done:
                raise ValueError("edits overlap")
            pieces += [self._original(done, edit.start), self._broken(edit.text)]
            done = edit.end
        pieces.append(self._original(done, len(self.text)))
        mark = b"\xef\xbb\xbf" if self.data.startswith(b"\xef\xbb\xbf") else b""
        return RuleText(self.name, mark + "".join(pieces).encode())

    @cached_property
    def _places(self) -> list[int]:
        """Index in the original text of each character of `text`, and of its end."""
        original = self._raw
        kept = [
            i for i, c in enumerate(original) if not (c == "\r" and original[i + 1 : i + 2] == "\n")
        ]
        return [*kept, len(original)]

    @cached_property
    def _raw(self) -> str:
        return self.data.decode("utf-8-sig")

    def _original(self, start: int, end: int) -> str:
        if "\r\n" not in self._raw:
            return self.text[start:end]
        # a CR belongs to the LF behind it
        first = self._places[start]
        last = self._places[end]
        return self._raw[self._before_break(first) : self._before_break(last)]

    def _before_break(self, index: int) -> int:
        return index - 1 if index and self._raw[index - 1 : index + 1] == "\r\n" else index

    def _broken(self, text: str) -> str:
        return text.replace("\n", "\r\n") if "\r\n" in self._raw else text


def _children(node: Mapping | Sequence) -> list[Node]:
    if isinstance(node, Sequence):
        return list(node.items)
    return [child for key, value in node.entries for child in (key, value)]


# finding ------------------------------------------------------------------------------------


def named_items(node: Sequence) -> list[tuple[str, Node]]:
    """The items of a list, each by its `id` where all have one that is their own, else by number."""
    ids = [_id_of(item) for item in node.items]
    if ids and None not in ids and len(set(ids)) == len(ids):
        return [(str(name), item) for name, item in zip(ids, node.items, strict=True)]
    return [(str(number), item) for number, item in enumerate(node.items)]


def _id_of(node: Node) -> str | None:
    found = node.get("id") if isinstance(node, Mapping) else None
    return found.text if isinstance(found, Scalar) else None


def find(root: Node, path: Path) -> Node:
    """The node at a path; `no_such_value` where the file has none."""
    node = root
    for key in path:
        if isinstance(node, Mapping):
            found = node.get(key)
        elif isinstance(node, Sequence):
            found = dict(named_items(node)).get(key)
        else:
            found = None
        if found is None:
            raise Refused((Fault("no_such_value", {"path": " / ".join(path)}),))
        node = found
    return node


# writing ------------------------------------------------------------------------------------


def spelled(text: str, like: Scalar | None = None) -> str:
    """A text as YAML: as the old value was written where that is safe, else in double quotes."""
    if like is not None and like.quoted and like.raw.startswith("'") and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    if (like is None or not like.quoted) and is_plain(text):
        return text
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


def is_plain(text: str) -> bool:
    """Whether a text needs no quotes, wherever it stands."""
    return bool(_PLAIN.fullmatch(text)) and text == text.strip() and text.lower() not in _WORDS


def with_scalars(file: RuleText, values: dict[Path, str]) -> RuleText:
    """The file with other values at these paths. A code (yes, 5, calendar) stays without quotes."""
    edits = []
    for path, value in values.items():
        old = find(file.root, path)
        if not isinstance(old, Scalar):
            raise Refused((Fault("no_such_value", {"path": " / ".join(path)}),))
        code = not old.quoted and re.fullmatch(r"[a-z0-9_.-]+", value)
        text = value if code and value not in ("null",) else spelled(value, old)
        edits.append(Edit(file.start(old), file.end(old), text))
    made = file.edited(edits)
    wanted = {**leaves(file.root), **values}
    if leaves(made.root) != wanted:
        raise Refused((Fault("value_not_written", {"file": file.name}),))
    return made


def leaves(root: Node, path: Path = ()) -> dict[Path, str]:
    """Every value of a file by its path, in the order of the file."""
    if isinstance(root, Scalar):
        return {path: root.text}
    found: dict[Path, str] = {}
    pairs = (
        named_items(root)
        if isinstance(root, Sequence)
        else [(key.text, value) for key, value in root.entries]
    )
    for key, value in pairs:
        found |= leaves(value, (*path, key))
    return found


def moved(file: RuleText, path: Path, item: str, *, up: bool) -> RuleText:
    """A list with one item changed round with its neighbour; comments stay on their lines."""
    parent = find(file.root, path)
    items = named_items(parent) if isinstance(parent, Sequence) else []
    names = [name for name, _ in items]
    here = names.index(item) if item in names else -1
    other = here - 1 if up else here + 1
    if here < 0 or not 0 <= other < len(items):
        raise Refused((Fault("cannot_move", {"item": item}),))
    first, second = (items[n][1] for n in sorted((here, other)))
    spans = [(file.start(node), file.end(node)) for node in (first, second)]
    texts = [file.text[start:end] for start, end in spans]
    edits = [Edit(*span, text) for span, text in zip(spans, reversed(texts), strict=True)]
    made = file.edited(edits)
    if sorted(leaves(made.root).items()) != sorted(leaves(file.root).items()):
        raise Refused((Fault("value_not_written", {"file": file.name}),))
    return made
