"""Words for what kept lists, the search and bulk actions refuse. Chinese first, English second."""

from __future__ import annotations

from engine.messages import register

TEXTS = {
    "view_name": (
        "请给这个列表起一个名称，不超过{most}个字。",
        "Give this list a name of at most {most} characters.",
    ),
    "views_full": (
        "最多保存{most}个列表，请先删除不用的。",
        "At most {most} lists are kept. Remove one that you no longer use.",
    ),
    "view_gone": (
        "这个列表已经不在了，可能已在另一个窗口删除。",
        "This list is gone: it may have been removed in another window.",
    ),
    "typed_too_long": (
        "本页内容太长，不能自动保存（最多{most}个字符）。请自行保存草稿。",
        "The page is too long to be kept by itself (at most {most} characters). Save the draft.",
    ),
    "too_many_looks": (
        "您在{minutes}分钟内已按号码查询{most}次，请稍后再查。可以直接填写，保存时仍会核对。",
        "You have looked people up by number {most} times within {minutes} minutes. Wait a little; "
        "you can fill in the form all the same, and saving checks the number.",
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
    "paper_not_yours": (
        "您的岗位不能打印《{paper}》。",
        'Your role does not print the paper "{paper}".',
    ),
    "paper_not_yet": (
        "申请还没有走到这一步，现在不能打印《{paper}》。",
        'The application is not far enough on its road for the paper "{paper}".',
    ),
    "order_empty": (
        "没有选择要打印的内容。请先选择申请和文书。",
        "Nothing was chosen to print. Choose the applications and the paper first.",
    ),
    "order_gone": ("这一项已经不在了。", "This one is gone."),
    "order_nothing_made": (
        "所选各项都不能打印这种文书，没有生成文件。",
        "None of the chosen ones can be printed as this paper; no file was made.",
    ),
    "job_not_yours": (
        "这项任务是别人提交的，您不能查看。",
        "This was asked for by somebody else.",
    ),
    "job_no_file": (
        "文件还没有生成，或者已经超过保存期限。请重新提交。",
        "The file is not there yet, or is kept no longer. Ask for it again.",
    ),
    "job_failed": (
        "多次尝试没有成功。请重新提交；仍不成功的，请告诉管理员。",
        "It failed several times. Ask again; if it fails again, tell the administrator.",
    ),
    "pdf_not_here": (
        "服务器没有安装 LibreOffice，不能生成 PDF。请下载 Word 文件，或请管理员安装。",
        "PDF files need LibreOffice, which is not installed on the server. Take the Word file, or ask "
        "the administrator to install it.",
    ),
    "pdf_failed": (
        "生成 PDF 没有成功，请重试；仍不成功的，请下载 Word 文件另存为 PDF。",
        "The PDF could not be made. Try again; otherwise take the Word file and save it as PDF.",
    ),
}
register(TEXTS)
