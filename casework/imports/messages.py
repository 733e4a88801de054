"""Texts of the faults of workbooks in Chinese and English: what, why, what to do."""

from engine.messages import Catalogue, register

_AGAIN = "请用 WPS 或 Excel 打开，选“另存为”，类型选“Excel 工作簿 (*.xlsx)”，再上传。"
_AGAIN_EN = (
    "Open it in WPS or Excel, choose Save as, type Excel workbook (*.xlsx), and upload that."
)

TEXTS: Catalogue = {
    # the file
    "workbook_missing": (
        "没有选择文件，请选择要导入的工作簿。",
        "No file was chosen. Choose the workbook.",
    ),
    "workbook_too_large": (
        "文件有{size} MB，超过{megabytes} MB。请删去图片和多余的工作表，或分成几个文件上传。",
        "The file has {size} MB, more than {megabytes} MB. Remove pictures and spare sheets, or split it.",
    ),
    "workbook_xls": (
        "“{filename}”是旧的 .xls 格式。" + _AGAIN,
        "{filename} is in the old .xls format. " + _AGAIN_EN,
    ),
    "workbook_locked": (
        "“{filename}”设有打开密码。请先取消密码，再上传。",
        "{filename} is protected by a password. Remove the password, then upload it.",
    ),
    "workbook_not_excel": (
        "“{filename}”不是 Excel 工作簿（有的系统导出的“xls”其实是网页）。" + _AGAIN,
        "{filename} is no Excel workbook (some systems export a web page under that name). "
        + _AGAIN_EN,
    ),
    "workbook_damaged": (
        "“{filename}”已损坏，无法读取。" + _AGAIN,
        "{filename} is damaged and cannot be read. " + _AGAIN_EN,
    ),
    "workbook_bomb": (
        "“{filename}”解压后过大，可能有上百万行空白格式。请把有内容的部分复制到新的工作簿再上传。",
        "{filename} unpacks to far more than it should. Copy the part with contents into a new workbook.",
    ),
    "workbook_macros": (
        "“{filename}”带有宏，不能导入。" + _AGAIN,
        "{filename} carries macros and is not taken. " + _AGAIN_EN,
    ),
    "workbook_links": (
        "“{filename}”引用了别的文件，数据可能不全。请在“数据—编辑链接”中断开链接（或粘贴为数值），再上传。",
        "{filename} refers to other files. Break the links (Data, Edit links) or paste as values, then upload it.",
    ),
    "workbook_empty": ("“{filename}”里没有内容。", "{filename} is empty."),
    "workbook_no_sheet": ("没有“{sheet}”这张工作表。", "There is no sheet {sheet}."),
    "workbook_no_header": (
        "“{sheet}”中找不到标题行。请使用模板，或保证有一行写明“{fields}”等列名。",
        "No heading row was found in {sheet}. Use the template, or name columns such as {fields}.",
    ),
    # the columns
    "column_missing": (
        "没有对应“{field}”的列，这一列必须有。请在下面指定，或在工作簿中补上。",
        "No column stands for {field}, which is needed. Choose it below or add it to the workbook.",
    ),
    "column_twice": (
        "“{field}”对应了两列，请只留一列。",
        "Two columns stand for {field}. Keep one.",
    ),
    "column_own": (
        "“{field}”每行不同，不能统一填写，请在工作簿中补上这一列。",
        "{field} differs from row to row. It cannot be given once; add the column to the workbook.",
    ),
    "column_both": (
        "“{field}”既选了列，又填了统一的内容，请只留一样。",
        "For {field} a column is chosen and a text is given for all rows. Keep one of them.",
    ),
    "column_unknown": (
        "这个工作簿没有第{column}列，请重新对应。",
        "The workbook has no column {column}. Match the columns again.",
    ),
    # one cell
    "cell_needed": ("“{field}”必须填写。", "{field} is needed."),
    "cell_error": (
        "“{field}”是公式错误 {text}，请改为数值。",
        "{field} holds the formula error {text}. Write the value.",
    ),
    "cell_id_lost": (
        "身份证号码被存成了数字，末几位已丢失。请把该列设为“文本”，按身份证重新录入。",
        "The identity number was stored as a number and has lost its last digits. Set the column to Text and type it again.",
    ),
    "cell_number_lost": (
        "“{field}”被存成了数字，末几位已丢失。请把该列设为“文本”后重新录入。",
        "{field} was stored as a number and has lost its last digits. Set the column to Text and type it again.",
    ),
    "cell_date": (
        "“{field}”的“{text}”不是日期。请写成2010年6月7日，也可以写2010-06-07。",
        "{field}: {text} is no date. Write it like 2010-06-07.",
    ),
    "cell_date_short": (
        "“{field}”的“{text}”不完整，请写出四位年份和月、日。",
        "{field}: {text} is not complete. Write the year in four digits, the month and the day.",
    ),
    "cell_money": (
        "“{field}”的“{text}”不是金额，请写成1200或1200.50。",
        "{field}: {text} is no amount. Write it like 1200 or 1200.50.",
    ),
    "cell_money_cents": (
        "“{field}”的“{text}”超过两位小数，请改到分。",
        "{field}: {text} has more than two decimals. Round it to the fen.",
    ),
    "cell_integer": (
        "“{field}”的“{text}”不是整数。",
        "{field}: {text} is no whole number.",
    ),
    "cell_number": ("“{field}”的“{text}”不是数字。", "{field}: {text} is no number."),
    "cell_yes_no": (
        "“{field}”的“{text}”看不懂，请填“是”或“否”。",
        "{field}: {text} is not understood. Write yes or no.",
    ),
    "cell_choice": (
        "“{field}”没有“{text}”这一项，可填：{names}。",
        "{field} has no choice {text}. Use one of: {names}.",
    ),
    "cell_long": (
        "“{field}”超过{limit}个字，请缩短。",
        "{field} has more than {limit} characters. Shorten it.",
    ),
    # one row
    "row_twice": (
        "与第{row}行重复（同一{what}），请只留一行。",
        "The same {what} stands in row {row}. Keep one of them.",
    ),
    "row_no_member": (
        "没有找到这名人员（按身份证号码查找）。请核对号码，或先导入人员名单。",
        "Nobody with this identity number is on file. Check the number, or import the people first.",
    ),
    "row_other_name": (
        "身份证号码对应的人员姓名与表中“{name}”不同，请核对。",
        "The person with this identity number has another name than {name}. Compare them.",
    ),
    "row_no_unit": (
        "没有“{text}”这个组织，或不在您负责的范围内。{hint}",
        "There is no unit {text}, or it is outside your part of the organisation. {hint}",
    ),
    "row_unit_not_one": (
        "有几个组织都叫“{text}”，请改填组织代码：{codes}。",
        "Several units are called {text}. Write the code instead: {codes}.",
    ),
    "row_person_moved": (
        "此人已在“{org}”名下，导入不改变组织关系；请在人员页办理转移。",
        "This person belongs to {org}. An import does not move people; do that on the person's page.",
    ),
    "row_application_open": (
        "此人这一年度已有申请{number}（{road}），内容不同；请在该申请中修改。",
        "This person has application {number} ({road}) for that year with other contents. Change it there.",
    ),
    "row_policy_year": (
        "年度{year}不能登记：往年资助只补录{last}年及以前、本系统没有记录的。",
        "Year {year} cannot be entered: earlier grants are added up to {last} only.",
    ),
    "row_day_kind": (
        "“{text}”看不懂，请填“休”或“班”。",
        "{text} is not understood. Write off or work.",
    ),
    "row_screening_unknown": (
        "没有您负责筛查的申请{number}，请核对申请编号。",
        "No application {number} waits for your screening. Check the number.",
    ),
    "row_other_identity": (
        "身份证号码与申请{number}登记的不一致，请检查是否错行。",
        "The identity number is not the one on file for {number}. See whether rows have shifted.",
    ),
    "row_screened": (
        "{number}已登记了另一种筛查结果，不能改动。",
        "Another result is recorded for {number}. It cannot be changed.",
    ),
    "row_needs_birth": (
        "没有身份证号码的，请填写出生日期。",
        "Without an identity number the date of birth is needed.",
    ),
    "row_payment_unknown": (
        "没有找到这笔待发的付款（按账号和金额查找）。请与发放名册核对。",
        "No payment waits for this account and amount. Compare it with the payout roster.",
    ),
    # the whole
    "import_busy": (
        "正在后台处理，请稍候。",
        "It is being worked on in the background. Wait a moment.",
    ),
    "import_not_checked": (
        "还没有检查，不能导入。请先检查。",
        "It has not been checked yet. Check it first.",
    ),
    "import_nothing": (
        "没有可以导入的行：各行或已在册，或有误。有误的请按标色的改正表改正后重新上传。",
        "There is no row to take in: each is on file already or faulty. Mend the faulty ones in "
        "the coloured copy and upload it again.",
    ),
    "import_done": (
        "这次导入已经完成。要再导入，请重新上传。",
        "This import is done. Upload the workbook again for another one.",
    ),
    "import_count": (
        "工作簿末尾合计{said}笔，实际{found}笔，请核对。",
        "The workbook's total says {said} rows, there are {found}. Compare them.",
    ),
    "import_total": (
        "工作簿末尾合计{said}元，各行相加为{found}元，请核对。",
        "The workbook's total says {said} yuan, the rows add up to {found}. Compare them.",
    ),
}

register(TEXTS)
