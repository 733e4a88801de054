"""The titles on a printed form come from the policy; a template breaks and draws them out."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest

from casework.printing.render import Sandbox, fill, saved
from engine import load_files
from engine.papers.templates import template_faults
from tests.casework.bureau import licheng


def printed(text: str, title: str) -> list[str]:
    found: str = Sandbox().from_string(text).render(label={"one": title})
    return found.split("\a")


@pytest.mark.parametrize(
    ("tags", "title", "lines"),
    [
        ("lines(4)", "家庭困难状况说明", ["家庭困难", "状况说明"]),
        ("lines(5)", "身份证号码（准确无误）", ["身份证号码", "（准确无误）"]),
        ("lines(2, 4, 3) | spread(4)", "家庭收入来源及金额", ["家　　庭", "收入来源", "及金额"]),
        ("lines(4) | spread(4)", "突发意外损失情况说明", ["突发意外", "损失情况", "说　　明"]),
        ("lines(5) | spread(3)", "党（工）委意见（盖章）", ["党（工）委", "意　见", "（盖章）"]),
        (
            "lines(5, 2, 6)",
            "发放帮扶金金额（区委组织部盖章）",
            ["发放帮扶金", "金额", "（区委组织部", "盖章）"],
        ),
        ("lines(4)", "金额（元）", ["金额", "（元）"]),
        ("lines(4)", "（元）", ["（元）"]),
        ("spread(4)", "姓名", ["姓　　名"]),
        ("spread(3)", "民族", ["民　族"]),
        ("lines", "", [""]),
        ("lines(0) | spread(0)", "一二三四五", ["一二三四", "五"]),
        ("spread", "（", ["（"]),
    ],
)
def test_a_title_is_broken_and_drawn_out_as_the_paper_has_it(
    tags: str, title: str, lines: list[str]
) -> None:
    assert printed(f"{{{{ label.one | {tags} }}}}", title) == lines


def test_another_title_of_a_field_stands_on_the_printed_form() -> None:
    files = licheng()
    text = files["procedure.yaml"].decode().replace("家庭困难状况说明", "家庭困难具体说明")
    policy = load_files({**files, "procedure.yaml": text.encode()})
    form = policy.procedure.form_of("living")
    paper = policy.papers.papers["annex_1"]
    word = fill(paper, files[paper.template], {"label": {f.id: f.label.zh for f in form.fields}})
    body = ZipFile(io.BytesIO(saved(word))).read("word/document.xml").decode()
    assert "<w:t" in body
    assert "具体说明" in body
    assert "状况说明" not in body
    assert body.count("\a") == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("label.phone", "label.phon", "paper_unknown_field"),
        ("days.notice", "days.notic", "paper_unknown_field"),
        ("lines(4)", "lines(form.sex)", "paper_not_allowed"),
    ],
)
def test_a_tag_that_names_nothing_is_a_fault(old: str, new: str, code: str) -> None:
    files = dict(licheng())
    for name in ("papers/annex_1.docx", "papers/reply.docx"):
        made = io.BytesIO()
        with ZipFile(io.BytesIO(files[name])) as before, ZipFile(made, "w") as after:
            for one in before.infolist():
                after.writestr(one, before.read(one).replace(old.encode(), new.encode()))
        files[name] = made.getvalue()
    assert {fault.code for fault in template_faults(load_files(files))} == {code}
