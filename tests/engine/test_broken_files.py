"""Each way of breaking a file gives its own clear fault with file, line and column, in both
languages; all faults at once; and no text makes the reader fall over."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re

import pytest

import engine
from engine import Fault, Refused, load_files, messages
from engine.messages import line, text
from tests.engine import folders

E = "eligibility.yaml"
X = "exclusions.yaml"
A = "amounts.yaml"
F = "facts.yaml"
P = "parameters.yaml"
EXCLUDED = "when: excl_subjective_cause}"

BROKEN = {
    "an unknown key": (X, "{id: subjective-cause,", "{id: subjective-cause, colour: red,", "unknown_key"),
    "a misspelt key": (X, "{id: subjective-cause, level", "{id: subjective-cause, levle", "unknown_key"),
    "a key given twice": (X, "{id: subjective-cause,", "{id: subjective-cause, id: other,", "duplicate_key"),
    "a missing key": (X, 'clause: "2.3.1", never', "never", "missing_key"),
    "an unknown fact": (X, EXCLUDED, "when: excl_subjectve_cause}", "expr_unknown_name"),
    "an unknown choice": (E, "when: apply_type = living\n", "when: apply_type = lving\n", "expr_unknown_choice"),
    "an unknown operator": (X, EXCLUDED, "when: excl_subjective_cause ^ illegal_activity}", "expr_bad_sign"),
    "an unknown function": (X, EXCLUDED, "when: sqrt(household_size) = 2}", "expr_unknown_function"),
    "half a condition": (X, EXCLUDED, "when: excl_subjective_cause and}", "expr_expected_value"),
    "an open bracket": (X, EXCLUDED, "when: (excl_subjective_cause}", "expr_expected"),
    "two conditions side by side": (X, EXCLUDED, "when: illegal_activity police_punished}", "expr_unexpected"),
    "a chain of comparisons": (X, EXCLUDED, "when: 1 < household_size < 3}", "expr_chain"),
    "a number for a condition": (X, EXCLUDED, "when: household_size}", "expr_not_condition"),
    "money against people": (X, EXCLUDED, "when: income_year < household_size}", "expr_units"),
    "a date against a number": (X, EXCLUDED, "when: apply_date < 3}", "expr_not_comparable"),
    "a sum with a yes": (X, EXCLUDED, "when: household_size + illegal_activity > 1}", "expr_not_number"),
    "a divisor that can be zero": (X, EXCLUDED, "when: 1 / (household_size - 1) > 2}", "expr_zero_divisor"),
    "too many arguments": (X, EXCLUDED, "when: 'year(apply_date, apply_date) > 1'}", "expr_arguments"),
    "a category in a formula": (A, "when: category = living", "when: category = apply_type", "category_use"),
    "an unknown type": (F, "org_in_district: {type: yes_no", "org_in_district: {type: boolean", "expected_choice"),
    "a broken range": (F, "range: 1..30", "range: thirty", "expected_range"),
    "a range turned round": (F, "range: 1..30", "range: 30..1", "expected_range"),
    "a choice without choices": (F, "household_size: {type: integer, range: 1..30", "household_size: {type: choice", "fact_needs_choices"),
    "a source that nobody knows": (F, "from: household.size", "from: neighbours.size", "fact_source"),
    "a source of another kind": (F, "from: year of apply_date", "from: year of hukou", "fact_source_kind"),
    "years turned round": (F, "within -1..0", "within 0..-1", "expected_range"),
    "years without an end": (F, "within -1..0", "within -1", "fact_source"),
    "an unknown parameter": (F, "from: parameter living_line by hukou", "from: parameter living_lin by hukou", "unknown_parameter"),
    "what no road settles": (F, "has_labor_capacity: {type: yes_no,", "has_labor_capacity: {type: yes_no, required: yes,", "required_unsettled"),
    "an escalation to no level": ("escalation.yaml", "to: department, zh: 提交部长办公会", "to: 部长, zh: 提交部长办公会", "expected_choice"),
    "an unknown section": (F, "section: applying", "section: aplying", "unknown_section"),
    "an unknown stage": (F, "asked: branch_check", "asked: branch_chek", "unknown_stage"),
    "a fact used nowhere": (F, "hukou:\n", "shoe_size: {type: integer, zh: 鞋码, en: Shoe size}\nhukou:\n", "fact_unused"),
    "a name that is taken": (E, "below_line: {is", "hukou: {is", "name_taken"),
    "a name of the engine": (E, "below_line: {is", "category: {is", "name_reserved"),
    "a circle": (E, "below_line: {is: income_year", "below_line: {is: rerouted and income_year", "definition_cycle"),
    "an amount with three decimals": (P, "2010-06-07: 600}", "2010-06-07: 600.001}", "expected_money"),
    "an amount in words": (P, "2010-06-07: 600}", "2010-06-07: 六百}", "expected_money"),
    "an impossible date": (P, "2010-06-07: 600}", "2010-06-31: 600}", "expected_date"),
    "a parameter without a value": (P, ", 2010-06-07: 600}", "}", "parameter_no_dates"),
    "a choice left out": (P, "{urban: 360, rural: 150}", "{urban: 360}", "parameter_choice_missing"),
    "a word where yes or no stands": (P, "placeholder: yes", "placeholder: maybe", "expected_yes_no"),
    "a range without its most": (A, "min: sudden_least, max: sudden_most", "min: sudden_least", "amount_keys"),
    "an unknown mode": (A, "mode: discretion", "mode: generous", "expected_choice"),
    "a tier that is never reached": (A, "mode: cap, max: severe_most, when: \"sudden_major_accident and accident_result in (severe_injury_disability, death)\"", "mode: cap, max: severe_most", "tier_after_otherwise"),
    "two rules with one id": (X, "id: police-punished", "id: subjective-cause", "duplicate_id"),
    "an id with a blank": (X, "id: police-punished", "id: police punished", "expected_name"),
    "a list where a mapping stands": (E, "below_line: {is: income_year < household_size * line_year,", "below_line: [{is: 1}]\nother: {", "entry_kind"),
    "an anchor": (X, "when: excl_subjective_cause}", "when: &a excl_subjective_cause}", "yaml_anchor"),
    "a tag": (X, "when: excl_subjective_cause}", "when: !!str excl_subjective_cause}", "yaml_tag"),
    "a bracket left open": (X, "when: excl_subjective_cause}", "when: excl_subjective_cause", "yaml_broken"),
    "a second document": (X, "- {id: subjective-cause", "---\n- {id: subjective-cause", "yaml_many_documents"),
    "an unknown pick_by": ("policy.yaml", "pick_by: apply_date", "pick_by: aply_date", "unknown_fact"),
    "a pick_by that is no date": ("policy.yaml", "pick_by: apply_date", "pick_by: hukou", "pick_by_not_date"),
    "a parameter used nowhere": (A, "amount: living_amount", "amount: 600", "parameter_unused"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_gives_its_own_fault_with_its_place(what: str) -> None:
    name, old, new, code = BROKEN[what]
    found = folders.faults((name, old, new))
    assert code in {fault.code for fault in found}, [line(f, "en") for f in found]
    fault = next(fault for fault in found if fault.code == code)
    assert re.fullmatch(r"[a-z]+\.yaml:[0-9]+:[0-9]+", fault.where or "")
    assert any("\u4e00" <= char <= "\u9fff" for char in text(fault, "zh"))
    assert not re.search(r"\{[a-z_]+\}", text(fault, "en") + text(fault, "zh"))


@pytest.mark.parametrize("what", ["a misspelt key", "an unknown fact", "an unknown choice"])
def test_the_nearest_valid_word_is_offered(what: str) -> None:
    name, old, new, code = BROKEN[what]
    fault = next(f for f in folders.faults((name, old, new)) if f.code == code)
    assert "您是不是想写" in text(fault, "zh")
    assert "Did you mean" in text(fault, "en")


@pytest.mark.parametrize(
    ("name", "old", "new", "sign"),
    [
        (X, "{id: subjective-cause, level", "{id：subjective-cause, level", "："),
        (X, "{id: subjective-cause, level", "{id: subjective-cause，level", "，"),
        (X, "{id: subjective-cause, level", "｛id: subjective-cause, level", "｛"),
        (F, "  section: applying\n  asked: application\n  required", "  section：applying\n  asked: application\n  required", "："),
        (F, "org_in_district: {type: yes_no", "org_in_district: {type:\u00a0yes_no", "\u00a0"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_sign_of_yaml_is_named_at_its_place(
    name: str, old: str, new: str, sign: str
) -> None:
    """Chinese typing gives full-width signs; "a bracket is not closed" would send people astray."""
    found = folders.faults((name, old, new))
    fault = next(f for f in found if "全角" in text(f, "zh"))
    assert "full-width" in text(fault, "en")
    row, column = (int(part) for part in (fault.where or "").split(":")[1:])
    here = folders.edited((name, old, new))[name].decode().splitlines()[row - 1]
    assert sign in here
    if fault.code == "yaml_broken":
        assert here[column - 1] == sign


@pytest.mark.parametrize(
    "text_before", ["说明 note：请看", "名称｛一｝", '"甲，en: x｛"', "见 a：b，c"]
)
def test_full_width_signs_inside_a_text_hide_no_other_fault(text_before: str) -> None:
    """They are right there; what is wrong is the line below."""
    files = {**folders.edited(), F: f"zh: {text_before}\n  en: Text\n".encode()}
    with pytest.raises(Refused) as refused:
        load_files(files)
    (broken,) = (f for f in refused.value.faults if f.code == "yaml_broken")
    assert (broken.where or "").split(":")[1] == "2"
    assert "全角" not in text(broken, "zh")


def test_a_kind_of_step_that_nobody_knows_is_answered_with_those_there_are() -> None:
    found = folders.faults(("procedure.yaml", "kind: apply\n", "kind: enter\n"))
    (fault,) = (f for f in found if f.code == "expected_choice")
    assert "transfer" in text(fault, "zh")


def test_a_choice_given_by_its_title_in_a_case_is_answered_with_its_id() -> None:
    with pytest.raises(Refused) as refused:
        folders.policy().read_facts({"apply_type": "突发事故救助", "apply_date": "2010-12-03"})
    (fault,) = refused.value.faults
    assert "sudden" in text(fault, "zh")
    assert "living" not in text(fault, "zh")


def test_a_missing_else_is_asked_for_in_the_language_of_the_reader() -> None:
    found = folders.faults((A, "amount: living_amount", "amount: (if org_in_district then 1)"))
    fault = next(f for f in found if f.code == "expr_expected")
    assert "“否则”" in text(fault, "zh")
    assert '"else"' in text(fault, "en")


def test_the_place_inside_a_condition_is_that_of_the_wrong_word() -> None:
    old, new = (
        "when: illegal_activity and police_punished",
        "when: illegal_activity and police_punishd",
    )
    fault = folders.faults((X, old, new))[0]
    row, column = (int(part) for part in (fault.where or "").split(":")[1:])
    written = folders.edited((X, old, new))[X].decode().splitlines()[row - 1]
    assert written[column - 1 :].startswith("police_punishd")


def test_every_fault_of_every_file_is_reported_at_once() -> None:
    found = folders.faults(
        (F, "range: 1..30", "range: many"),
        (P, "2010-06-07: 600}", "2010-06-07: lots}"),
        (E, "when: rerouted\n", "when: rerooted\n"),
        (X, EXCLUDED, "when: nobody and nothing}"),
        (A, "mode: discretion", "mode: none"),
    )
    assert {(f.where or "").split(":")[0] for f in found} >= {F, P, E, X, A}
    assert sum(f.code == "expr_unknown_name" for f in found) == 3


def test_a_missing_and_an_unknown_file_are_faults() -> None:
    files = folders.edited(more={"exclusion.yaml": "[]"})
    del files[X]
    with pytest.raises(Refused) as refused:
        load_files(files)
    assert {f.code for f in refused.value.faults} == {"file_missing", "file_unknown"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a: " + b"x" * 10_000_000, "file_too_large"),
        (b"\xff\xfe", "not_utf8"),
        (b"", "yaml_empty"),
        (b"[" * 5000, "yaml_too_deep"),
        (b"a: &a [1]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]", "yaml_anchor"),
    ],
)
def test_bytes_that_are_no_rule_file_are_refused(data: bytes, code: str) -> None:
    files = {**folders.FILES, X: data}
    with pytest.raises(Refused) as refused:
        load_files(files)
    assert code in {f.code for f in refused.value.faults}


TROUBLES = {
    b"a: [1, 2\nb: 3\n": ("1:4", "括号没有写完", "is not closed"),
    b"a: {b: 1 c: 2}\n": ("1:11", "少了逗号", "a comma between two items is missing"),
    b'a: "open\nb: 1\n': ("1:4", "引号没有写完", "quotation mark opened here is not closed"),
    b"a: 1\n  b: 2\n": ("2:4", "多了一个冒号", "a colon too many"),
    b"a:\n  b: 1\n c: 2\n": ("3:2", "缩进", "indentation"),
    b"a: 'x' y\n": ("1:8", "缩进", "not finished"),
    b"a:\n\tb: 1\n": ("2:1", "制表符", "a tab is used"),
    b"a: 1\nb\nc: 2\n": ("3:1", "少了冒号", "a colon is missing"),
    b"a: - 1\n": ("1:4", "“-”不能写在这里", '"-" cannot stand here'),
    b"a: @b\n": ("1:4", "不能以这个符号开头", "cannot begin with this character"),
    b'a: "\\q"\n': ("1:6", "反斜杠", "backslash"),
    b"a: *\n": ("1:5", "“&”和“*”", '"&" or "*"'),
    b"a: \x07\n": ("1:1", "控制字符", "control character"),
}


@pytest.mark.parametrize("data", TROUBLES)
def test_what_is_wrong_with_a_yaml_text_is_said_in_plain_words_of_the_language(
    data: bytes,
) -> None:
    where, zh, en = TROUBLES[data]
    with pytest.raises(Refused) as refused:
        load_files({**folders.FILES, X: data})
    (fault,) = refused.value.faults
    assert (fault.code, fault.where) == ("yaml_broken", f"{X}:{where}")
    assert zh in text(fault, "zh")
    assert not re.search("[a-z]{3}", text(fault, "zh").replace("YAML", "")), "no parser's English"
    assert en in text(fault, "en")
    assert "scanning" not in text(fault, "en")


@pytest.mark.parametrize("broken", [X, F, P, E, A, "procedure.yaml", "papers.yaml"])
def test_a_file_that_cannot_be_read_does_not_hide_the_shape_of_the_others(broken: str) -> None:
    shape = {
        X: (X, "{id: subjective-cause,", "{id: subjective-cause, colour: red,"),
        P: (P, "2010-06-07: 600}", "2010-06-07: lots}"),
        A: (A, "mode: discretion", "mode: none"),
    }
    files = folders.edited(*(edit for name, edit in shape.items() if name != broken))
    with pytest.raises(Refused) as refused:
        load_files({**files, broken: b"a: [1\nb: 2\n"})
    places = {(fault.where or "").split(":")[0] for fault in refused.value.faults}
    assert places == {broken, *shape}
    by_file = [(fault.where or "").split(":")[0] for fault in refused.value.faults]
    assert len(by_file) == len(places), "what they say of the unreadable one is not judged"


@pytest.mark.parametrize("text", ["\u202e", "8811\u202e5172", "\u200b", "\u2067八八"])
def test_a_text_of_signs_that_nobody_sees_is_a_fault_at_its_place(text: str) -> None:
    (fault,) = folders.faults(("procedure.yaml", 'hotline: "88115172"', f'hotline: "{text}"'))
    assert fault.code == "text_hidden"
    assert (fault.where or "").endswith(":12")


ALONE = {
    "a way of giving that is none": ((A, "mode: fixed", "mode: fixd"), "expected_choice"),
    "a type that is none": ((F, "cause_illness: {type: yes_no", "cause_illness: {type: yesno"), "expected_choice"),
    "a number's type that is none": ((F, "household_size: {type: integer", "household_size: {type: intger"), "expected_choice"),
    "a parameter by a fact that is none": ((P, "by: hukou", "by: huko"), "unknown_fact"),
}  # fmt: skip


@pytest.mark.parametrize("case", ALONE)
def test_one_slip_is_one_fault(case: str) -> None:
    edit, code = ALONE[case]
    assert [fault.code for fault in folders.faults(edit)] == [code]


@pytest.mark.parametrize("seed", range(6))
def test_no_scribble_in_a_file_makes_the_reader_fall_over(seed: int) -> None:
    rng = random.Random(seed)
    names = [name for name in folders.FILES if not name.startswith("cases/")]
    for _ in range(12):
        files = dict(folders.FILES)
        name = rng.choice(names)
        data = bytearray(files[name])
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 3)] = rng.choice(SCRIBBLES)
        files[name] = bytes(data)
        try:
            load_files(files)
        except Refused as refused:
            for fault in refused.faults:
                assert isinstance(fault, Fault)
                assert text(fault, "zh")
                assert text(fault, "en")


SCRIBBLES = [
    b"{", b"}", b"[", b"]", b":", b"- ", b"\n", b"&a", b"*a", b"!!python/object:os.system", b"|",
    b">", b"%YAML 1.1", b'"', b"'", b"\\", b"\x00", b"\xff", b"\t", b"and", b"or", b"(", b")", b"?",
    b"9" * 30, b"\xe4\xb8\x94", b"\xef\xbc\x88", b"1e999", b".*", b"---", b"...", b"<<: ",
]  # fmt: skip


def test_every_code_that_the_engine_uses_has_a_text() -> None:
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        importlib.import_module(module.name)
    known = messages.catalogue()
    root = folders.LICHENG.parents[1] / "engine"
    used: set[str] = set()
    for path in root.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"\bFault\(\s*\"([a-z_]+)\"", source))
        used |= set(re.findall(r"\.fault\(\s*\"([a-z_]+)\"", source))
        used |= set(re.findall(r"_Bad\(\"([a-z_]+)\"", source))
    assert used - set(known) == set()
    assert len(used) > 60


def test_both_languages_use_the_same_parameters() -> None:
    for code, (zh, en) in messages.catalogue().items():
        assert messages.parameters(zh) == messages.parameters(en), code


def test_a_comma_that_splits_a_condition_is_explained() -> None:
    found = folders.faults((X, EXCLUDED, "when: min(household_size, 3) > 1}"))
    assert any("引号" in text(fault, "zh") for fault in found)
