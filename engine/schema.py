"""JSON Schema (2020-12) of the rule files, for editors, made by watching the loader read.

The loader says which keys a mapping has, which of them must be there and how each value is read.
While it reads the policies given, all of that is written down by place, and the schema is made of
it: what the loader does not demand, no schema demands, and neither can drift from the other. Parts
that none of these policies has stay free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from engine.casefiles import read_cases
from engine.loading import FILES, OPTIONAL, load_files
from engine.nodes import Mapping as MappingNode
from engine.nodes import Node, Scalar, Sequence
from engine.source import Block, Source

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CASES = "cases"
_PLAIN: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_READ_AS: Mapping[str, dict[str, Any]] = {
    "name": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"},
    "text": _PLAIN,
    "integer": {"type": ["integer", "string"], "pattern": "^[+-]?[0-9]{1,18}$"},
    "number": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,18}([.][0-9]{1,12})?$"},
    "money": {"type": ["number", "string"], "pattern": "^-?[0-9]{1,15}([.][0-9]{1,2})?$"},
    "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "yes_no": {"enum": [True, False, "yes", "no", "true", "false"]},
    "texts": {"type": "array", "items": _PLAIN},
    "texts_or_null": {"type": "array", "items": {"type": ["string", "number", "boolean", "null"]}},
    "list": {"type": "array"},
    "names": {"type": "object"},
}


@dataclass
class _Seen:
    """How a mapping was read: the keys declared, and the reader of each that was asked for."""

    node: MappingNode
    keys: str
    readers: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


class _Watched(Block):
    """A block that writes down how each key is read; the first, outermost reader counts."""

    def __init__(self, source: Source, node: Node | None, keys: str) -> None:
        super().__init__(source, node, keys)
        self.seen: _Seen | None = None
        if isinstance(node, MappingNode) and isinstance(source, _Watching):
            self.seen = _Seen(node, keys)
            source.seen.append(self.seen)

    def _reads(self, key: str, how: str) -> None:
        if self.seen is not None:
            self.seen.readers.setdefault(key, how)

    def scalar(self, key: str) -> Scalar | None:
        self._reads(key, "text")
        return super().scalar(key)

    expression = scalar

    def name_of(self, key: str, default: str = "") -> str:
        self._reads(key, "name")
        return super().name_of(key, default)

    def integer(
        self, key: str, low: int | None = None, high: int | None = None, default: int = 0
    ) -> int:
        self._reads(key, "integer")
        return super().integer(key, low, high, default)

    def number(self, key: str, *given: Any) -> Any:
        self._reads(key, "number")
        return super().number(key, *given)

    def yes_no(self, key: str, default: bool = False) -> bool:
        self._reads(key, "yes_no")
        return super().yes_no(key, default)

    def date(self, key: str, default: date = date.min) -> date:
        self._reads(key, "date")
        return super().date(key, default)

    def money(self, key: str, default: int = 0) -> int:
        self._reads(key, "money")
        return super().money(key, default)

    def choice(self, key: str, allowed: Iterable[str], default: str = "") -> str:
        names = tuple(allowed)
        self._reads(key, "choice")
        if self.seen is not None:
            self.seen.choices[key] = names
        return super().choice(key, names, default)

    def items(self, key: str) -> tuple[Node, ...]:
        self._reads(key, "list")
        return super().items(key)

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        self._reads(key, "texts")
        return super().scalars(key)

    def scalars_or_null(self, key: str) -> tuple[Scalar, ...]:
        self._reads(key, "texts_or_null")
        return super().scalars_or_null(key)

    def entries(self, key: str) -> list[tuple[Scalar, Node]]:
        self._reads(key, "names")
        return super().entries(key)


class _Watching(Source):
    """A source whose blocks are watched."""

    def __init__(self) -> None:
        super().__init__()
        self.roots: dict[str, Node] = {}
        self.seen: list[_Seen] = []

    def read(self, path: str, data: bytes) -> Node:
        root = super().read(path, data)
        self.roots[path] = root
        return root

    def block(self, node: Node | None, keys: str) -> Block:
        return _Watched(self, node, keys)

    def own(self, node: Node | None, keys: str) -> Block:
        return Block(self, node, keys)


# what was seen, merged ----------------------------------------------------------------------


Forms = dict[str, dict[str, "_Shape"]]
"""Declared keys → the shape of each."""


@dataclass
class _Shape:
    """What stands at one place in all policies together."""

    readers: set[str] = field(default_factory=set)
    choices: list[tuple[str, ...]] = field(default_factory=list)
    plain: bool = False
    sequence: bool = False
    items: _Shape | None = None
    forms: set[str] = field(default_factory=set)
    """The declared keys of mappings that are read whole."""
    special: dict[str, _Shape] = field(default_factory=dict)
    """The declared keys of a mapping whose others are free."""
    free: _Shape | None = None
    """Of values under names that the policy chooses."""

    def item(self) -> _Shape:
        self.items = self.items or _Shape()
        return self.items

    def any_name(self) -> _Shape:
        self.free = self.free or _Shape()
        return self.free


class _Merger:
    """Adds the nodes of one reading to the shapes. Mappings that declare the same keys are one
    form, wherever they stand: what one policy shows of it holds for all."""

    def __init__(self, watching: _Watching, forms: Forms) -> None:
        self.forms = forms
        self.whole: dict[int, _Seen] = {}
        self.part: dict[int, list[_Seen]] = {}
        parents = {
            id(value): node
            for root in watching.roots.values()
            for node in _mappings(root)
            for _, value in node.entries
        }
        known = {id(node) for root in watching.roots.values() for node in _mappings(root)}
        for seen in watching.seen:
            if id(seen.node) in known:
                kept = self.whole.setdefault(id(seen.node), seen)
                for key, how in seen.readers.items():
                    kept.readers.setdefault(key, how)
            else:  # made of some entries of another
                for _, value in seen.node.entries:
                    parent = parents.get(id(value))
                    if parent is not None:
                        self.part.setdefault(id(parent), []).append(seen)
                        break

    def add(self, shape: _Shape, node: Node) -> None:
        if isinstance(node, Scalar):
            shape.plain = True
        elif isinstance(node, Sequence):
            shape.sequence = True
            for item in node.items:
                self.add(shape.item(), item)
        else:
            self._mapping(shape, node)

    def _mapping(self, shape: _Shape, node: MappingNode) -> None:
        whole = self.whole.get(id(node))
        if whole is not None:
            shape.forms.add(whole.keys)
            self._form(self.forms.setdefault(whole.keys, {}), whole, node)
            return
        others = shape.any_name()
        parts = self.part.get(id(node), [])
        for seen in parts:
            self._form(shape.special, seen, node)
        declared = {key.rstrip("?") for seen in parts for key in seen.keys.split()}
        for key, value in node.entries:
            if key.text not in declared:
                self.add(others, value)

    def _form(self, form: dict[str, _Shape], seen: _Seen, node: MappingNode) -> None:
        for key in seen.keys.split():
            name = key.rstrip("?")
            below = form.setdefault(name, _Shape())
            if name in seen.readers:
                below.readers.add(seen.readers[name])
            if name in seen.choices:
                below.choices.append(seen.choices[name])
            value = node.get(name)
            if value is not None:
                self.add(below, value)


def _mappings(node: Node) -> Iterator[MappingNode]:
    if isinstance(node, MappingNode):
        yield node
        for _, value in node.entries:
            yield from _mappings(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _mappings(item)


# schemas ------------------------------------------------------------------------------------


def schemas(policies: Iterable[Mapping[str, bytes]]) -> dict[str, dict[str, Any]]:
    """File name ("cases" for those of the cases) → its schema; Refused where a policy is wrong."""
    shapes: dict[str, _Shape] = {}
    forms: Forms = {}
    for files in policies:
        watching = _Watching()
        policy = load_files(files, watching)
        read_cases(policy, watching)
        merger = _Merger(watching, forms)
        for path, root in watching.roots.items():
            name = CASES if PurePosixPath(path).parts[0] == CASES else path
            merger.add(shapes.setdefault(name, _Shape()), root)
    ordered = [name for name in (*FILES, *OPTIONAL, CASES) if name in shapes]
    return {name: _Writer(forms).file(name, shapes[name]) for name in ordered}


def file_name(name: str) -> str:
    """facts.yaml → facts.schema.json"""
    return f"{name.removesuffix('.yaml')}.schema.json"


class _Writer:
    """Writes the schema of one file; forms stand once, under `$defs`."""

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self.defs: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {}

    def file(self, name: str, shape: _Shape) -> dict[str, Any]:
        found = self.schema(shape)
        defs = {"$defs": self.defs} if self.defs else {}
        return {"$schema": DIALECT, "title": name, **found, **defs}

    def schema(self, shape: _Shape) -> dict[str, Any]:
        options = [*_scalars(shape), *self._listed(shape), *self._mapped(shape)]
        if not options:
            options = [dict(_READ_AS[how]) for how in sorted(shape.readers) if how in _READ_AS]
        if not options:
            return {}
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _listed(self, shape: _Shape) -> Iterator[dict[str, Any]]:
        texts = shape.readers & {"texts", "texts_or_null"}
        if texts:
            yield dict(_READ_AS[max(texts)])
        elif shape.sequence or "list" in shape.readers:
            items = {} if shape.items is None else self.schema(shape.items)
            yield {"type": "array", **({"items": items} if items else {})}

    def _mapped(self, shape: _Shape) -> Iterator[dict[str, Any]]:
        for keys in sorted(shape.forms):
            yield {"$ref": f"#/$defs/{self._form(keys)}"}
        if shape.special or shape.free is not None or "names" in shape.readers:
            others = self.schema(shape.free) if shape.free is not None else {}
            found: dict[str, Any] = {"type": "object", "additionalProperties": others or True}
            if shape.special:
                own = {name: self.schema(below) for name, below in shape.special.items()}
                found["properties"] = own
            yield found

    def _form(self, keys: str) -> str:
        name = self.names.get(keys)
        if name is None:
            name = self.names[keys] = f"form{len(self.names) + 1}"
            needed = [key for key in keys.split() if not key.endswith("?")]
            form = self.forms[keys]
            made: dict[str, Any] = {"type": "object", "additionalProperties": False}
            made["properties"] = {key: self.schema(below) for key, below in form.items()}
            if needed:
                made["required"] = needed
            self.defs[name] = made
        return name


def _scalars(shape: _Shape) -> Iterator[dict[str, Any]]:
    hows = shape.readers - {"list", "names", "texts", "texts_or_null"}
    if not shape.plain and not hows:
        return
    same = len(shape.choices) > 1 and len(set(shape.choices)) == 1
    if hows == {"choice"} and same:
        yield {"enum": list(shape.choices[0])}
    elif len(hows) == 1 and (how := next(iter(hows))) in _READ_AS:
        yield dict(_READ_AS[how])
    else:
        yield dict(_PLAIN) if hows else {"type": ["string", "number", "boolean", "null"]}
