"""Texts of the faults of a bank's answer, in Chinese and English: what, why, what to do."""

from engine.messages import Catalogue, register

TEXTS: Catalogue = {
    "bank_row_amount": (
        "第{row}行：“{text}”不是金额。请填写以元为单位的数字，例如600或600.50。",
        'Row {row}: "{text}" is not an amount. Enter yuan as a number, such as 600 or 600.50.',
    ),
    "bank_row_result": (
        "第{row}行：看不懂处理结果“{text}”。请改为{names}之一。",
        'Row {row}: the result "{text}" is not understood. Use one of {names}.',
    ),
    "bank_row_reason": (
        "第{row}行：处理失败的，请填写失败原因。",
        "Row {row}: the payment failed. Enter why.",
    ),
    "bank_row_unknown": (
        "第{row}行：没有发往{holder}这个账号的款项。请核对户名和账号，或者逐笔登记退回。",
        "Row {row}: no payment went to this account of {holder}. Compare holder and account, or record the return on the payment itself.",
    ),
    "bank_row_differs": (
        "第{row}行：{holder}的这笔发放找到了，但是户名、账号或金额对不上。请与发放花名册核对。",
        "Row {row}: a payment to {holder} was found, but its holder, account or amount is another. Compare with the payout roster.",
    ),
    "bank_row_taken_back": (
        "第{row}行：{holder}的这笔发放已登记退回，银行却报告成功。请先与银行核对。",
        "Row {row}: this payment to {holder} is recorded as come back, but the bank says it was paid. Ask the bank first.",
    ),
}
register(TEXTS)
