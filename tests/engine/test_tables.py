"""Decision tables, lookups, bands, limits over several benefits: what they give and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Refused
from engine.messages import line
from tests.engine import mini

FACTS = """
score: {type: integer, range: 0..100, zh: 得分, en: Score}
car: {type: yes_no, zh: 有车, en: Car}
cost: {type: money, range: 0..1000000, zh: 自付费用, en: Cost}
hukou: {type: choice, choices: {urban: {zh: 城镇, en: urban}, rural: {zh: 农村, en: rural}}, zh: 户籍, en: Registration}
born: {type: date, range: 1920-01-01..2024-01-01, zh: 出生日期, en: Born}
marks: {type: set, choices: {old: {zh: 老党员, en: old}, ill: {zh: 患病, en: ill}, sole: {zh: 独居, en: sole}}, zh: 情形, en: Marks}
"""
USED = "used: {is: score >= 0 or car or cost >= 0 or hukou = urban or born >= 1900-01-01 or old in marks}\n"
GRADES = "choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}, c: {zh: 丙, en: C}}"


def table(hit: str, inputs: str, rows: str, more: str = "") -> str:
    return f"out: {{{more} table: {{hit: {hit}, inputs: {inputs}, rows: {rows}}}}}\n"


def given(values: str, **facts: Any) -> Any:
    asked = mini.policy(facts=FACTS, values=USED + values, amounts="outputs: {out: {is: out}}")
    return mini.worked_out(asked, "out", **facts)


def codes(values: str, **parts: Any) -> list[str]:
    return [fault.code for fault in mini.faults(facts=FACTS, values=USED + values, **parts)]


@pytest.mark.parametrize(
    ("score", "car", "wanted"),
    [(80, None, "a"), (79, True, "b"), (79, False, "c"), (60, True, "b"), (59, None, "c")],
)
def test_a_unique_table_gives_the_row_that_holds(score: int, car: bool | None, wanted: str) -> None:
    rows = '[[">= 80", "-", 甲], ["60..79", 是, b], ["60..79", no, c], ["< 60", "-", 丙]]'
    assert given(table("unique", "[得分, car]", rows, GRADES + ","), score=score, car=car) == wanted


@pytest.mark.parametrize(
    ("cell", "inside", "outside"),
    [
        ("80", [80], [79, 81]),
        ("80..90", [80, 90], [79, 91]),
        ("80至90", [80, 90], [79, 91]),
        ("在80至90之间", [80, 90], [79, 91]),
        ("[80..90)", [80, 89], [79, 90]),
        ("(80..90]", [81, 90], [80, 91]),
        ("(80..90)", [81, 89], [80, 90]),
        ("1, 3..5, > 90", [1, 3, 5, 91], [2, 6, 90]),
        ("1、3至5、大于90", [1, 3, 5, 91], [2, 6, 90]),
        ("not 1, 3", [0, 2], [1, 3]),
        ("非 1、3", [0, 2], [1, 3]),
        ("(1, 3)", [1, 3], [2]),
        ("(1 + 2) * 3", [9], [8]),
        ("!= 5", [4], [5]),
        ("不是 5", [4], [5]),
        ("-", [0, 100], []),
    ],
)
def test_a_cell_covers_what_it_says(cell: str, inside: list[int], outside: list[int]) -> None:
    values = table("first", "[score]", f'[["{cell}", yes], ["-", no]]')
    asked = mini.policy(facts=FACTS, values=USED + values, amounts="outputs: {out: {is: out}}")
    for score in inside:
        assert mini.worked_out(asked, "out", score=score) is True
    for score in outside:
        assert mini.worked_out(asked, "out", score=score) is False


def test_cells_name_choices_in_both_writings_and_marks_of_a_set() -> None:
    rows = '[[城镇, "-", 1], [rural, "ill, sole", 2], [not urban, 非 患病、独居, 3]]'
    values = table("any", "[hukou, marks]", rows)
    values = values.replace("rows:", "otherwise: 9, rows:")
    assert given(values, hukou="urban", marks=[]) == 1
    assert given(values, hukou="rural", marks=["ill", "old"]) == 2
    assert given(values, hukou="rural", marks=["old"]) == 3


@pytest.mark.parametrize(
    ("hit", "wanted"),
    [("collect sum", 60), ("collect min", 10), ("collect max", 30), ("first", 20)],
)
def test_collecting_takes_every_row_that_holds(hit: str, wanted: int) -> None:
    values = table(hit, "[score]", '[["> 10", 20], ["> 20", 10], ["> 30", 30], ["> 90", 99]]')
    values = values.replace("rows:", "otherwise: 7, rows:")
    assert given(values, score=50) == wanted
    assert given(values, score=5) == (0 if hit == "collect sum" else 7)


def test_collect_count_counts_rows() -> None:
    values = table("collect count", "[score, car]", '[["> 10", "-"], ["> 20", yes], ["-", no]]')
    assert given(values, score=50, car=True) == 2
    assert given(values, score=5, car=False) == 1


def test_priority_takes_the_result_that_is_listed_first() -> None:
    rows = '[["> 10", b], ["> 20", a], ["-", c]]'
    values = table("priority", "[score]", rows, GRADES + ",").replace(
        "rows:", "priority: [a, b, c], rows:"
    )
    assert [given(values, score=s) for s in (5, 15, 25)] == ["c", "b", "a"]


def test_a_lookup_finds_the_value_of_a_key() -> None:
    values = "out: {lookup: {of: 户籍, values: {城镇: 300, rural: 200}}}\n"
    assert given(values, hukou="urban") == 300
    assert given(values, hukou="rural") == 200


@pytest.mark.parametrize(
    ("cost", "wanted"),
    [("0", 0), ("2000", 0), ("2000.02", "0.01"), ("10000", 4000), ("60000", 35000)],
)
def test_bands_take_each_rate_on_its_own_part(cost: str, wanted: Any) -> None:
    """2,000 free, 50 % up to 10,000, 60 % up to 50,000, 70 % beyond."""
    body = "rows: [[0, 0], [2000, 50%], [10000, 60%], [50000, 70%]]"
    values = f"out: {{bands: {{of: cost, {body}}}}}\n"
    assert given(values, cost=cost) == wanted
    inline = "out: {is: '分段累计(自付费用, 0, 0, 2000元, 50%, 1万元, 60%, 5万, 70%)'}\n"
    assert given(inline, cost=cost) == given(values, cost=cost)


BROKEN = {
    "rows that overlap": (table("unique", "[score]", '[["> 10", 1], ["> 20", 2], ["<= 10", 3]]'), "table_overlap"),
    "rows that differ where they meet": (table("any", "[score]", '[["> 10", 1], ["> 20", 2], ["<= 10", 3]]'), "table_any_differs"),
    "a gap": (table("first", "[score, car]", '[["> 10", "-", 1], ["< 10", yes, 2]]'), "table_gap"),
    "too few cells": (table("first", "[score, car]", '[["> 10", 1]]'), "table_width"),
    "no row": (table("first", "[score]", "[]"), "table_empty"),
    "an unknown hit policy": (table("frist", "[score]", '[["-", 1]]'), "expected_choice"),
    "a choice that is none": (table("first", "[hukou]", '[["urbn", 1], ["-", 2]]'), "expr_unknown_choice"),
    "a cell that cannot be read": (table("first", "[score]", '[[">= and", 1], ["-", 2]]'), "expr_expected_value"),
    "a cell of another kind": (table("first", "[score]", '[["2024-01-01", 1], ["-", 2]]'), "expr_not_comparable"),
    "results of two kinds": (table("first", "[score]", '[["> 1", 1], ["-", 2024-01-01]]'), "expr_units"),
    "a result not in the priority": (table("priority", "[score]", '[["> 1", 1], ["-", 2]]').replace("rows:", "priority: [1], rows:"), "table_not_in_priority"),
    "a priority without its hit policy": (table("first", "[score]", '[["-", 2]]').replace("rows:", "priority: [2], rows:"), "table_priority"),
    "a count with results": (table("collect count", "[score]", '[["-", 2]]'), "table_width"),
    "two forms": ("out: {is: score, lookup: {of: score, values: {1: 2}}}\n", "value_form"),
    "bands that fall": ("out: {bands: {of: cost, rows: [[10, 1%], [5, 2%]]}}\n", "expr_bands_order"),
    "a band without a rate": ("out: {bands: {of: cost, rows: [[10]]}}\n", "bands_row"),
    "bands of money by money": ("out: {bands: {of: cost, rows: [[10, cost]]}}\n", "expr_units"),
    "a table that uses itself": (table("first", "[out]", '[["-", 1]]'), "definition_cycle"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_each_broken_table_has_its_own_fault_with_a_place(what: str) -> None:
    values, code = BROKEN[what]
    faults = mini.faults(facts=FACTS, values=USED + values, amounts="outputs: {o: {is: out}}")
    mine = [fault for fault in faults if fault.code == code]
    assert mine, [fault.code for fault in faults]
    assert (mine[0].where or "").startswith("eligibility.yaml:")
    assert all(text(fault) for fault in mine for text in (_zh, _en))


def _zh(fault: Any) -> str:
    return line(fault, "zh")


def _en(fault: Any) -> str:
    return line(fault, "en")


def test_rows_over_a_parameter_are_watched_in_each_case() -> None:
    """What reading cannot prove is refused in the case that meets it, never guessed."""
    lines = "low: {2024-01-01: 10, unit: points}\nhigh: {2024-01-01: 20, unit: points}\n"
    values = table("unique", "[score]", '[["<= high", 1], [">= low", 2]]')
    asked = mini.policy(
        facts=FACTS, parameters=lines, values=USED + values, amounts="outputs: {out: {is: out}}"
    )
    assert mini.worked_out(asked, "out", score=5) == 1
    with pytest.raises(Refused, match="table_clash_met"):
        mini.decided(asked, score=15)
    gap = table("unique", "[score]", '[["< low", 1], [">= high", 2]]')
    asked = mini.policy(
        facts=FACTS, parameters=lines, values=USED + gap, amounts="outputs: {out: {is: out}}"
    )
    with pytest.raises(Refused, match="table_gap_met"):
        mini.decided(asked, score=15)


def test_an_unknown_fact_that_may_leave_a_table_without_an_answer_is_missing() -> None:
    """Of a score from 10 to 20 there is no answer: whoever knows the score ends that doubt."""
    lines = "low: {2024-01-01: 10, unit: points}\nhigh: {2024-01-01: 20, unit: points}\n"
    values = table("unique", "[score]", '[["< low", 1], [">= high", 2]]')
    asked = mini.policy(
        facts=FACTS, parameters=lines, values=USED + values, amounts="outputs: {out: {is: out}}"
    )
    assert mini.decided(asked, score=5).missing == ()
    opened = mini.decided(asked)
    assert (opened.outcome, opened.missing, opened.missing_exact) == ("eligible", ("score",), True)
    asked = mini.policy(
        facts=FACTS.replace("0..100", "12..18"),
        parameters=lines,
        values=USED + values,
        amounts="outputs: {out: {is: out}}",
    )
    with pytest.raises(Refused, match="table_gap_met"):
        mini.decided(asked)


def test_rows_that_meet_at_one_parameter_need_no_watch() -> None:
    lines = "low: {2024-01-01: 10, unit: points}\n"
    values = table("unique", "[score]", '[["< low", 1], [">= low", 2]]').replace(
        "rows:", "otherwise: 0, rows:"
    )
    asked = mini.policy(
        facts=FACTS, parameters=lines, values=USED + values, amounts="outputs: {out: {is: out}}"
    )
    assert asked.guards == ()


# limits over several benefits ---------------------------------------------------------------

BENEFITS = """
one: {zh: 甲补助, en: One, when: category = hardship and score > 10, mode: fixed, amount: cost, clause: "1"}
two: {zh: 乙补助, en: Two, when: car, mode: fixed, amount: 300, clause: "2"}
"""


def amounts_of(asked: Any, **facts: Any) -> dict[str, int | None]:
    return {granted.id: granted.fen for granted in mini.decided(asked, **facts).benefits}


def test_of_several_benefits_only_the_highest_is_given_the_first_of_equals() -> None:
    choose = "choose: [{id: only, zh: 只享受最高一项, en: Only the highest, of: [one, two]}]"
    asked = mini.policy(facts=FACTS, values=USED, amounts=BENEFITS + choose)
    assert amounts_of(asked, score=50, car=True, cost=200) == {"two": 30000}
    assert amounts_of(asked, score=50, car=True, cost=300) == {"one": 30000}
    assert amounts_of(asked, score=50, car=False, cost=200) == {"one": 20000}
    assert amounts_of(asked, score=5, car=True, cost=900) == {"two": 30000}


def test_a_cap_counts_what_was_granted_before_and_what_comes_first_here() -> None:
    facts = (
        FACTS
        + "paid: {type: money, range: 0..100000, zh: 已发, en: Paid, from: grants sum within year per household}\n"
    )
    caps = (
        "caps: [{id: year, zh: 每户每年合计, en: Per household and year, most: 1000, used: paid}]"
    )
    asked = mini.policy(facts=facts, values=USED, amounts=BENEFITS + caps)
    case: dict[str, Any] = {"score": 50, "car": True}
    assert amounts_of(asked, **case, cost=200, paid=0) == {"one": 20000, "two": 30000}
    assert amounts_of(asked, **case, cost=800, paid=0) == {"one": 80000, "two": 20000}
    assert amounts_of(asked, **case, cost=800, paid=300) == {"one": 70000}
    assert amounts_of(asked, **case, cost=800, paid=1000) == {}
    found = mini.decided(asked, **case, cost=800)
    assert found.missing == ("paid",)
    assert found.missing_exact


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("choose: [{id: only, zh: 一项, en: One, of: [one]}]", "choose_two"),
        ("choose: [{id: only, zh: 一项, en: One, of: [one, twoo]}]", "unknown_name"),
        ("caps: [{id: year, zh: 封顶, en: Cap, most: score}]", "expr_wrong_kind"),
        ("caps: [{id: year, zh: 封顶, en: Cap}]", "missing_key"),
    ],
)
def test_a_wrong_limit_is_a_fault(limit: str, code: str) -> None:
    assert code in codes("", amounts=BENEFITS + limit)


def test_outputs_and_escalations_go_by_the_amount() -> None:
    more = """
outputs:
  approver:
    zh: 审批人
    en: Approver
    choices: {chief: {zh: 主任, en: Chief}, deputy: {zh: 副主任, en: Deputy}}
    table: {hit: first, inputs: [各项合计], rows: [["> 1000", 主任], ["-", deputy]]}
  days: {is: if one > 500 then 7 else 3, zh: 公示天数, en: Days of notice}
"""
    board = '[{id: board, clause: "9", zh: 上会, en: To the board, to: department, when: benefits_total >= 1000}]'
    asked = mini.policy(facts=FACTS, values=USED, amounts=BENEFITS + more, escalation=board)
    found = mini.decided(asked, score=50, car=True, cost=900)
    assert (found.outputs, found.escalations) == ({"approver": "chief", "days": 7}, ("board",))
    found = mini.decided(asked, score=50, car=False, cost=400)
    assert (found.outputs, found.escalations) == ({"approver": "deputy", "days": 3}, ())
