"""Comparing two editions gives what assessing every case twice gives."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Assessment, Policy, Refused, assess, load_files
from engine.bulk.compare import KINDS, compare_tables
from engine.bulk.sources import is_plain, open_population
from tests.engine.bulk_fuzz import ABSENT, ROOT, as_csv, as_table, looked_up, population
from tests.engine.commands import engine
from tests.engine.test_bulk_table import CASE, LICHENG, UNION

LINE = "2010-01-01: {urban: 360, rural: 150}"


def edited(policy: Policy, *changes: tuple[str, str]) -> Policy:
    """The policy with texts of its parameters changed."""
    parameters = policy.files["parameters.yaml"].decode()
    for old, new in changes:
        assert old in parameters
        parameters = parameters.replace(old, new)
    return load_files({**policy.files, "parameters.yaml": parameters.encode()})


HIGHER = edited(
    LICHENG,
    (LINE, "2010-01-01: {urban: 400, rural: 120}"),
    ("2010-06-07: 600}", "2010-06-07: 600, 2012-01-01: 700}"),
    ("2010-06-07: 3000}", "2010-06-07: 1500}"),
)
UNION_LATER = edited(
    UNION, ("2024-01-01: 3000}", "2024-01-01: 2500}"), ("2024-01-01: 5000}", "2024-01-01: 6000}")
)


# by hand ------------------------------------------------------------------------------------


def assessed(policy: Policy, raw: dict[str, Any]) -> Assessment | None:
    try:
        return assess(policy, policy.read_facts(raw))
    except Refused:
        return None


def span(found: Assessment) -> tuple[int, float]:
    """The least and the most that a case gets; without end at discretion."""
    low = sum(one.fen or one.min_fen or 0 for one in found.benefits)
    high = sum(one.fen or one.max_fen or 0 for one in found.benefits)
    open_ = any(one.mode == "discretion" for one in found.benefits)
    return low, float("inf") if open_ else high


def kind_of(old: Assessment, new: Assessment) -> str:
    def answer(one: Assessment) -> object:
        given = {g.id: (g.mode, g.fen, g.min_fen, g.max_fen) for g in one.benefits}
        return one.outcome, one.category, given

    if answer(old) == answer(new):
        return "same"
    modes = {one.mode for found in (old, new) for one in found.benefits}
    if "undetermined" in {old.outcome, new.outcome, *modes}:
        return "unclear"
    before, after = span(old), span(new)
    if before == after:
        return "reclassified"
    if after[0] >= before[0] and after[1] >= before[1]:
        return "gains"
    return "loses" if after[0] <= before[0] and after[1] <= before[1] else "mixed"


def by_hand(old: Policy, new: Policy, rows: list[dict[str, Any]]) -> tuple[Counter[str], int, int]:
    """Kinds, faulty rows, and the difference of fixed amounts."""
    kinds: Counter[str] = Counter()
    faulty = difference = 0
    for row in rows:
        raw = {name: value for name, value in row.items() if value != ABSENT}
        one, two = assessed(old, raw), assessed(new, raw)
        if one is None or two is None:
            faulty += 1
            continue
        kinds[kind_of(one, two)] += 1
        difference += sum(g.fen or 0 for g in two.benefits) - sum(g.fen or 0 for g in one.benefits)
    return kinds, faulty, difference


@pytest.mark.parametrize(
    ("old", "new"),
    [(LICHENG, HIGHER), (HIGHER, LICHENG), (UNION, UNION_LATER)],
    ids=["higher", "lower", "union"],
)
def test_kinds_and_sums_are_those_of_every_case_assessed_twice(old: Policy, new: Policy) -> None:
    names = looked_up(old)
    rows = population(old, 2000, random.Random(4), 0.004, faulty=0.01)
    rows = [{name: row[name] for name in names} for row in rows]
    found = compare_tables(old, new, "people", as_table(old, rows, names)).document
    kinds, faulty, difference = by_hand(old, new, rows)
    assert {kind: n for kind, n in found["kinds"].items() if n} == dict(kinds)
    assert found["faulty"]["rows"] == faulty
    assert found["money"]["difference"]["fixed_fen"] == difference
    assert found["rows"] == len(rows)
    assert len(kinds) > 2


def test_a_source_that_is_not_as_full_as_it_says_is_compared_all_the_same() -> None:
    names = looked_up(LICHENG)
    rows = population(LICHENG, 400, random.Random(8), 0.2)
    connection = as_table(LICHENG, rows, names)
    honest = open_population(connection, "people")
    lying = replace(honest, full=frozenset(names))
    one, two = (compare_tables(LICHENG, HIGHER, p, connection).document for p in (honest, lying))
    assert one == two
    assert one["rows"] == len(rows)


# one case at a time -------------------------------------------------------------------------


def one(old: Policy, new: Policy, **changes: Any) -> dict[str, Any]:
    rows = [{**CASE, **changes}]
    return compare_tables(old, new, "people", as_table(old, rows, list(CASE))).document


def test_nobody_changes_between_an_edition_and_itself() -> None:
    found = one(LICHENG, LICHENG)
    assert found["kinds"] == {**dict.fromkeys(KINDS, 0), "same": 1}
    assert (found["changed"], found["groups"]) == (0, [])


def test_a_higher_amount_is_a_gain_with_its_group_and_example() -> None:
    found = one(LICHENG, HIGHER, apply_date="2012-01-01")
    assert found["kinds"]["gains"] == 1
    assert found["money"]["difference"] == {
        "fixed_fen": 10000, "min_fen": 10000, "max_fen": 10000, "open": 0,
    }  # fmt: skip
    assert found["groups"] == [
        {
            "old": {"outcome": "eligible", "category": "living"},
            "new": {"outcome": "eligible", "category": "living"},
            "kind": "gains",
            "rows": 1,
            "difference": {"fixed_fen": 10000, "min_fen": 10000, "max_fen": 10000, "open": 0},
            "examples": [{"row": 1, "key": {}}],
        }
    ]


def test_who_falls_out_loses_and_the_other_way_round_gains() -> None:
    changes = {"has_labor_capacity": True, "cause_illness": True, "income_year": "13000"}
    assert one(LICHENG, HIGHER, **changes)["kinds"]["gains"] == 1
    assert one(HIGHER, LICHENG, **changes)["kinds"]["loses"] == 1


def test_an_amount_at_discretion_has_no_end_and_is_counted_as_open() -> None:
    changes = {"apply_type": "sudden", "other_urgent_claimed": True}
    assert one(LICHENG, HIGHER, **changes)["money"]["old"]["open"] == 1


def test_an_unknown_fact_that_decides_only_under_one_edition_is_unclear() -> None:
    always = edited(LICHENG, (LINE, "2010-01-01: {urban: 0, rural: 0}"))
    changes = {"has_labor_capacity": True, "cause_illness": True, "income_year": None}
    found = one(LICHENG, always, **changes)
    assert found["kinds"]["unclear"] == 1


# the command --------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The folder of an edition and its successor, and a population with keys."""
    later = tmp_path / "later"
    for name, data in HIGHER.files.items():
        (later / name).parent.mkdir(parents=True, exist_ok=True)
        (later / name).write_bytes(data)
    rows = population(LICHENG, 200, random.Random(2), 0.0)
    rows = [{**row, "编号": f"甲{i}"} for i, row in enumerate(rows)]
    as_csv(tmp_path / "in.csv", rows, [*LICHENG.facts, "编号"])
    return {"old": str(ROOT / "licheng-2010"), "new": str(later), "csv": str(tmp_path / "in.csv")}


def test_the_command_prints_one_json_document_and_exits_0_with_differences(
    files: dict[str, str],
) -> None:
    ran = engine(
        "compare",
        files["old"],
        files["new"],
        "--csv",
        files["csv"],
        "--key",
        "编号",
        "--by",
        "hukou",
    )
    assert ran.code == 0
    document = json.loads(ran.out)
    assert set(document) == {
        "old",
        "new",
        "rows",
        "faulty",
        "changed",
        "kinds",
        "money",
        "groups",
        "by",
    }
    assert document["changed"] > 0
    example = document["groups"][0]["examples"][0]
    assert example["key"]["编号"] == f"甲{example['row'] - 1}"
    assert [value["value"] for value in document["by"]["hukou"]] == ["rural", "urban"]
    assert sum(value["rows"] for value in document["by"]["hukou"]) == 200


def test_the_words_come_in_both_languages(files: dict[str, str]) -> None:
    asked = (
        "compare",
        files["old"],
        files["new"],
        "--csv",
        files["csv"],
        "--key",
        "编号",
        "--text",
    )
    assert "共200个情形" in engine(*asked).out
    assert "200 cases" in engine(*asked, "--lang", "en").out


def test_a_population_with_a_wrong_column_or_a_faulty_row_exits_1(files: dict[str, str]) -> None:
    ran = engine("compare", files["old"], files["new"], "--csv", files["csv"])
    assert ran.code == 1
    assert "编号" in ran.said
    with Path(files["csv"]).open("a", encoding="utf-8") as stream:
        stream.write("living,2009-01-01" + "," * (len(LICHENG.facts) - 1) + "\r\n")
    ran = engine("compare", files["old"], files["new"], "--csv", files["csv"], "--key", "编号")
    assert ran.code == 1
    assert json.loads(ran.out)["faulty"] == {"old": 1, "new": 1, "rows": 1}


def test_what_cannot_be_read_exits_2(files: dict[str, str]) -> None:
    assert engine("compare", files["old"], files["new"], "--csv", "none.csv").code == 2
    assert engine("compare", files["old"], "none", "--csv", files["csv"]).code == 2


def test_telling_apart_by_a_column_that_is_not_there_is_a_fault(files: dict[str, str]) -> None:
    asked = ("compare", files["old"], files["new"], "--csv", files["csv"], "--key", "编号")
    ran = engine(*asked, "--by", "nowhere")
    assert ran.code == 1
    assert "nowhere" in ran.said


# a CSV that is not plain --------------------------------------------------------------------


@pytest.mark.parametrize("ending", ['"a"\n', "\n\n", "a\rb\n", "\ufffd\n", "\0\n"])
def test_a_csv_that_could_be_read_in_two_ways_is_read_cell_by_cell(
    tmp_path: Path, ending: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert is_plain(path)
    path.write_bytes(b"a,b\n1," + ending.encode())
    assert not is_plain(path)


def test_quoted_cells_and_rows_of_a_wrong_width_are_compared_as_well(files: dict[str, str]) -> None:
    path = Path(files["csv"])
    text = path.read_text(encoding="utf-8").replace("甲1\n", '"甲,1"\n')
    path.write_text(text + "living,2010-12-01\n", encoding="utf-8")
    asked = ("compare", files["old"], files["new"], "--csv", files["csv"], "--key", "编号")
    ran = engine(*asked)
    assert ran.code == 1
    document = json.loads(ran.out)
    assert (document["rows"], document["faulty"]["rows"]) == (201, 1)
