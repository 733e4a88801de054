"""Check the Word templates of a policy: is it Word, is it harmless, does every tag name a field.

A template may name fields, choose with `if` and go through a list with `for`; anything else that
jinja can do is refused here, before an edition is made of it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Generator, Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateSyntaxError, nodes
from lxml import etree

from engine.faults import Fault
from engine.model import Policy
from engine.papers.declared import Paper
from engine.papers.shapes import LOOP, Group, Rows, Shape, shape_of
from engine.source import hint

FILTERS = ("in_words", "blank_date", "or_blank", "join", "length", "lines", "spread")
"""What may follow a field: 大写 of an amount, room for a date or a word written by hand, a title in
lines of so many characters, short lines drawn out to so many."""
MOST_MB = 20
MOST_FILES = 500
_UNSAFE = ("vbaProject", "activeX", "embeddings/", "oleObject")
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_UNKNOWN: Any = object()
_Finding = Generator[Fault, None, Any]
_TAGS = re.compile(r"\{[{%#].*?[}%#]\}", re.S)


def template_faults(policy: Policy) -> list[Fault]:
    """Everything that is wrong with the templates of a policy, in the order of its papers."""
    found: list[Fault] = []
    for paper in policy.papers.papers.values():
        data = policy.files.get(paper.template)
        if data is not None:
            found += _faults(paper, data, shape_of(policy.procedure, paper.about))
    return found


def _faults(paper: Paper, data: bytes, shape: Group) -> list[Fault]:
    where = paper.template
    sources = _sources(data)
    if isinstance(sources, Fault):
        return [Fault(sources.code, {"paper": paper.label, **sources.params}, where)]
    found = []
    for source in sources:
        for fault in _source_faults(source, shape):
            found.append(Fault(fault.code, {"paper": paper.label, **fault.params}, where))
    return _once(found)


def _once(found: list[Fault]) -> list[Fault]:
    seen: dict[tuple[str, str], Fault] = {}
    for fault in found:
        seen.setdefault((fault.code, repr(sorted(fault.params.items(), key=str))), fault)
    return list(seen.values())


@lru_cache(256)
def _sources(data: bytes) -> tuple[str, ...] | Fault:
    """The texts with tags as jinja reads them: the body, headers, footers; or why there are none."""
    unsafe = _unsafe(data)
    if unsafe is not None:
        return unsafe
    try:
        template = DocxTemplate(io.BytesIO(data))
        template.init_docx()
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError):
        return Fault("paper_not_word")
    texts = [template.get_xml()]
    for kind in (DocxTemplate.HEADER_URI, DocxTemplate.FOOTER_URI):
        texts += [part.blob.decode() for _, part in template.get_headers_footers(kind)]
    properties = template.get_docx().core_properties
    texts += [getattr(properties, name) for name in _PROPERTIES]
    notes = [
        p
        for p in template.get_docx().part.package.iter_parts()
        if "footnotes+xml" in p.content_type
    ]
    texts += [part.blob.decode() for part in notes]
    return tuple(template.patch_xml(text) for text in texts)


def _unsafe(data: bytes) -> Fault | None:
    """Macros, embedded objects, links to elsewhere, or more than a paper can need."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_MB << 20:
                return Fault("paper_too_large", {"limit": MOST_MB})
            for entry in entries:
                bad = next((one for one in _UNSAFE if one in entry.filename), None)
                if bad:
                    return Fault("paper_unsafe", {"what": bad.rstrip("/")})
                if entry.filename.endswith(".rels") and b'"External"' in archive.read(entry):
                    return Fault("paper_unsafe", {"what": "External"})
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return Fault("paper_not_word")
    return None


def _source_faults(source: str, shape: Group) -> list[Fault]:
    tree = _parsed(source)
    return [tree] if isinstance(tree, Fault) else list(_Reader(shape).block(tree.body, {}))


@lru_cache(256)
def _parsed(source: str) -> nodes.Template | Fault:
    """The tags as a tree, or which of them cannot be read. A change of a rule leaves them as they
    were, and reading them is most of what a check costs."""
    text = re.sub(r"<w:p[ >]", "\n\\g<0>", source)
    try:
        return Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        line = text.splitlines()[max(error.lineno - 1, 0) :][:1]
        near = re.sub(r"<[^>]+>", "", line[0] if line else "").strip()[:40]
        if not near:
            tags = _TAGS.findall(text)
            near = re.sub(r"<[^>]+>", "", tags[-1])[:40] if tags else ""
        return Fault("paper_broken_tag", {"problem": error.message or "", "text": near})


class _Reader:
    """Goes through a template and finds what it asks for that is not there."""

    def __init__(self, shape: Group) -> None:
        self.shape = shape

    def block(self, body: list[nodes.Node], scope: Mapping[str, Shape]) -> Iterator[Fault]:
        for node in body:
            if isinstance(node, nodes.Output):
                for one in node.nodes:
                    if not isinstance(one, nodes.TemplateData):
                        yield from self.text(one, scope)
            elif isinstance(node, nodes.For):
                yield from self.loop(node, scope)
            elif isinstance(node, nodes.If):
                yield from self.condition(node.test, scope)
                yield from self.block(node.body, scope)
                yield from self.block(list(node.elif_), scope)
                yield from self.block(node.else_, scope)
            else:
                yield Fault("paper_not_allowed", {"what": type(node).__name__.lower()})

    def loop(self, node: nodes.For, scope: Mapping[str, Shape]) -> Iterator[Fault]:
        """The rows' fields are known inside under the name that the for gives."""
        if not isinstance(node.target, nodes.Name) or node.recursive or node.test:
            yield Fault("paper_not_allowed", {"what": "for"})
            return
        found = yield from self.field(node.iter, scope)
        if found is _UNKNOWN:
            return
        if not isinstance(found, Rows):
            yield Fault("paper_not_a_list", {"field": _spelled(node.iter)})
            return
        inside = {**scope, node.target.name: found.row, "loop": LOOP}
        yield from self.block(node.body, inside)
        yield from self.block(node.else_, scope)

    def text(self, node: nodes.Node, scope: Mapping[str, Shape]) -> Iterator[Fault]:
        """An expression whose value is printed."""
        if isinstance(node, nodes.Const):
            return
        if isinstance(node, nodes.Filter):
            if node.name not in FILTERS:
                yield Fault(
                    "paper_unknown_filter", {"name": node.name, "hint": hint(node.name, FILTERS)}
                )
            if any(not isinstance(one, nodes.Const) for one in node.args) or node.kwargs:
                yield Fault("paper_not_allowed", {"what": f"|{node.name}(…)"})
            if node.node is not None:
                listed = node.name in ("length", "join")
                yield from (self.condition if listed else self.text)(node.node, scope)
            return
        if isinstance(node, (nodes.Or, nodes.And)):
            yield from self.text(node.left, scope)
            yield from self.text(node.right, scope)
            return
        if isinstance(node, nodes.CondExpr):
            yield from self.condition(node.test, scope)
            yield from self.text(node.expr1, scope)
            if node.expr2 is not None:
                yield from self.text(node.expr2, scope)
            return
        if isinstance(node, nodes.Concat):
            for one in node.nodes:
                yield from self.text(one, scope)
            return
        found = yield from self.field(node, scope)
        if isinstance(found, (Mapping, Rows)):
            inner = found.row if isinstance(found, Rows) else found
            names = sorted(inner)[:8]
            yield Fault("paper_not_one_text", {"field": _spelled(node), "names": names})

    def condition(self, node: nodes.Node, scope: Mapping[str, Shape]) -> Iterator[Fault]:
        """An expression that is only asked whether it holds."""
        if isinstance(node, nodes.Not):
            yield from self.condition(node.node, scope)
        elif isinstance(node, (nodes.And, nodes.Or)):
            yield from self.condition(node.left, scope)
            yield from self.condition(node.right, scope)
        elif isinstance(node, nodes.Compare):
            yield from self.condition(node.expr, scope)
            for operand in node.ops:
                yield from self.condition(operand.expr, scope)
        elif isinstance(node, (nodes.Filter, nodes.CondExpr, nodes.Concat)):
            yield from self.text(node, scope)
        elif not isinstance(node, nodes.Const):
            yield from self.field(node, scope)

    def field(self, node: nodes.Node, scope: Mapping[str, Shape]) -> _Finding:
        """The shape under a dotted name; `_UNKNOWN` after a fault."""
        path = _path(node)
        if path is None:
            yield Fault("paper_not_allowed", {"what": type(node).__name__.lower()})
            return _UNKNOWN
        here: Shape = {**self.shape, **scope}
        for name in path:
            if not isinstance(here, Mapping) or name not in here:
                known = here if isinstance(here, Mapping) else {}
                params = {"field": ".".join(path), "hint": hint(name, known)}
                yield Fault("paper_unknown_field", params)
                return _UNKNOWN
            here = here[name]
        return here


def _path(node: nodes.Node) -> list[str] | None:
    """The names of `a.b.c` or `a["b"]`; None for anything else."""
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        above = _path(node.node)
        return None if above is None else [*above, node.attr]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        above = _path(node.node)
        return None if above is None else [*above, str(node.arg.value)]
    return None


def _spelled(node: nodes.Node) -> str:
    return ".".join(_path(node) or ["…"])


@lru_cache(256)
def names_used(template: bytes) -> frozenset[str]:
    """The names at the top of the context that a template asks for; empty where it is no Word."""
    sources = _sources(template)
    if isinstance(sources, Fault):
        return frozenset()
    environment = Environment(autoescape=True)
    found: set[str] = set()
    for source in sources:
        found |= {name.name for name in environment.parse(source).find_all(nodes.Name)}
    return frozenset(found)


def template_lines(data: bytes) -> list[str]:
    """The words of a template, a paragraph a line, to be read and compared; [] where it is no Word."""
    sources = _sources(data)
    if isinstance(sources, Fault):
        return []
    texts = (re.sub(r"<w:p[ >]", "\n\\g<0>", source) for source in sources)
    lines = (re.sub(r"<[^>]+>", "", line) for text in texts for line in text.splitlines())
    return [unescape(line).strip() for line in lines if line.strip()]
