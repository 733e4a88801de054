"""Words for what the yearly round refuses. Chinese first, English second."""

from __future__ import annotations

from engine.messages import register

TEXTS = {
    "round_none_in_policy": (
        "现行政策没有规定年度帮扶工作，不能开展。请政策管理员在程序文件中写明。",
        "The policy in force knows no yearly round. The policy officer adds it to the procedure.",
    ),
    "round_exists": (
        "{year}年度的帮扶工作已经开展，不能重复开展。请打开已有的一项。",
        "The round of {year} has been opened already. Open the one that exists.",
    ),
    "round_date_order": (
        "日期{on}须在{first}至{last}之间，请核对。",
        "The date {on} must lie between {first} and {last}. Check it.",
    ),
    "round_year": (
        "年度须为{first}至{last}：通知日期是{on}，只能是当年或上一年的帮扶工作。年度没有填错的，请核对通知日期。",
        "The year must be {first} or {last}: the notice is of {on}, so the round is of that year or "
        "the one before. If the year is right, check the date of the notice.",
    ),
    "round_words_missing": (
        "请填写通知的标题和正文，标题不超过{most}字。",
        "Write the title, of at most {most} characters, and the text of the notice.",
    ),
    "round_closed": (
        "{year}年度帮扶工作已于{on}办结，不能再办理。",
        "The round of {year} was closed on {on}. Nothing more can be done in it.",
    ),
    "round_note_missing": (
        "还有{count}项没有办完，请写明原因和后续安排再办结。",
        "{count} things are left over. Say why and what becomes of them, then close.",
    ),
    "round_channel": (
        "请选择传达方式：{names}。",
        "Choose how it was passed on: {names}.",
    ),
    "round_no_units": (
        "请至少选择一个单位。",
        "Choose at least one unit.",
    ),
    "round_not_below": (
        "“{unit}”不归“{sender}”管理，或者通知已经发给它。请刷新后重新选择。",
        "{unit} is not under {sender}, or it has the notice already. Reload and choose again.",
    ),
    "round_not_received": (
        "“{unit}”还没有登记收到通知，请先登记收到。",
        "{unit} has not confirmed that it has the notice. Confirm that first.",
    ),
    "round_received_already": (
        "“{unit}”已于{on}登记收到通知，不能重复登记。",
        "{unit} confirmed on {on} that it has the notice. It is not recorded twice.",
    ),
    "round_told_count": (
        "告知人数须为0至{most}（本{word.branch}现有{word.person}人数），请核对。",
        "The {word.persons} told must number 0 to {most}, the {word.persons} the {word.branch} has. Check the count.",
    ),
    "round_untold_reason": (
        "还有{left}名{word.person}没有告知，请写明原因和补告知的办法。",
        "{left} {word.persons} were not told. Say why, and how they will be.",
    ),
    "round_not_a_branch": (
        "“{unit}”不是{word.branch}，告知{word.person}由各{word.branch}登记。",
        "{unit} is not a {word.branch}. Each {word.branch} records that its {word.persons} were told.",
    ),
    "round_member_applied": (
        "{name}今年已有申请{number}，请在该申请中办理。",
        "{name} has applied this year: {number}. Go on there.",
    ),
    "round_member_declined": (
        "{name}已于{on}登记为本次不申请；本人现在申请的，请先撤销该登记。",
        "It was recorded on {on} that {name} does not apply. Take that back first.",
    ),
    "round_declined_already": (
        "{name}已于{on}登记为本次不申请。原因要改的，先撤销该登记再登记。",
        "It was recorded on {on} that {name} does not apply. To change the reason, take that back first.",
    ),
    "round_document_long": (
        "文号不超过{most}字，请缩短。",
        "The document number has at most {most} characters. Shorten it.",
    ),
    "round_member_not_declined": (
        "{name}没有登记过“本次不申请”。",
        "Nothing says that {name} does not apply.",
    ),
}
register(TEXTS)
