"""A table put into a policy's rule file: the entry of its name replaced, or a new one added."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML

from engine.labels import Label
from engine.model import Policy
from engine.phrases import labels_of
from engine.sheets.shape import Sheet, entry_text

_FORMS = ("is", "table", "lookup", "bands")


def name_reader(policy: Policy) -> Callable[[str], str]:
    """From a name in a file, a label in either language included, to the policy's own name."""
    known: dict[str, str] = {}
    for name, label in labels_of(policy).items():
        if ":" not in name:
            known |= {_plain(word): name for word in _words(label) if word}
    known |= {_plain(name): name for name in (*policy.facts, *policy.parameters)}
    return lambda word: known.get(_plain(word), word)


def _words(label: Label) -> tuple[str, str]:
    return label.zh, label.en


def _plain(word: str) -> str:
    return word.replace("_", " ").casefold().strip()


def with_table(policy: Policy, name: str, sheet: Sheet) -> tuple[str, bytes, dict[str, bytes]]:
    """The file that changes, its new bytes, and all files of the policy with it.

    An entry that is there keeps its labels, type and choices; a new one is added to
    eligibility.yaml. Comments stay where they are.
    """
    yaml = YAML(typ="rt")
    yaml.width, yaml.preserve_quotes = 4096, True
    new = next(iter(yaml.load(entry_text(sheet)).values()))
    inner = name.removeprefix("output:")
    for file in ("eligibility.yaml", "amounts.yaml"):
        root = yaml.load(policy.files[file].decode("utf-8-sig"))
        for part in (root, root.get("values"), root.get("outputs")):
            entry = part.get(inner) if isinstance(part, Mapping) else None
            if isinstance(entry, Mapping) and any(form in entry for form in _FORMS):
                for form in _FORMS:
                    entry.pop(form, None)  # type: ignore[attr-defined]
                entry["table"] = new["table"]  # type: ignore[index]
                return _dumped(policy, yaml, file, root)
    file = "eligibility.yaml"
    root = yaml.load(policy.files[file].decode("utf-8-sig"))
    root.insert(0, inner, new)
    return _dumped(policy, yaml, file, root)


def _dumped(
    policy: Policy, yaml: YAML, file: str, root: Any
) -> tuple[str, bytes, dict[str, bytes]]:
    held = io.StringIO()
    yaml.dump(root, held)
    data = held.getvalue().encode()
    return file, data, {**policy.files, file: data}
