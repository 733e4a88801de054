"""`exchange.yaml`: what a layout must say, and that each mistake in it is told with its place."""

from __future__ import annotations

import pytest

from engine.faults import Refused
from engine.loading import load_files
from engine.messages import text
from tests.engine import folders

GOOD = """\
layouts:
  out:
    zh: 代发
    en: Batch
    use: bank_out
    form: separated
    separator: "|"
    encoding: gb18030
    head: [{value: count}, {value: total_yuan}]
    row: [{value: holder}, {value: account}, {value: yuan}]
"""


def faults(layout: str) -> list[str]:
    try:
        load_files({**folders.FILES, "exchange.yaml": layout.encode()})
    except Refused as refused:
        return [f"{fault.code} {fault.where}" for fault in refused.faults]
    return []


def test_a_policy_may_do_without_and_a_good_layout_is_read() -> None:
    without = {name: data for name, data in folders.FILES.items() if name != "exchange.yaml"}
    assert not load_files(without).exchange.layouts
    policy = load_files({**folders.FILES, "exchange.yaml": GOOD.encode()})
    layout = policy.exchange.of("bank_out")[0]
    assert (layout.id, layout.separator, layout.line_end) == ("out", "|", "\r\n")
    assert [one.value for one in layout.row] == ["holder", "account", "yuan"]
    assert policy.digest != load_files(without).digest


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("gb18030", "gb99999", "exchange_encoding"),
        ('separator: "|"', 'separator: "||"', "exchange_separator"),
        ("form: separated", "form: fixed", "exchange_width"),
        ("{value: account}", "{text: 甲}", "exchange_row_needs"),
        ("{value: yuan}", "{value: memo}", "exchange_row_needs"),
        ("{value: total_yuan}", "{value: date}", "exchange_control"),
        ("{value: count}, ", "", "exchange_control"),
        ("{value: holder}", "{value: holder, text: x}", "exchange_value_or_text"),
        ("{value: holder}", "{value: holdre}", "expected_choice"),
        ("use: bank_out", "use: bank_back", "exchange_row_needs"),
        ("    head:", "    results: {ok: [a], failed: [b]}\n    head:", "exchange_no_results"),
        ("{value: holder}", '{value: holder, fill: "零"}', "exchange_fill"),
        ("layouts:", "layuots:", "unknown_key"),
    ],
)
def test_each_mistake_has_its_place(old: str, new: str, code: str) -> None:
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(one.startswith(f"{code} exchange.yaml:") for one in found), found


def test_one_word_cannot_be_success_and_failure() -> None:
    layout = GOOD.replace("use: bank_out", "use: bank_back").replace(
        "{value: yuan}]", '{value: yuan}, {value: result}]\n    results: {ok: ["1"], failed: ["1"]}'
    )
    with pytest.raises(Refused) as refused:
        load_files({**folders.FILES, "exchange.yaml": layout.encode()})
    fault = refused.value.faults[0]
    assert fault.code == "exchange_word_twice"
    assert "“1”" in text(fault, "zh")
    assert '"1"' in text(fault, "en")
