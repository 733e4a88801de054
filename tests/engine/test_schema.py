"""The JSON Schema of the rule files: every policy is valid under it, planted faults are not."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine import folder_files
from engine.schema import DIALECT, file_name
from tests.engine.commands import ROOT, engine
from tests.engine.policies import Maker

POLICIES = sorted(path.name for path in (ROOT / "rulesets").iterdir())
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
KEYWORDS = {
    "$schema", "$defs", "$ref", "title", "type", "enum", "pattern", "items", "anyOf",
    "properties", "required", "additionalProperties",
}  # fmt: skip


def wrong(schema: Any, value: Any, root: Any, at: str = "") -> Iterator[str]:
    """The places where a value breaks a schema, for the keywords that we write and no others."""
    if isinstance(schema, bool):
        if not schema:
            yield at
        return
    assert set(schema) <= KEYWORDS, set(schema) - KEYWORDS
    if "$ref" in schema:
        yield from wrong(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, root, at)
    if "anyOf" in schema and all(any(wrong(s, value, root)) for s in schema["anyOf"]):
        yield at
    kinds = schema.get("type", list(_TYPES))
    if not any(_TYPES[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield at
        return
    if "enum" in schema and not any(value == one for one in schema["enum"]):
        yield at
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield at
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from wrong(schema.get("items", True), item, root, f"{at}/{number}")
    if isinstance(value, dict):
        yield from (f"{at}/{key}" for key in schema.get("required", []) if key not in value)
        named = schema.get("properties", {})
        for key, item in value.items():
            below = named.get(key, schema.get("additionalProperties", True))
            yield from wrong(below, item, root, f"{at}/{key}")


@cache
def schemas() -> dict[str, Any]:
    ran = engine("schema")
    assert ran.code == 0
    found: dict[str, Any] = ran.json
    return found


def plain(value: Any) -> Any:
    """What an editor sees of YAML: dates are texts."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def faults(name: str, data: bytes | str) -> list[str]:
    kind = "cases" if name.startswith("cases/") else name
    return list(wrong(schemas()[kind], plain(YAML(typ="safe").load(data)), schemas()[kind]))


@pytest.mark.parametrize("policy", POLICIES)
def test_every_file_of_a_policy_is_valid(policy: str) -> None:
    files = folder_files(ROOT / "rulesets" / policy)
    read = [name for name in files if name.endswith(".yaml")]
    assert len(read) > 8
    assert {name: found for name in read if (found := faults(name, files[name]))} == {}


def test_policies_that_the_schema_never_saw_are_valid_too() -> None:
    for seed in range(25):
        for name, data in Maker(random.Random(seed)).files().items():
            if name != "procedure.yaml":
                assert faults(name, data) == [], (seed, name, data.decode())


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("facts.yaml", "type: date", "type: dates", "/apply_date/type"),
        ("facts.yaml", "zh: 申请日期, ", "", "/apply_date/zh"),
        ("facts.yaml", "required: yes", "required: maybe", "/apply_type/required"),
        ("parameters.yaml", "placeholder: yes", "placeholder: perhaps", "placeholder"),
        ("exclusions.yaml", "level: 1", "levle: 1", "/0/levle"),
        ("exclusions.yaml", "level: 1", "level: first", "/0/level"),
        ("exclusions.yaml", "id: not-a-member", "id: Not A Member", "/0/id"),
        ("amounts.yaml", "mode: fixed", "mode: fix", "/living_aid"),
        ("policy.yaml", "pick_by:", "pick:", "/pick_by"),
        ("eligibility.yaml", "discretion: yes", "discretoin: yes", "/living"),
        ("procedure.yaml", "kind: review", "kinds: review", "/kinds"),
        ("cases/living.yaml", "expect:", "expects:", "/0/expect"),
    ],
)
def test_a_planted_fault_is_shown_where_it_is(file: str, old: str, new: str, where: str) -> None:
    text = folder_files(ROOT / "rulesets" / "licheng-2010")[file].decode()
    assert old in text
    found = faults(file, text.replace(old, new, 1))
    assert any(where in place for place in found), found


def test_the_schemas_are_written_as_files_that_say_their_dialect(tmp_path: Path) -> None:
    assert engine("schema", "--out", str(tmp_path / "made")).code == 0
    written = {path.name: path for path in (tmp_path / "made").iterdir()}
    assert set(written) == {file_name(name) for name in schemas()}
    facts = json.loads(written["facts.schema.json"].read_text(encoding="utf-8"))
    assert facts == schemas()["facts.yaml"]
    assert facts["$schema"] == DIALECT


def test_a_folder_that_is_no_policy_is_wrong_use(tmp_path: Path) -> None:
    assert engine("schema", str(tmp_path / "none")).code == 2
    assert engine("schema", str(tmp_path)).code == 1
