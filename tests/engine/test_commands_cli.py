"""`python -m engine decide` from outside: JSON, CSV, bad input.

Expectations come from the requirements and the paper alone.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine import load
from engine.loading.clauses import clause_faults
from tests.engine.commands import LICHENG, ROOT, Ran, engine, has_chinese

LIVING: dict[str, Any] = {
    "apply_type": "living",
    "apply_date": "2010-12-03",
    "member_status": "full",
    "org_in_district": True,
    "has_labor_capacity": False,
    "has_income_source": False,
    "has_statutory_supporter": False,
    "excl_subjective_cause": False,
    "illegal_activity": False,
    "excl_org_unsuitable": False,
    "prev_aid_type": "none",
}


def decide(facts: Any, *more: str) -> Ran:
    given = facts if isinstance(facts, str) else json.dumps(facts)
    return engine("decide", LICHENG, "--facts", "-", *more, given=given)


# decide: the document -------------------------------------------------------------------------


def test_the_document_of_a_case_holds_exactly_what_is_documented() -> None:
    document = decide(LIVING).json
    rules = document.pop("rules")
    assert document.pop("edition").startswith("sha256:")
    assert document == {
        "policy": "licheng-2010",
        "on": "2010-12-03",
        "outcome": "eligible",
        "category": "living",
        "grounds": ["2.1.1"],
        "denials": [],
        "missing": [],
        "benefits": [
            {
                "id": "living_aid",
                "mode": "fixed",
                "fen": 60000,
                "min_fen": None,
                "max_fen": None,
                "clause": "3.1",
            }
        ],
        "proposed_ok": None,
        "evidence": ["annex_1"],
        "approvals": ["branch_review", "branch_seal", "committee_seal", "dept_approve"],
        "escalations": [],
        "outputs": {},
    }
    assert all({"id", "clause", "truth"} <= rule.keys() for rule in rules)


def test_every_rule_of_the_document_carries_a_clause_and_a_truth() -> None:
    rules = decide(LIVING, "--explain").json["rules"]
    assert {"2.1.1", "2.1.2", "2.1.3"} <= {rule["clause"] for rule in rules}
    assert {rule["truth"] for rule in rules} <= {True, False, None}
    held = next(rule for rule in rules if rule["clause"] == "2.1.1")
    assert held["truth"] is True
    named = {name for part in held["conditions"] for name in part["facts"]}
    assert named == {"has_labor_capacity", "has_income_source", "has_statutory_supporter"}


def test_the_explanation_names_facts_by_their_titles_and_what_is_not_known() -> None:
    zh, en = (decide(LIVING, "--explain", "--lang", lang) for lang in ("zh", "en"))
    assert "有劳动能力 否" in zh.err
    assert "家庭人口 不详" in zh.err
    assert "申请类别 生活困难帮扶" in zh.err
    assert "Has labour capacity: no" in en.err
    assert "People in the household: not known" in en.err
    assert "None" not in zh.err
    for ran in (zh, en):
        assert "=None" not in ran.err
        assert "=living" not in ran.err
    assert zh.out == en.out == decide(LIVING).out, "the document is the same"


def test_the_explanation_writes_conditions_in_the_words_of_its_language() -> None:
    zh, en = (decide(LIVING, "--explain", "--lang", lang).err for lang in ("zh", "en"))
    assert "    家庭年可计算收入 小于 家庭人口 * 年最低生活保障线：" in zh
    assert "    Countable household income per year < People in the household * " in en
    assert not re.search("[a-z]{2}", zh)
    assert not has_chinese(en)
    assert "_" not in en


def test_an_example_is_written_as_a_case_is(tmp_path: Path) -> None:
    folder = shutil.copytree(LICHENG, tmp_path / "policy")
    for cases in folder.glob("cases/*.yaml"):
        if cases.name != "members.yaml":
            cases.unlink()
    said = engine("test", str(folder)).said
    assert re.search("例：.*org_in_district: (yes|no)", said)
    assert "True" not in said
    assert "False" not in said


@pytest.mark.parametrize("folder", sorted((ROOT / "rulesets").iterdir()), ids=lambda one: one.name)
def test_every_benefit_of_every_policy_names_its_clause(folder: Path) -> None:
    found = load(folder)
    assert clause_faults(found) == []
    assert all(tier.rule.clause for benefit in found.benefits for tier in benefit.tiers)


def test_check_asks_for_the_clause_of_a_benefit(tmp_path: Path) -> None:
    folder = shutil.copytree(LICHENG, tmp_path / "policy")
    amounts = folder / "amounts.yaml"
    text = amounts.read_text(encoding="utf-8")
    amounts.write_text(text.replace('  clause: "3.2"\n', ""), encoding="utf-8")
    zh, en = (engine("check", str(folder), "--lang", lang) for lang in ("zh", "en"))
    assert (zh.code, en.code) == (1, 1)
    assert "amounts.yaml:3:1" in zh.err
    assert "没有写依据的条款" in zh.err
    assert "does not say by which clause" in en.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_language_may_stand_before_the_command_or_behind_it(lang: str) -> None:
    before = engine("--lang", lang, "check", LICHENG)
    assert before.code == 0
    assert before.out == engine("check", LICHENG, "--lang", lang).out
    assert has_chinese(before.out) == (lang == "zh")


@pytest.mark.parametrize(("lang", "words"), [("zh", "没有这个文件夹"), ("en", "no such folder")])
def test_a_path_that_is_none_is_said_in_the_language(lang: str, words: str) -> None:
    ran = engine("check", "/nowhere/at/all", "--lang", lang)
    assert ran.code == 2
    assert words in ran.err
    assert "Error" not in ran.err


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "这里少了内容"), ("en", "something is missing")]
)
def test_broken_json_is_said_in_the_language(lang: str, words: str) -> None:
    ran = engine("decide", LICHENG, "--facts", "-", "--lang", lang, given='{"apply_type": }')
    assert ran.code == 1
    assert words in ran.err
    assert "Expecting" not in ran.err


def test_the_same_facts_give_the_same_bytes() -> None:
    assert decide(LIVING).out == decide(LIVING).out


def test_facts_come_from_a_file_as_well_as_from_standard_input(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(LIVING), encoding="utf-8")
    assert engine("decide", LICHENG, "--facts", str(path)).json == decide(LIVING).json


def test_money_may_be_text_or_a_number_with_two_decimals() -> None:
    ok = [decide({**LIVING, "proposed_amount": value}) for value in (600, 600.0, "600.00", "600")]
    assert [ran.json["proposed_ok"] for ran in ok] == [True] * 4
    assert decide({**LIVING, "proposed_amount": 600.01}).json["proposed_ok"] is False


def test_null_and_absent_facts_are_unknown_alike_where_nothing_supplies_them() -> None:
    absent = {name: value for name, value in LIVING.items() if name != "org_in_district"}
    null = {**LIVING, "org_in_district": None}
    one, two = decide(absent).json, decide(null).json
    assert one["missing"] == two["missing"] == ["org_in_district"]
    assert one["outcome"] == two["outcome"] == "undetermined"


def test_an_absent_line_is_looked_up_and_a_null_line_stays_unknown() -> None:
    ill = {
        **LIVING,
        "has_labor_capacity": True,
        "cause_illness": True,
        "cause_disaster": False,
        "cause_accident": False,
        "other_special_claimed": False,
        "hukou": "urban",
        "household_size": 3,
        "income_year": "12959.99",
    }
    assert decide(ill).json["outcome"] == "eligible"
    unknown = decide({**ill, "line_year": None}).json
    assert (unknown["outcome"], unknown["missing"]) == ("undetermined", ["line_year"])


def test_an_ineligible_case_lists_its_denial_and_nothing_else() -> None:
    document = decide({**LIVING, "excl_org_unsuitable": True}).json
    empty = ("grounds", "missing", "benefits", "evidence", "approvals", "escalations")
    assert document["denials"] == ["2.3.3"]
    assert document["category"] == "none"
    assert all(document[name] == [] for name in empty)


def test_an_undetermined_tier_is_said_to_be_undetermined() -> None:
    document = decide(
        {
            **{name: LIVING[name] for name in LIVING if not name.startswith("has_")},
            "apply_type": "sudden",
            "same_event_aided": False,
            "sudden_major_accident": True,
            "loss_life_safety": True,
            "loss_property": True,
            "hukou": "rural",
            "household_size": 4,
            "income_year": 7000,
            "proposed_amount": 1500,
        }
    ).json
    assert document["outcome"] == "eligible"
    assert [(row["id"], row["mode"]) for row in document["benefits"]] == [
        ("sudden_aid", "undetermined")
    ]
    assert document["benefits"][0]["fen"] is None
    assert document["missing"] == ["accident_result"]
    assert document["proposed_ok"] is None


# decide: bad input ----------------------------------------------------------------------------

BAD_FACTS: list[Any] = [
    pytest.param({"has_labour": True}, "has_labour", id="a name the policy does not know"),
    pytest.param(
        {"proposed_amount": "2000.001"}, "proposed_amount", id="money with three decimals"
    ),
    pytest.param(
        {"proposed_amount": 2000.001}, "proposed_amount", id="a number with three decimals"
    ),
    pytest.param({"proposed_amount": "很多"}, "proposed_amount", id="money in words"),
    pytest.param({"proposed_amount": True}, "proposed_amount", id="yes where money stands"),
    pytest.param({"proposed_amount": -1}, "proposed_amount", id="negative money"),
    pytest.param({"household_size": "three"}, "household_size", id="a word for a number"),
    pytest.param({"household_size": 2.5}, "household_size", id="half a person"),
    pytest.param({"household_size": True}, "household_size", id="yes where a number stands"),
    pytest.param({"household_size": 0}, "household_size", id="an empty household"),
    pytest.param({"household_size": 31}, "household_size", id="one person above the range"),
    pytest.param(
        {"org_in_district": "maybe"}, "org_in_district", id="maybe where yes or no stands"
    ),
    pytest.param({"org_in_district": 1}, "org_in_district", id="one where yes or no stands"),
    pytest.param(
        {"org_in_district": [True]}, "org_in_district", id="a list where yes or no stands"
    ),
    pytest.param({"member_status": "retired"}, "member_status", id="a choice that is not offered"),
    pytest.param({"member_status": 3}, "member_status", id="a number where a choice stands"),
    pytest.param({"apply_date": "2010-02-30"}, "apply_date", id="an impossible date"),
    pytest.param({"apply_date": "2010/12/03"}, "apply_date", id="a date with slashes"),
    pytest.param({"apply_date": 20101203}, "apply_date", id="a date as a number"),
    pytest.param({"apply_date": None}, "apply_date", id="an unknown date of application"),
    pytest.param({"apply_type": None}, "apply_type", id="an unknown kind of aid"),
    pytest.param({"apply_type": "loan"}, "apply_type", id="a kind of aid that is not offered"),
]


@pytest.mark.parametrize(("change", "named"), BAD_FACTS)
def test_a_bad_fact_is_refused_by_name_in_both_languages(
    change: dict[str, Any], named: str
) -> None:
    chinese = decide({**LIVING, **change})
    english = decide({**LIVING, **change}, "--lang", "en")
    assert chinese.code == english.code == 1
    assert named in chinese.said
    assert named in english.said
    assert has_chinese(chinese.said)
    assert "outcome" not in chinese.said


@pytest.mark.parametrize("name", ["apply_type", "apply_date"])
def test_kind_and_date_of_the_application_may_not_be_absent(name: str) -> None:
    ran = decide({key: value for key, value in LIVING.items() if key != name})
    assert ran.code == 1
    assert name in ran.said


def test_a_date_before_the_policy_is_in_force_is_an_error() -> None:
    assert decide({**LIVING, "apply_date": "2010-06-06"}).code == 1
    assert decide({**LIVING, "apply_date": "2010-06-07"}).code == 0


def test_a_duplicate_key_in_the_facts_is_an_error() -> None:
    text = json.dumps(LIVING)[:-1] + ', "org_in_district": false}'
    ran = decide(text)
    assert ran.code == 1
    assert "org_in_district" in ran.said


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing at all"),
        pytest.param("[]", id="a list"),
        pytest.param('"living"', id="a word"),
        pytest.param("{", id="half an object"),
        pytest.param('{"apply_type": "living", "income_year": NaN}', id="not a number"),
        pytest.param('{"apply_type": "living", "income_year": Infinity}', id="infinite income"),
    ],
)
def test_facts_that_are_no_flat_object_are_refused(text: str) -> None:
    assert decide(text).code in (1, 2)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        pytest.param({"household_size": "3"}, '"3"', id="a number in quotes"),
        pytest.param({"household_size": [3]}, "[3]", id="a list of one number"),
        pytest.param({"household_size": {"a": 1.5}}, '{"a": 1.5}', id="an object"),
        pytest.param({"household_size": True}, "true", id="true"),
        pytest.param({"member_status": ["full"]}, '["full"]', id="a list of one choice"),
        pytest.param({"key_aid_approved": False}, "false", id="false where a choice stands"),
        pytest.param({"income_year": ""}, '""', id="a blank text"),
    ],
)
def test_a_bad_value_is_shown_as_it_stands_in_the_document(
    change: dict[str, Any], shown: str
) -> None:
    said = decide({**LIVING, **change}).said
    assert shown in said
    assert "True" not in said
    assert "False" not in said


def test_a_very_long_value_does_not_fill_the_screen() -> None:
    assert len(decide({**LIVING, "member_status": "a" * 5000}).said) < 200


def test_a_day_that_does_not_exist_is_called_so() -> None:
    there_is_none = decide({**LIVING, "apply_date": "2026-02-29"}, "--lang", "en").said
    assert "there is no such day" in there_is_none
    assert "2010-12-03" not in there_is_none
    assert "没有这一天" in decide({**LIVING, "apply_date": "2026-02-29"}).said
    assert "2010-12-03" in decide({**LIVING, "apply_date": "2026-2-28"}).said


def test_broken_json_is_said_to_have_come_on_standard_input() -> None:
    assert decide("{").err.startswith("标准输入的内容不是正确的 JSON")
    assert decide("{", "--lang", "en").err.startswith("What came on standard input is not valid")


def test_all_bad_facts_are_named_at_once() -> None:
    bad = {"household_size": 0, "member_status": "retired", "proposed_amount": "1.234", "naem": 1}
    ran = decide({**LIVING, **bad})
    assert ran.code == 1
    assert all(name in ran.said for name in bad)


def test_a_misspelt_name_is_answered_with_the_nearest_one() -> None:
    assert "household_size" in decide({**LIVING, "houshold_size": 3}).said


def test_english_messages_hold_no_chinese() -> None:
    ran = decide({**LIVING, "household_size": 0}, "--lang", "en")
    assert not has_chinese(ran.said)


# decide: CSV ----------------------------------------------------------------------------------

HEADER = list(LIVING)


def as_csv(value: Any) -> str:
    return {True: "yes", False: "no", None: "?"}.get(value, str(value))


def bulk(tmp_path: Path, header: list[str], rows: list[list[str]], *more: str) -> tuple[Ran, Any]:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    ran = engine("decide", LICHENG, "--csv", str(source), "--out", str(target), *more)
    if not target.exists():
        return ran, None
    text = target.read_text(encoding="utf-8-sig")
    return ran, list(csv.DictReader(io.StringIO(text)))


def row(**changes: Any) -> list[str]:
    return [as_csv({**LIVING, **changes}[name]) for name in HEADER]


def test_each_row_of_a_table_gets_its_answer_in_its_place(tmp_path: Path) -> None:
    ran, rows = bulk(
        tmp_path, HEADER, [row(), row(excl_org_unsuitable=True), row(org_in_district=None)]
    )
    assert ran.code == 0
    assert [one["outcome"] for one in rows] == ["eligible", "ineligible", "undetermined"]
    assert [one["category"] for one in rows] == ["living", "none", "undetermined"]
    assert [one["denials"] for one in rows] == ["", "2.3.3", ""]
    assert rows[2]["missing"] == "org_in_district"
    assert rows[0]["approvals"] == "branch_review;branch_seal;committee_seal;dept_approve"


def test_the_columns_of_a_benefit_hold_mode_and_fen(tmp_path: Path) -> None:
    _, rows = bulk(tmp_path, HEADER, [row(), row(excl_org_unsuitable=True)])
    assert rows[0]["living_aid.mode"] == "fixed"
    assert rows[0]["living_aid.fen"] == "60000"
    assert rows[0]["living_aid.min_fen"] == ""
    assert rows[0]["sudden_aid.mode"] == ""
    assert rows[1]["living_aid.mode"] == ""


def test_a_blank_cell_and_a_question_mark_are_unknown(tmp_path: Path) -> None:
    blank, mark = row(), row(org_in_district=None)
    blank[HEADER.index("org_in_district")] = ""
    _, rows = bulk(tmp_path, HEADER, [blank, mark])
    assert [one["missing"] for one in rows] == ["org_in_district"] * 2


def test_a_faulty_row_keeps_its_place_with_an_error(tmp_path: Path) -> None:
    ran, rows = bulk(tmp_path, HEADER, [row(), row(member_status="retired"), row()])
    assert ran.code == 1
    assert [bool(one["error"]) for one in rows] == [False, True, False]
    assert "member_status" in rows[1]["error"]
    assert [one["outcome"] for one in rows] == ["eligible", "", "eligible"]


def test_a_key_column_is_passed_through_only_when_named(tmp_path: Path) -> None:
    header, rows = [*HEADER, "编号"], [[*row(), "甲-1"]]
    ran, done = bulk(tmp_path, header, rows, "--key", "编号")
    assert ran.code == 0
    assert done[0]["编号"] == "甲-1"
    refused, _ = bulk(tmp_path, header, rows)
    assert refused.code == 1
    assert "编号" in refused.said


def test_two_key_columns_may_be_named(tmp_path: Path) -> None:
    ran, done = bulk(
        tmp_path, [*HEADER, "a", "b"], [[*row(), "1", "2"]], "--key", "a", "--key", "b"
    )
    assert ran.code == 0
    assert (done[0]["a"], done[0]["b"]) == ("1", "2")


def test_the_table_and_the_single_case_say_the_same(tmp_path: Path) -> None:
    single = decide(LIVING).json
    _, rows = bulk(tmp_path, HEADER, [row()])
    for name in ("grounds", "denials", "missing", "evidence", "approvals", "escalations"):
        assert rows[0][name] == ";".join(single[name])


def test_a_table_with_the_same_column_twice_is_refused(tmp_path: Path) -> None:
    ran, _ = bulk(tmp_path, [*HEADER, HEADER[0]], [[*row(), "living"]])
    assert ran.code == 1


@pytest.mark.parametrize(
    ("table", "told"),
    [
        pytest.param("人员,apply_type\n".encode("gbk"), "UTF-8", id="GBK"),
        pytest.param("person,apply_type\n".encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(b"person;apply_type\n", "分号", id="semicolons"),
        pytest.param(b"person\tapply_type\n", "制表符", id="tabs"),
        pytest.param("person，apply_type\n".encode(), "中文逗号", id="Chinese commas"),
        pytest.param(b"apply_type,,apply_date\n", "第2列没有列名", id="a column without a name"),
    ],
)
def test_a_heading_that_cannot_be_read_says_what_to_do(
    tmp_path: Path, table: bytes, told: str
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(table)
    ran = engine("decide", LICHENG, "--csv", str(source), "--out", str(target))
    assert ran.code == 1
    assert told in ran.err
    assert "--key" not in ran.err
    assert "\ufffd" not in ran.err
    assert not target.exists()


def test_a_line_that_holds_nothing_is_no_row(tmp_path: Path) -> None:
    ran, rows = bulk(tmp_path, HEADER, [[], row(), [], row(), [], []])
    assert ran.code == 0
    assert [one["outcome"] for one in rows] == ["eligible", "eligible"]


def test_the_answers_do_not_replace_the_table(tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text("apply_type,apply_date\nliving,2026-12-01\n", encoding="utf-8")
    before = table.read_bytes()
    ran = engine("decide", LICHENG, "--csv", str(table), "--out", str(tmp_path / "." / "in.csv"))
    assert ran.code == 2
    assert "--out" in ran.err
    assert table.read_bytes() == before


def test_no_column_of_the_answer_stands_twice(tmp_path: Path) -> None:
    ran, _ = bulk(tmp_path, [*HEADER, "a"], [[*row(), "1"]], "--key", "a", "--key", "a")
    assert ran.code == 0
    assert (tmp_path / "out.csv").read_text("utf-8").split("\n")[0].split(",").count("a") == 1
    taken, _ = bulk(tmp_path, [*HEADER, "outcome"], [[*row(), "1"]], "--key", "outcome")
    assert taken.code == 1
    assert "改名" in taken.err


def test_a_row_that_is_too_long_keeps_its_place_with_an_error(tmp_path: Path) -> None:
    ran, rows = bulk(tmp_path, HEADER, [[*row(), "extra"], row()])
    assert ran.code == 1
    assert rows is None or rows[0]["error"]


def test_a_table_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    header = ["\ufeff" + HEADER[0], *HEADER[1:]]
    ran, rows = bulk(tmp_path, header, [row()])
    assert ran.code == 0
    assert rows[0]["outcome"] == "eligible"
