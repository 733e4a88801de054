"""Texts of what can be wrong with an imported or exported table."""

from engine.messages import register

register(
    {
        "sheet_no_table": ("没有名为“{name}”的表。{hint}", 'There is no table "{name}". {hint}'),
        "sheet_ending": (
            "“{path}”应以 .xlsx 或 .dmn 结尾。",
            '"{path}" should end in .xlsx or .dmn.',
        ),
        "sheet_unreadable": (
            "读不懂文件“{path}”：{problem}。",
            'The file "{path}" cannot be read: {problem}.',
        ),
        "sheet_too_large": (
            "“{path}”的第一张表超过{rows}行或{columns}列。请删去表外多余的行和列，连同其格式。",
            'The first sheet of "{path}" has more than {rows} rows or {columns} columns. Delete the'
            " rows and columns outside the table, with their formats.",
        ),
        "sheet_head": (
            "应是“{wanted}”，实为“{found}”。请从 table-export 得到的表改起。",
            '"{wanted}" is expected here, not "{found}". Start from a sheet that table-export made.',
        ),
        "sheet_formula": (
            "这一格是公式“{text}”，请写成文字。",
            'This cell is a formula, "{text}"; write it as text.',
        ),
        "sheet_after_end": (
            "表格右侧还有内容“{text}”，不知属于哪一列。",
            'There is "{text}" to the right of the table, in no column of it.',
        ),
        "sheet_blank_then": ("这一行没有写结果。", "This row gives no result."),
        "sheet_no_inputs": ("表里没有一列条件。", "The table has no input column."),
        "dmn_doctype": (
            "DMN 文件不得带 DOCTYPE，请删去。",
            "A DMN file must have no DOCTYPE; remove it.",
        ),
        "dmn_no_table": ("文件里没有决策表。", "The file holds no decision table."),
        "dmn_several": (
            "文件里有几个决策表（{names}），请用 --decision 指明一个。",
            "The file holds several decision tables ({names}); name one with --decision.",
        ),
        "dmn_hit": (
            "不支持命中方式“{hit}”：可用 U、F、A、P、C+、C<、C>、C#。",
            'The hit policy "{hit}" is not supported; use U, F, A, P, C+, C<, C> or C#.',
        ),
        "dmn_outputs": (
            "表“{name}”有{count}个输出列，只能有一个。",
            'The table "{name}" has {count} outputs; it may have one.',
        ),
        "dmn_feel": (
            "看不懂或不支持 FEEL“{text}”：{why}。",
            'The FEEL "{text}" is not understood or not supported: {why}.',
        ),
        "feel_sign": ("不认识“{sign}”", 'the sign "{sign}" is unknown'),
        "feel_end": ("句子没有写完", "it breaks off"),
        "feel_more": ("“{rest}”是多余的", '"{rest}" is left over'),
        "feel_call": ("不支持函数“{name}”", 'the function "{name}" is not supported'),
        "feel_name": ("没有名为“{name}”的事实或参数", 'nothing is called "{name}"'),
        "feel_value": ("这里应是一个值", "a value is expected"),
        "feel_empty": ("是空的，要写“-”或条件", 'it is empty; write "-" or a test'),
        "feel_set": (
            "多选事实“{name}”在 DMN 二级里没有写法",
            'a set such as "{name}" cannot be said at DMN level 2',
        ),
        "feel_formula": (
            "这一算式在 DMN 二级里没有写法",
            "this formula cannot be said at DMN level 2",
        ),
    }
)
