"""The files of a policy as a person finds them: in groups, each with what it holds beside its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from admin.i18n import _l
from admin.policy import words
from admin.text import policy_label
from casework.drafts import Files
from casework.policy_form import rule_files, title_of
from engine.faults import Refused
from engine.labels import Label
from engine.source import Mapping as Block
from engine.source import Scalar

PAPERS = "papers.yaml"
FOLDERS = {
    "": _l("Rule files"),
    "papers": _l("Word templates"),
    "cases": _l("Cases to try them on"),
}


@dataclass(frozen=True)
class Named:
    """One file; `title` is empty where nothing says what it holds."""

    name: str
    title: str


@dataclass(frozen=True)
class Group:
    """The files of one folder."""

    folder: str
    label: str
    files: tuple[Named, ...]


def groups(files: Files) -> list[Group]:
    """Every file once, the rules first."""
    titles = _paper_titles(files)
    found: dict[str, list[Named]] = {folder: [] for folder in FOLDERS}
    for name in sorted(files):
        folder = name.rpartition("/")[0]
        title = titles.get(name)
        known = policy_label(title) if title else str(words.SECTIONS.get(name, ""))
        found.setdefault(folder, []).append(Named(name, known))
    return [
        Group(folder, str(FOLDERS.get(folder, folder)), tuple(named))
        for folder, named in found.items()
        if named
    ]


def _paper_titles(files: Files) -> Mapping[str, Label]:
    """Template → what the policy calls the paper; nothing where that file cannot be read."""
    try:
        root = rule_files(files)[PAPERS].root
    except (Refused, KeyError):
        return {}
    papers = root.get("papers") if isinstance(root, Block) else None
    found = {}
    for _name, node in papers.entries if isinstance(papers, Block) else ():
        template = node.get("template") if isinstance(node, Block) else None
        title = title_of(node)
        if isinstance(template, Scalar) and title is not None:
            found[f"papers/{template.text}"] = title
    return found
