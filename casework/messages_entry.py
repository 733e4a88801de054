"""Words for what is refused about entries on behalf, their comparison with the paper, and originals."""

from __future__ import annotations

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    "behalf_scan_missing": (
        "这份申请由 {names} 代录，须先上传“{scan}”。请在“材料”中上传后再办理。",
        "This application was entered on behalf of the branch by {names}: attach the paper "
        '"{scan}" under Papers first.',
    ),
    "comparison_open": (
        "代录内容尚未与扫描件逐项核对：{fields}。请打开“与原表核对”办理。",
        "Entered on behalf, and not yet compared with the scan: {fields}. Open the comparison "
        "with the paper.",
    ),
    "comparison_differs": (
        "“{field}”与原表不一致：{comment}。请退回更正，更正后再核对。",
        "{field} differs from the paper: {comment}. Return the application for correction, then "
        "compare again.",
    ),
    "comparison_comment": (
        "请写明“{field}”在原表上是怎样写的。",
        "Say what stands on the paper for: {field}.",
    ),
    "comparison_none": (
        "没有作出任何核对结论，请至少核对一项。",
        "Nothing was compared. Say of at least one item whether it agrees.",
    ),
    "comparison_unknown": (
        "表上没有“{item}”这一项，请刷新页面后重试。",
        "There is no item {item} on the form. Reload the page and try again.",
    ),
    "comparison_no_scan": (
        "还没有“{scan}”，无法核对。请先上传。",
        'There is no scan of the paper "{scan}" yet to compare with. Attach it first.',
    ),
    "comparison_own": (
        "这份申请是您代录的，须由他人与原表核对。",
        "You entered this application yourself. Somebody else must compare it with the paper.",
    ),
    "comparison_not_here": (
        "依据的政策没有代录核对这一步。",
        "The policy of this application knows no comparison with the paper.",
    ),
    "original_unchecked": (
        "这些材料还没有逐份登记“{said}”：{papers}。请看过原件后在“材料”中登记，再填“是”。",
        '"{said}" has not been recorded yet for: {papers}. See the originals, record it for each '
        "under Papers, then answer yes.",
    ),
    "original_not_here": (
        "依据的政策不要求登记原件核对。",
        "The policy of this application does not ask for originals to be recorded.",
    ),
}

register(TEXTS)
