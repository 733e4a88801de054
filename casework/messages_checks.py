"""Words for what takes two people: results that wait, rows of the worksheet, one's own file."""

from __future__ import annotations

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    "result_waiting": (
        "{name}已于{on}登记了会议结果，正等待第二人确认。有误的，请确认人退回后重新登记。",
        "{name} recorded a result on {on}; it waits for a second person. If it is wrong, that person "
        "sends it back and it is recorded anew.",
    ),
    "result_none": (
        "{number}没有等待确认的结果，可能已被他人处理，请刷新。",
        "No result of {number} waits for confirmation. Somebody may have dealt with it: reload.",
    ),
    "result_own": (
        "{number}的结果是您本人登记的，须由另一人确认。",
        "You recorded the result of {number} yourself. Somebody else must confirm it.",
    ),
    "refuse_by_record": (
        "这里的不予帮扶由会议决定：请用“{button}”登记结果为不同意，再由第二人确认。",
        "Here a meeting refuses: record it by {button} as refused, and a second person confirms it.",
    ),
    "row_same_person": (
        "“{item}”是您本人录入或改动的，须由另一人核实。",
        "You entered or changed {item} yourself. Somebody else must check it.",
    ),
    "row_entrant_unknown": (
        "“{item}”没有录入人的记录，不能核实。请经办人在家庭情况核算表上重新保存一次，再由另一人核实。",
        "It is not on record who entered {item}, so it cannot be checked. Have the worksheet saved "
        "again by a clerk, then let somebody else check it.",
    ),
    "row_unverified": (
        "请由另一名经办人核实家庭情况核算表第{row}行“{item}”：核实以前，“{fact}”不能确定。",
        "Have row {row} of the household worksheet, {item}, verified by a second clerk; "
        "until then this is not known: {fact}.",
    ),
    "recusal_own_file": (
        "这是您本人（{name}）的档案，须回避，请由他人办理。",
        "This is your own file ({name}). Somebody else must handle it.",
    ),
    "recusal_relative_file": (
        "{name}是您的家属，须回避，请由他人办理。",
        "{name} is one of your family. Somebody else must handle this.",
    ),
}
register(TEXTS)
