"""A whole table is answered row for row as single cases are."""

from __future__ import annotations

import gc
import random
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine import Policy, Refused, load, load_files
from engine.bulk.csvfiles import decide_table
from engine.bulk.files import decide_file
from engine.bulk.sources import open_population
from engine.bulk.statements import Kept
from engine.bulk.table import assess_table
from tests.engine import bulk_fuzz
from tests.engine.bulk_fuzz import ROOT, as_table, differences, looked_up, population

LICHENG, UNION = (load(ROOT / name) for name in bulk_fuzz.POLICIES)


def rows(policy: Policy, count: int, unknown: float, **more: Any) -> list[dict[str, Any]]:
    return population(policy, count, random.Random(f"{policy.id}{count}"), unknown, **more)


@pytest.mark.parametrize("policy", [LICHENG, UNION], ids=lambda policy: policy.id)
def test_known_facts_are_answered_by_sql_alone_and_as_assess_does(policy: Policy) -> None:
    wrong, share = differences(policy, rows(policy, 9000, 0.0), looked_up(policy))
    assert wrong == []
    assert share == 0


@pytest.mark.parametrize("policy", [LICHENG, UNION], ids=lambda policy: policy.id)
def test_unknown_facts_and_faulty_rows_are_answered_as_assess_does(policy: Policy) -> None:
    wrong, share = differences(policy, rows(policy, 1000, 0.01, faulty=0.02), looked_up(policy))
    assert wrong == []
    assert share < 0.1


@pytest.mark.parametrize("policy", [LICHENG, UNION], ids=lambda policy: policy.id)
def test_a_csv_with_blank_cells_is_answered_as_assess_does(policy: Policy) -> None:
    wrong, _ = differences(
        policy, rows(policy, 1500, 0.005, faulty=0.02), list(policy.facts), "csv"
    )
    assert wrong == []


def test_many_unknown_facts_are_answered_as_assess_does() -> None:
    wrong, _ = differences(LICHENG, rows(LICHENG, 500, 0.3), looked_up(LICHENG))
    assert wrong == []


@pytest.mark.parametrize(("unknown", "count"), [(0.05, 4000), (0.3, 600), (0.8, 300)])
def test_without_missing_facts_sql_settles_what_completions_agree_on(
    unknown: float, count: int
) -> None:
    cases = rows(LICHENG, count, unknown)
    wrong, share = differences(LICHENG, cases, looked_up(LICHENG), missing=False)
    assert wrong == []
    assert share < 0.01


def test_without_missing_facts_another_policy_is_answered_as_assess_does() -> None:
    wrong, share = differences(UNION, rows(UNION, 500, 0.04), looked_up(UNION), missing=False)
    assert wrong == []
    assert share < 0.3


# one row ------------------------------------------------------------------------------------

CASE = {
    "apply_type": "living", "apply_date": "2010-12-03", "member_status": "full",
    "org_in_district": True, "hukou": "urban", "household_size": 3, "income_year": "3000.00",
    "has_labor_capacity": False, "has_income_source": False, "has_statutory_supporter": False,
    "cause_illness": False, "cause_disaster": False, "cause_accident": False,
    "sudden_major_accident": False, "loss_life_safety": False, "loss_property": False,
    "accident_result": "none", "sudden_major_illness": False, "has_social_security": True,
    "medical_affordable": True, "other_special_claimed": False, "other_urgent_claimed": False,
    "excl_subjective_cause": False, "illegal_activity": False, "police_punished": False,
    "excl_org_unsuitable": False, "prev_aid_type": "none", "prev_aid_year": 2009,
    "same_event_aided": False, "special_explanation": False, "key_aid_approved": "no",
    "special_report": False, "proposed_amount": None,
}  # fmt: skip


def answer(select: str, **changes: Any) -> dict[str, Any]:
    """The answer to one case of which a SELECT over `people` changes the columns."""
    connection = as_table(LICHENG, [{**CASE, **changes}], list(CASE))
    done = assess_table(LICHENG, connection.sql(select), connection)
    cursor = done.connection.execute("from assessed")
    found = cursor.fetchone()
    return dict(zip([column[0] for column in cursor.description], found, strict=True))


def test_one_row_has_its_answer_in_the_columns_of_the_bulk_output() -> None:
    found = answer("from people")
    assert (found["row"], found["outcome"], found["grounds"]) == (0, "eligible", "2.1.1")
    assert (found["living_aid.mode"], found["living_aid.fen"]) == ("fixed", 60000)
    assert found["approvals"] == "branch_review;branch_seal;committee_seal;dept_approve"
    assert not found["error"]


def test_a_null_in_a_column_with_a_source_is_unknown_and_not_looked_up() -> None:
    changes = {"has_labor_capacity": True, "cause_illness": True}
    assert answer("from people", **changes)["outcome"] == "eligible"
    found = answer("select *, null::integer as line_year from people", **changes)
    assert found["missing"] == "line_year"


@pytest.mark.parametrize("kind", ["double", "varchar", "decimal(20,4)", "decimal(9,0)", "bigint"])
def test_money_is_read_from_every_kind_of_number(kind: str) -> None:
    changes = {"has_labor_capacity": True, "cause_illness": True}
    for yuan, outcome in (("12959", "eligible"), ("12960", "ineligible")):
        select = f"select * replace (income_year::{kind} as income_year) from people"
        assert answer(select, income_year=yuan, **changes)["outcome"] == outcome


def test_a_fraction_of_a_fen_is_a_fault_of_its_row_and_never_rounded() -> None:
    for kind in ("double", "decimal(20,4)", "varchar"):
        select = f"select * replace (cast('3000.001' as {kind}) as income_year) from people"
        found = answer(select)
        assert found["outcome"] is None
        assert "income_year" in found["error"]


def test_a_column_of_the_wrong_type_faults_its_rows() -> None:
    found = answer("select * replace (1::integer as org_in_district) from people")
    assert "org_in_district" in found["error"]


def test_a_timestamp_is_no_date() -> None:
    found = answer("select * replace (apply_date::timestamp as apply_date) from people")
    assert "apply_date" in found["error"]


def test_a_date_on_which_nothing_is_in_force_is_a_fault() -> None:
    assert "apply_date" in answer("from people", apply_date="2010-06-06")["error"]
    assert not answer("from people", apply_date="2010-06-07")["error"]


def test_key_columns_pass_through_and_others_are_refused() -> None:
    connection = as_table(LICHENG, [CASE], list(CASE))
    source = connection.sql("select *, '甲-1' as 编号 from people")
    assess_table(LICHENG, source, connection, keys=["编号"], into="done")
    assert connection.execute("select 编号 from done").fetchall() == [("甲-1",)]
    with pytest.raises(Refused) as refused:
        assess_table(LICHENG, source, connection)
    assert [fault.code for fault in refused.value.faults] == ["csv_unknown_column"]


def test_a_parquet_file_is_answered_in_the_order_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    cases = rows(LICHENG, 300, 0.02)
    as_table(LICHENG, cases, looked_up(LICHENG)).execute(f"copy people to '{path}'")
    from_file = (
        assess_table(LICHENG, path).connection.execute("from assessed order by 1").fetchall()
    )
    connection = as_table(LICHENG, cases, looked_up(LICHENG))
    assess_table(LICHENG, "people", connection)
    assert from_file == connection.execute("from assessed order by 1").fetchall()


def test_a_source_that_is_not_as_full_as_it_says_is_answered_all_the_same() -> None:
    cases = rows(LICHENG, 400, 0.2)
    names = looked_up(LICHENG)
    connection = as_table(LICHENG, cases, names)
    honest = open_population(connection, "people")
    lying = replace(honest, full=frozenset(names))
    found = []
    for people in (honest, lying):
        assess_table(LICHENG, people, connection)
        found.append(connection.execute("from assessed order by 1").fetchall())
    assert len(found[0]) == len(cases)
    assert found[0] == found[1]


def test_columns_without_null_are_known_from_the_file_and_from_the_table(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute("create table people (a boolean not null, b boolean)")
    connection.execute("insert into people values (true, null), (false, false)")
    connection.execute(f"copy people to '{tmp_path / 'people.parquet'}'")
    for source in ("people", tmp_path / "people.parquet"):
        assert open_population(connection, source).full == {"a"}


def test_an_empty_table_has_an_empty_answer() -> None:
    done = assess_table(LICHENG, "people", as_table(LICHENG, [], list(CASE)))
    assert (done.rows, done.by_python) == (0, 0)


def test_a_file_that_is_not_there_is_an_error_of_duckdb(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        assess_table(LICHENG, tmp_path / "none.parquet")


# statements that are kept -------------------------------------------------------------------


def test_an_edition_that_nobody_uses_is_not_kept_alive_by_its_statements() -> None:
    policy = load(ROOT / "licheng-2010")
    assess_table(policy, "people", as_table(policy, [CASE], list(CASE)))
    watched = weakref.ref(policy)
    del policy
    gc.collect()
    assert watched() is None


def test_only_the_latest_statements_are_kept() -> None:
    kept: Kept[int] = Kept()
    made = []
    for key in [*range(40), 39, 0]:
        kept.get(key, lambda key=key: made.append(key) or key)
    assert made == [*range(40), 0]


def test_another_edition_has_statements_of_its_own() -> None:
    parameters = LICHENG.files["parameters.yaml"].decode()
    other = parameters.replace("2010-06-07: 600}", "2010-06-07: 700}")
    later = load_files({**LICHENG.files, "parameters.yaml": other.encode()})
    found = []
    for policy in (LICHENG, later, LICHENG):
        connection = as_table(policy, [CASE], list(CASE))
        assess_table(policy, "people", connection)
        found.append(connection.execute('select "living_aid.fen" from assessed').fetchall())
    assert found == [[(60000,)], [(70000,)], [(60000,)]]


# decide --csv -------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [LICHENG, UNION], ids=lambda policy: policy.id)
def test_a_large_csv_is_decided_by_sql_to_the_same_bytes(policy: Policy, tmp_path: Path) -> None:
    cases = [
        {**row, "编号": f"甲{i}"} for i, row in enumerate(rows(policy, 700, 0.01, faulty=0.03))
    ]
    bulk_fuzz.as_csv(tmp_path / "in.csv", cases, ["编号", *policy.facts])
    counts = [
        decide(policy, tmp_path / "in.csv", tmp_path / name, ["编号"], "zh")
        for name, decide in (("rows.csv", decide_table), ("sql.csv", by_sql))
    ]
    assert counts[0] == counts[1]
    assert counts[0][1] > 0
    assert (tmp_path / "rows.csv").read_bytes() == (tmp_path / "sql.csv").read_bytes()


def test_a_large_csv_with_a_broken_row_is_decided_row_by_row(tmp_path: Path) -> None:
    bulk_fuzz.as_csv(tmp_path / "in.csv", rows(LICHENG, 20, 0.0), list(LICHENG.facts))
    with (tmp_path / "in.csv").open("a", encoding="utf-8") as stream:
        stream.write("living,2010-12-01\r\n")
    assert by_sql(LICHENG, tmp_path / "in.csv", tmp_path / "out.csv", [], "zh") == (21, 1)


def by_sql(policy: Policy, source: Path, target: Path, keys: list[str], lang: str) -> Any:
    return decide_file(policy, source, target, keys, lang, large=0)
