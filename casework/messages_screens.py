"""Words for what kept lists, the search and bulk actions refuse. Chinese first, English second."""

from __future__ import annotations

from engine.messages import register

TEXTS = {
    "view_name": (
        "请给这个列表起一个名称，不超过 {most} 个字。",
        "Give this list a name of at most {most} characters.",
    ),
    "views_full": (
        "最多保存 {most} 个列表，请先删除不用的。",
        "At most {most} lists are kept. Remove one that you no longer use.",
    ),
    "view_gone": (
        "这个列表已经不在了，可能已在另一个窗口删除。",
        "This list is gone: it may have been removed in another window.",
    ),
    "sheet_missing": ("还没有家庭情况核算表。", "There is no household worksheet yet."),
    "sheet_checked": (
        "家庭情况核算表各项都已核实。",
        "Every row of the household worksheet is checked already.",
    ),
    "sheet_proof_missing": (
        "没有写明证明材料：{items}。请先补充证明，再核实。",
        "No proof is named for: {items}. Name the proof first.",
    ),
}
register(TEXTS)
