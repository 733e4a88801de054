"""Faults that only the edge can find: a form that arrived broken, a row held by somebody else."""

from __future__ import annotations

from engine import messages

CATALOGUE = {
    "edge_conflict": (
        "没有保存：这条记录与已有的记录冲突（例如编号重复，或仍被其他记录使用）。请核对后再试。",
        "Not saved: this record conflicts with one that exists (a number used twice, or one that "
        "others still refer to). Check it and try again.",
    ),
    "edge_too_long": (
        "没有保存：有一项内容太长或不是有效的值。请缩短或改正后再试。",
        "Not saved: one value is too long or not valid. Shorten or correct it and try again.",
    ),
    "edge_busy": (
        "系统正忙：另一个人正在保存同一条记录。请稍等几秒再试，您填写的内容仍在本页。",
        "The system is busy: somebody else is saving the same record. Wait a few seconds and try "
        "again; what you typed is still on this page.",
    ),
    "edge_stale": (
        "没有保存：您打开本页之后，别人已经改过这条记录。请比较下面的内容，再决定是否保存。",
        "Not saved: somebody else has changed this record since you opened the page. Compare the "
        "values below before you save again.",
    ),
    "edge_gone": (
        "没有找到这条记录：它可能已被删除，或者不在您的工作范围内。",
        "This record was not found: it may have been deleted, or it lies outside your part of the "
        "organisation.",
    ),
}


def install() -> None:
    """Register the texts; doing it again changes nothing."""
    messages.register(CATALOGUE)
