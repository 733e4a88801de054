"""Malformed rule files: each mistake is a fault with file, line and column, all at once, and no text
of any kind makes the reader fall over."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from engine import Refused, load_files
from engine.messages import line
from tests.engine import mini
from tests.engine.test_tables import BENEFITS, FACTS, USED

PLACE = re.compile(r"[a-z]+\.yaml:\d+:\d+\Z")
DEEP = "(" * 5000 + "score" + ")" * 5000
NESTED = "[" * 3000 + "]" * 3000

BAD: dict[str, tuple[dict[str, str], str]] = {
    "a list for a mapping": ({"values": "v: {is: [1, 2]}\n"}, "expected_text"),
    "a mapping for a text": ({"values": "v: {is: {a: b}}\n"}, "expected_text"),
    "a text for a table": ({"values": "v: {table: yes}\n"}, "expected_mapping"),
    "a text for rows": ({"values": "v: {table: {hit: first, inputs: [score], rows: none}}\n"}, "expected_list"),
    "a list in a cell": ({"values": "v: {table: {hit: first, inputs: [score], rows: [[[1], 2]]}}\n"}, "expected_text"),
    "a mapping for a lookup's value": ({"values": "v: {lookup: {of: score, values: {1: {a: 2}}}}\n"}, "expected_text"),
    "a key given twice": ({"values": "v: {is: 1, is: 2}\n"}, "duplicate_key"),
    "a key of a table given twice": ({"values": "v: {lookup: {of: score, of: score, values: {1: 2}}}\n"}, "duplicate_key"),
    "two keys of a lookup alike": ({"values": "v: {lookup: {of: score, values: {1: 2, 1: 3}, otherwise: 0}}\n"}, "duplicate_key"),
    "an anchor": ({"values": "v: &a {is: 1}\n"}, "yaml_anchor"),
    "an alias": ({"values": "v: {is: 1}\nw: *v\n"}, "yaml_anchor"),
    "a tag": ({"values": "v: !!python/object {is: 1}\n"}, "yaml_tag"),
    "a huge number": ({"values": "v: {is: " + "9" * 60 + "}\n"}, "expr_number_too_long"),
    "a huge amount": ({"parameters": f"p: {{2024-01-01: {'9' * 40}}}\n"}, "expected_money"),
    "brackets without end": ({"values": f"v: {{is: {DEEP}}}\n"}, "expr_too_long"),
    "brackets too deep": ({"values": f"v: {{is: {'(' * 80}1{')' * 80}}}\n"}, "expr_too_deep"),
    "a file nested too deep": ({"values": f"v: {NESTED}\n"}, "yaml_too_deep"),
    "a word in full-width letters": ({"values": "v: {is: ｓｃｏｒｅ ＞ 1}\n"}, "expr_unknown_name"),
    "an invisible character": ({"values": "v: {is: sco\u200bre > 1}\n"}, "expr_unexpected"),
    "a text turned round": ({"values": "v: {is: \u202escore > 1}\n"}, "expr_unexpected"),
    "a smile": ({"values": "v: {is: score > 😀}\n"}, "expr_unknown_name"),
    "values in a circle": ({"values": "v: {is: w + 1}\nw: {is: v + 1}\n"}, "definition_cycle"),
    "a table in a circle": ({"values": "v: {table: {hit: first, inputs: [w], rows: [['-', 1]]}}\nw: {is: v + 1}\n"}, "definition_cycle"),
    "an unknown word": ({"values": "v: {is: scoer > 1}\n"}, "expr_unknown_name"),
    "an unknown Chinese word before a known one": ({"values": "v: {is: 得份 大于 1 且 有车}\n"}, "expr_unknown_name"),
    "an unknown key of a table": ({"values": "v: {table: {hit: first, inputs: [score], row: []}}\n"}, "unknown_key"),
    "a value that is nothing": ({"values": "v: {zh: 空}\n"}, "entry_kind"),
    "a type that is none": ({"values": "v: {is: 1, type: whole}\n"}, "expected_choice"),
    "a type and choices": ({"values": "v: {is: a, type: text, choices: {a: {zh: 甲, en: A}}}\n"}, "value_type_and_choices"),
    "half a cent in a parameter": ({"parameters": "p: {unit: times, 2024-01-01: 0.0000001}\n"}, "expected_number"),
    "half a month": ({"parameters": "p: {unit: months, type: integer, 2024-01-01: 1.5}\n"}, "expected_integer"),
    "too many arguments": ({"values": "v: {is: 'clamp(score, 1, 2, 3)'}\n"}, "expr_arguments"),
    "a parameter that is none": ({"values": "v: {is: 'as_of(score, apply_date)'}\n"}, "unknown_parameter"),
    "a day before the first value": (
        {"parameters": "p: {2025-01-01: 10}\n", "values": "v: {is: 'as_of(p, apply_date)'}\n"}, "expr_not_in_force",
    ),
    "steps that are no whole number": ({"values": "v: {is: 'add_months(born, 1.5)'}\n"}, "expr_wrong_kind"),
    "a benefit capped by points": ({"amounts": BENEFITS + "caps: [{id: c, zh: 顶, en: C, most: score}]\n"}, "expr_wrong_kind"),
    "caps that are a mapping": ({"amounts": BENEFITS + "caps: {id: c}\n"}, "expected_list"),
    "outputs that are a list": ({"amounts": "outputs: [1]\n"}, "expected_mapping"),
    "a fact used nowhere": ({"facts": "shoe: {type: integer, zh: 鞋码, en: Shoe}\n"}, "fact_unused"),
    "a range turned round": ({"facts": "shoe: {type: integer, range: 9..1, zh: 鞋码, en: Shoe}\n"}, "expected_range"),
}  # fmt: skip


def broken(parts: dict[str, str]) -> tuple[Any, ...]:
    given = {"facts": FACTS + parts.get("facts", ""), "values": USED + parts.get("values", "")}
    return mini.faults(**{**parts, **given})


@pytest.mark.parametrize("what", BAD)
def test_each_mistake_has_its_code_and_place(what: str) -> None:
    parts, code = BAD[what]
    faults = broken(parts)
    mine = [fault for fault in faults if fault.code == code]
    assert mine, [str(fault) for fault in faults][:5]
    assert PLACE.match(mine[0].where or ""), mine[0].where
    for language in ("zh", "en"):
        shown = line(mine[0], language)
        assert "{" not in shown, shown
        assert len(shown) < 500


def test_all_mistakes_are_named_at_once() -> None:
    values = "v: {is: scoer > 1}\nw: {lookup: {of: hukuo, values: {1: 2}}}\n"
    amounts = BENEFITS.replace("score > 10", "scor > 10")
    codes = [
        (fault.where or "").split(":")[0]
        for fault in broken({"values": values, "amounts": amounts})
    ]
    assert codes == ["amounts.yaml", "eligibility.yaml", "eligibility.yaml"]


def test_the_nearest_valid_word_is_named_in_the_language_of_the_reader() -> None:
    (fault,) = broken({"values": "v: {is: 得份 大于 1}\n"})
    assert "得份" in line(fault, "zh")
    assert "得分" in line(fault, "zh")
    (fault,) = broken({"values": "v: {is: scoer > 1}\n"})
    assert '"scoer"' in line(fault, "en")
    assert "score" in line(fault, "en")


def test_one_unreadable_file_is_not_blamed_on_the_others() -> None:
    faults = broken({"values": "v: {is: [}\n"})
    assert {(fault.where or "").split(":")[0] for fault in faults} == {"eligibility.yaml"}


@pytest.mark.parametrize("seed", range(3))
def test_no_scribble_makes_the_reader_fall_over(seed: int) -> None:
    """Bytes changed at random: a policy, or Refused with places; nothing else."""
    rng = random.Random(seed)
    files = mini.files(facts=FACTS, values=USED, amounts=BENEFITS)
    refused = 0
    for _ in range(60):
        name = rng.choice(["facts.yaml", "eligibility.yaml", "amounts.yaml"])
        data = bytearray(files[name])
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 3)] = rng.choice(SCRIBBLES)
        places = _places({**files, name: bytes(data)})
        refused += bool(places)
        assert all(re.match(r"[a-z]+\.yaml", place) for place in places)
    assert refused > 30


def _places(files: dict[str, bytes]) -> list[str]:
    """Where the faults stand; Refused is the only way out besides a policy."""
    try:
        load_files(files)
    except Refused as refused:
        return [fault.where or "" for fault in refused.faults]
    return []


SCRIBBLES = [
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"'", b"&a ", b"*a", b"!!x ", b"\xff", b"\x00", "是".encode(),
    b"..", b"- ", b"\n", b"\t", b"? ", b"|", b">", b"%", b"@", b"`", b"(" * 70, b"9" * 400, "\u202e".encode(),
]  # fmt: skip
