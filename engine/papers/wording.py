"""What the faults of papers say."""

from engine.messages import register

register(
    {
        "paper_no_template": (
            "文书模板“{file}”不在 papers 文件夹里。{hint}",
            'The template "{file}" is not in the papers folder. {hint}',
        ),
        "paper_part": (
            "每一部分写 paper（另一份文书）或 scans（扫描件种类）其中一项。",
            "Each part gives either paper (another paper) or scans (kinds of scans).",
        ),
        "paper_unknown_field": (
            "文书《{paper}》里的“{field}”没有这一项。{hint}",
            'The paper "{paper}" asks for "{field}", which does not exist. {hint}',
        ),
        "paper_not_one_text": (
            "文书《{paper}》里的“{field}”下面还有多项（{names}），请写明是哪一项；清单要用 for 逐行写。",
            'In the paper "{paper}", "{field}" holds several fields ({names}); name one of them, or '
            "go through a list with for.",
        ),
        "paper_not_a_list": (
            "文书《{paper}》里的“{field}”不是清单，不能用 for。",
            'In the paper "{paper}", "{field}" is not a list and cannot stand in a for.',
        ),
        "paper_broken_tag": (
            "文书《{paper}》里的标记写错了：{problem}。位置在“{text}”附近。",
            'A tag of the paper "{paper}" is broken: {problem}. It is near "{text}".',
        ),
        "paper_not_allowed": (
            "文书《{paper}》的模板里不能用“{what}”，只能填写字段、用 if 和 for。",
            'The template of the paper "{paper}" may not use "{what}": only fields, if and for.',
        ),
        "paper_unknown_filter": (
            "文书《{paper}》里的“|{name}”不认识。{hint}",
            'The paper "{paper}" uses "|{name}", which is not known. {hint}',
        ),
        "paper_not_word": (
            "文书《{paper}》的模板不是 Word 文档（.docx）。请在 Word 或 WPS 中另存为 .docx。",
            'The template of the paper "{paper}" is no Word document; save it as .docx.',
        ),
        "paper_unsafe": (
            "文书《{paper}》的模板带有“{what}”，不能使用。请在 Word 或 WPS 中删去后再保存。",
            'The template of the paper "{paper}" carries "{what}" and is refused; remove it and '
            "save again.",
        ),
        "paper_too_large": (
            "文书《{paper}》的模板展开后超过{limit} MB，不能使用。",
            'The template of the paper "{paper}" unpacks to more than {limit} MB and is refused.',
        ),
    }
)
