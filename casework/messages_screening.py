"""Words for what screening by file and comparison refuses. Chinese first, English second."""

from __future__ import annotations

from engine.messages import register

TEXTS = {
    "screening_no_results": (
        "表格里没有填写筛查结果，或者都已经登记过。",
        "The sheet gives no result that is not recorded already.",
    ),
    "screening_row_twice": (
        "第{row}行：{number}与第{first}行重复，请只保留一行。",
        "Row {row}: {number} stands in row {first} already. Keep one.",
    ),
    "screening_row_unknown": (
        "第{row}行：{number}不在这份名单里，请核对申请编号。",
        "Row {row}: {number} is not on this list. Check the number.",
    ),
    "screening_row_result": (
        "第{row}行：筛查结果“{text}”无法识别，请填写{names}之一。",
        "Row {row}: the result {text} is not known. Write one of {names}.",
    ),
    "screening_row_reason": (
        "第{row}行：筛查有误的，请写明原因。",
        "Row {row}: who failed needs a reason.",
    ),
    "screening_row_name": (
        "第{row}行：{number}的姓名不是“{text}”，请检查是否错行。",
        "Row {row}: the name of {number} is not {text}. See whether rows have shifted.",
    ),
    "screening_row_identity": (
        "第{row}行：身份证号码与{number}登记的不一致，请检查是否错行。",
        "Row {row}: the identity number is not the one on file for {number}. See whether rows have shifted.",
    ),
    "screening_row_done": (
        "第{row}行：{number}已登记了另一种结果，不能改动。",
        "Row {row}: another result is recorded for {number}. It cannot be changed.",
    ),
    "scheme_name_missing": (
        "请填写这份名单属于什么救助项目，不超过{most}字。",
        "Say what scheme the list is of, in at most {most} characters.",
    ),
    "scheme_year": (
        "年度须为{first}至{last}。",
        "The year must be {first} to {last}.",
    ),
    "match_open": (
        "“{name}”有{count}处疑似重复还没有核对，请先逐条核对再登记通过。",
        "{name} has {count} likenesses not compared yet. Compare each before recording a pass.",
    ),
    "match_duplicate": (
        "“{name}”经核对为重复，不能登记通过。",
        "{name} was found to be a duplicate and cannot be passed.",
    ),
    "match_settled": (
        "这一条已由他人核对，请刷新后查看。",
        "Somebody has compared this already. Reload the page.",
    ),
    "match_note_missing": (
        "请写明核对的依据。",
        "Say what the comparison rests on.",
    ),
}
register(TEXTS)
