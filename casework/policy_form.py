"""What a policy's files let an officer set, found in the files themselves: numbers, switches, words.

Which keys a rule file may have is the engine's; that they can be set is said here, once, for every
policy. Dated values have a module of their own. Nothing here changes a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casework.rule_text import Path, RuleText, named_items
from engine.labels import Label
from engine.loading.clauses import CLAUSES
from engine.source import Mapping as Block
from engine.source import Node, Scalar, Sequence

Files = Mapping[str, bytes]
PROCEDURE = "procedure.yaml"
WORDS = frozenset({"zh", "en", "help_zh", "help_en"})
FREE_WORDS = frozenset({"heading", "footnote", "issuer"})
_FRAMES = frozenset({"table", "rows", "lookup", "values", "bands"})  # say nothing to a reader
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?\Z")
COUNTED = ("calendar", "working")


@dataclass(frozen=True)
class Kind:
    """How a value is typed in: integer, money, number, yes_no, choice or text."""

    name: str
    low: int | None = None
    high: int | None = None
    options: tuple[str, ...] = ()


_YES_NO = Kind("yes_no")
_TEXT = Kind("text")
_OF = Kind("choice", options=COUNTED)
_COPIES = Kind("integer", 1, 20)
# (file, path with * for any key) → how it is typed; only where the file has the key
_SETTABLE: tuple[tuple[str, str, Kind], ...] = (
    (PROCEDURE, "notice/days/at_least", Kind("integer", 1, 366)),
    (PROCEDURE, "notice/days/of", _OF),
    (PROCEDURE, "notice/days/counts_first", _YES_NO),
    (PROCEDURE, "notice/days/counts_last", _YES_NO),
    (PROCEDURE, "notice/place", Kind("place")),
    (PROCEDURE, "notice/hotline", _TEXT),
    (PROCEDURE, "notice/telephone", _TEXT),
    (PROCEDURE, "notice/issuer", _TEXT),
    (PROCEDURE, "notice/opening", _TEXT),
    (PROCEDURE, "notice/closing", _TEXT),
    (PROCEDURE, "notice/hardship/*", _TEXT),
    (PROCEDURE, "deadlines/*/days", Kind("integer", 0, 3660)),
    (PROCEDURE, "deadlines/*/of", _OF),
    (PROCEDURE, "deadlines/*/only_emergency", _YES_NO),
    (PROCEDURE, "reminders/*/days", Kind("integer", -366, 366)),
    (PROCEDURE, "forms/*/copies", _COPIES),
    (PROCEDURE, "forms/*/fields/*/required", _YES_NO),
    (PROCEDURE, "stages/*/records/*/required", _YES_NO),
    (PROCEDURE, "stages/*/collective", _YES_NO),
    (PROCEDURE, "stages/*/may_refuse", _YES_NO),
    (PROCEDURE, "stages/*/by_amount/*/up_to", Kind("money")),
    (PROCEDURE, "fraud/sanctions/*/if_paid", _YES_NO),
    (PROCEDURE, "comparisons/*/stops", _YES_NO),
    (PROCEDURE, "round/carry_over/years", Kind("integer", 1, 50)),
    (PROCEDURE, "emergency/circulation/signatures", Kind("integer", 1, 99)),
    (PROCEDURE, "emergency/circulation/chased_every", Kind("integer", 1, 366)),
    ("papers.yaml", "papers/*/copies", _COPIES),
    ("exclusions.yaml", "*/never_departs", _YES_NO),
    ("eligibility.yaml", "evidence/*/copies", _COPIES),
    ("eligibility.yaml", "*/grounds/*/discretion", _YES_NO),
    ("eligibility.yaml", "*/grounds/*/last_resort", _YES_NO),
    ("amounts.yaml", "*/amount", Kind("money")),
    ("amounts.yaml", "*/min", Kind("money")),
    ("amounts.yaml", "*/max", Kind("money")),
    ("amounts.yaml", "*/tiers/*/amount", Kind("money")),
    ("amounts.yaml", "*/tiers/*/min", Kind("money")),
    ("amounts.yaml", "*/tiers/*/max", Kind("money")),
)


@dataclass(frozen=True)
class Value:
    """One value of a file that can be set. `trail` says of what, outermost first: the policy's own
    titles, or the engine's key where there is none."""

    file: str
    path: Path
    kind: Kind
    text: str
    trail: tuple[Label | str, ...]
    clause: str
    where: str

    @property
    def address(self) -> str:
        """The name of its field in a form."""
        return "/".join(
            (self.file, *(key.replace("~", "~0").replace("/", "~1") for key in self.path))
        )

    @property
    def key(self) -> str:
        return self.path[-1]

    @property
    def part(self) -> str:
        """The page of words on which it stands."""
        if self.file != PROCEDURE:
            return self.file
        deep = self.path[0] in ("forms", "stages") and len(self.path) > 1
        return "/".join((self.file, *self.path[: 2 if deep else 1]))


@dataclass(frozen=True)
class Ordered:
    """A list whose order matters, such as the reasons that are posted: (id, title) in turn."""

    file: str
    path: Path
    trail: tuple[Label | str, ...]
    items: tuple[tuple[str, Label], ...]


_ORDERED = ((PROCEDURE, ("notice", "reasons")), (PROCEDURE, ("notice", "columns")))


def rule_files(files: Files) -> dict[str, RuleText]:
    """The rule files without the cases and papers, by name."""
    return {
        name: RuleText(name, data)
        for name, data in sorted(files.items())
        if "/" not in name and name.endswith(".yaml")
    }


def values(files: Files) -> tuple[Value, ...]:
    """Numbers, switches and texts with a meaning of their own; raises where a file is broken."""
    return tuple(v for v in _walk_all(files) if v.kind.name != "word")


def words(files: Files) -> tuple[Value, ...]:
    """Every title, label and help text, Chinese and English, in the order of the files."""
    return tuple(v for v in _walk_all(files) if v.kind.name == "word")


def by_address(files: Files) -> dict[str, Value]:
    """Everything that can be set, by the name of its field."""
    return {value.address: value for value in _walk_all(files)}


def ordered(files: Files) -> tuple[Ordered, ...]:
    """The lists whose order can be changed."""
    found = []
    for name, path in _ORDERED:
        file = RuleText(name, files[name])
        node: Node | None = file.root
        for key in path:
            node = node.get(key) if isinstance(node, Block) else None
        if isinstance(node, Sequence):
            items = tuple(
                (key, title_of(item) or Label(key, key)) for key, item in named_items(node)
            )
            found.append(Ordered(name, path, path, items))
    return tuple(found)


def _walk_all(files: Files) -> Iterator[Value]:
    known = tuple(places(files))
    for name, file in rule_files(files).items():
        if name == CLAUSES:
            continue  # the paper's own words are quoted, not set
        for value in _walk(name, file.root, (), (), ""):
            if value.kind.name == "place":
                kind = Kind("choice", options=known)
                yield Value(**{**vars(value), "kind": kind})
            else:
                yield value


def places(files: Files) -> dict[str, Label]:
    """The places of posting that the records of the files know, with their titles."""
    found: dict[str, Label] = {}
    for path, node in nodes(RuleText(PROCEDURE, files[PROCEDURE]).root):
        if (
            path[:1] == ("stages",)
            and path[-2:] == ("place", "choices")
            and isinstance(node, Block)
        ):
            found |= {k.text: title_of(v) or Label(k.text, k.text) for k, v in node.entries}
    return found


def titles(files: Files, *path: str) -> dict[str, Label]:
    """The titles of what stands below a key of the procedure, such as its roads."""
    node: Node | None = RuleText(PROCEDURE, files[PROCEDURE]).root
    for key in path:
        node = node.get(key) if isinstance(node, Block) else None
    entries = node.entries if isinstance(node, Block) else ()
    return {k.text: title for k, v in entries if (title := title_of(v)) is not None}


def nodes(root: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, outer ones first."""
    yield path, root
    if isinstance(root, Sequence):
        for key, item in named_items(root):
            yield from nodes(item, (*path, key))
    elif isinstance(root, Block):
        for scalar, node in root.entries:
            yield from nodes(node, (*path, scalar.text))


def _walk(
    file: str,
    node: Node,
    path: Path,
    trail: tuple[Label | str, ...],
    clause: str,
    *,
    money: bool = False,
) -> Iterator[Value]:
    if isinstance(node, Scalar):
        kind = kind_of(file, path, node) or _figure(path, node, money=money)
        if kind is not None:
            yield Value(file, path, kind, node.text, trail, clause, node.where)
        return
    if isinstance(node, Sequence):
        row = path[-3:-1] == ("table", "rows")
        for key, item in named_items(node)[-1:] if row else named_items(node):
            deeper = trail if isinstance(item, Scalar) else (*trail, _item_title(item) or key)
            yield from _walk(file, item, (*path, key), deeper, clause, money=money)
        return
    own, type_ = node.get("clause"), node.get("type")
    money = money or (isinstance(type_, Scalar) and type_.text == "money")
    clause = own.text if isinstance(own, Scalar) else clause
    for scalar, child in node.entries:
        deeper, title = trail, title_of(child)
        if not isinstance(child, Scalar) and (title or scalar.text not in _FRAMES):
            deeper = (*trail, title or scalar.text)
        yield from _walk(file, child, (*path, scalar.text), deeper, clause, money=money)


def title_of(node: Node) -> Label | None:
    """The title that a part of a file gives itself."""
    if not isinstance(node, Block):
        return None
    zh, en = node.get("zh"), node.get("en")
    if not isinstance(zh, Scalar):
        return None
    return Label(zh.text, en.text if isinstance(en, Scalar) else zh.text)


def _item_title(node: Node) -> Label | None:
    """What an item of a list is: its title, else of a row of a table what the row is for."""
    if isinstance(node, Sequence):
        cells = [item.text for item in node.items[:-1] if isinstance(item, Scalar)]
        return Label(" · ".join(cells), " · ".join(cells)) if cells else None
    when = node.get("when") if isinstance(node, Block) else None
    return title_of(node) or (Label(when.text, when.text) if isinstance(when, Scalar) else None)


def _figure(path: Path, node: Scalar, *, money: bool) -> Kind | None:
    """A plain number that a table, a look-up or a band gives; an expression is the files' own."""
    inside = (
        path[-4:-2] in (("table", "rows"), ("bands", "rows"))
        or path[-2:] in (("table", "otherwise"), ("bands", "otherwise"))
        or path[-3:-1] == ("lookup", "values")
    )
    if not inside or node.quoted or not _NUMBER.match(node.text):
        return None
    return Kind("money") if money and not node.text.startswith("-") else Kind("number")


def kind_of(file: str, path: Path, node: Scalar) -> Kind | None:
    """How a value can be typed in; None for what only the files themselves can change."""
    for name, pattern, kind in _SETTABLE:
        if name == file and _fits(pattern, path):
            if kind.name == "money" and not node.text.replace(".", "", 1).isdigit():
                return None  # an expression, or the name of a dated value
            return kind
    if node.is_null or not path:
        return None
    is_word = path[-1] in WORDS or path[-1] in FREE_WORDS
    return Kind("word") if is_word else None


def _fits(pattern: str, path: Path) -> bool:
    parts = pattern.split("/")
    return len(parts) == len(path) and all(
        part in ("*", key) for part, key in zip(parts, path, strict=True)
    )
