"""YAML text to nodes, strictly: no anchors, tags, duplicate keys or second documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from engine.brokentext import of_yaml
from engine.faults import Fault
from engine.nodes import Mapping, Node, Place, Scalar, Sequence
from engine.seen import hidden

MAX_DEPTH = 40


class Report(Protocol):
    """Takes a fault: its code, place and parameters."""

    def __call__(self, code: str, where: str | None, **params: object) -> None: ...


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


class Composer:
    """Turns the event stream into nodes without recursion, so no text can exhaust the stack."""

    def __init__(self, fault: Report, path: str, text: str) -> None:
        self.fault, self.path, self.text = fault, path, text

    def compose(self) -> Node | None:
        try:
            return self._build(YAML(typ="safe", pure=True).parse(self.text))
        except MarkedYAMLError as error:
            problem, mark = of_yaml(error)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.fault("yaml_broken", str(Place(self.path, line, column)), problem=problem)
        except YAMLError as error:  # the reader: a character that no text has
            position = getattr(error, "position", None)
            line = self.text[:position].count("\n") + 1 if isinstance(position, int) else 1
            self.fault("yaml_broken", f"{self.path}:{line}:1", problem=Fault("broken_control"))
        except _SCANNER_ERRORS:
            self.fault("yaml_broken", f"{self.path}:1:1", problem=Fault("broken_here"))
        return None

    def _build(self, events: Iterator[object]) -> Node | None:
        stack: list[tuple[object, list[Node]]] = []
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, ev.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.fault("yaml_many_documents", str(self._place(event)))
                    return root
            if isinstance(event, (ev.SequenceStartEvent, ev.MappingStartEvent)):
                self._refuse_extras(event)
                stack.append((event, []))
                if len(stack) > MAX_DEPTH:
                    self.fault("yaml_too_deep", str(self._place(event)), limit=MAX_DEPTH)
                    return None
                continue
            node = self._finished(event, stack)
            if node is not None and stack:
                stack[-1][1].append(node)
            elif node is not None:
                root = node
        if root is None or (isinstance(root, Scalar) and root.is_null):
            self.fault("yaml_empty", f"{self.path}:1:1")
            return None
        return root

    def _finished(self, event: object, stack: list[tuple[object, list[Node]]]) -> Node | None:
        """The node that an event completes, or None."""
        if isinstance(event, ev.AliasEvent):
            self.fault("yaml_anchor", str(self._place(event)))
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
            self.fault("yaml_anchor", str(self._place(event)))
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "None":
            self.fault("yaml_tag", str(self._place(event)), tag=str(tag))

    def _scalar(self, event: ev.ScalarEvent) -> Scalar:
        start, end = event.start_mark, event.end_mark
        raw = self.text[start.index : end.index] if start and end else ""
        if hidden(str(event.value)):
            self.fault("text_hidden", str(self._place(event)))
        return Scalar(str(event.value), self._place(event), bool(event.style), raw)

    def _mapping(self, children: list[Node], place: Place) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=False):
            if not isinstance(key, Scalar):
                self.fault("expected_text", key.where)
                continue
            if key.text in entries:
                first = entries[key.text][0].where
                self.fault("duplicate_key", key.where, key=key.text, first=first)
                continue
            entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), place)
