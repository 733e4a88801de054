"""Every code that the software can write into the audit log has words in the list of the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from admin import create_app
from admin.extensions import db
from admin.views import audit_words
from admin.views.records import which
from casework.printing.subjects import PERMISSIONS
from models import AuditRecord

ROOT = Path(__file__).parents[2]
CODE, THING = 3, 4  # places in `events.audit(session, by, at, code, thing, …)`


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application whose database nobody filled: it asks there only for the office's own words."""
    folder = tmp_path_factory.mktemp("app")
    made = create_app({"TESTING": True, "DATA_FOLDER": folder, "SECRET_KEY": "for tests only"})
    yield made
    with made.app_context():
        db.engine.dispose()


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("admin", "casework", "seeds"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    func = node.func
                    yield (
                        func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", ""),
                        node,
                    )


def _text(node: ast.expr | None) -> str | None:
    """The text of a literal; of an f-string its beginning with a colon, as `print:`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        head = str(node.values[0].value)
        return head if head.endswith(":") else None
    return None


def _written() -> Iterator[tuple[str | None, str | None]]:
    """(code, kind of thing) of every call that writes a line, as far as they are literals."""
    for name, call in _calls():
        named = {one.arg: one.value for one in call.keywords}
        if name == "audit" and len(call.args) > THING:
            yield _text(call.args[CODE]), _text(call.args[THING])
        elif name == "record_look" and len(call.args) > THING:
            look = _text(call.args[CODE])
            yield (f"look:{look}" if look else None), _text(call.args[THING])
        elif name == "note" and call.args and (look := _text(call.args[0])) and len(call.args) > 1:
            yield f"look:{look}", _text(call.args[1])
        elif name == "attempt" and len(call.args) > 2:
            yield _text(call.args[1]), _text(call.args[2])
        elif name == "act" and "what" in named:
            yield _text(named["what"]), _text(named.get("object_type"))


def test_every_code_the_software_writes_has_words(app: Flask) -> None:
    codes = {code for code, _ in _written() if code} - {"look:", "refused:"}
    assert len(codes) > 90  # the search itself finds what there is
    with app.test_request_context():
        assert [code for code in sorted(codes) if audit_words.done(code) == code] == []
        refused = [c for c in sorted(codes) if audit_words.done(f"refused:{c}") == f"refused:{c}"]
    assert refused == []


@pytest.mark.parametrize(
    "code",
    [
        *(f"view.{what}" for what in ("keep", "first", "drop")),
        *(f"payment.{what}" for what in ("receipt", "returned", "reversed", "discard")),
        *(f"policy.{what}" for what in ("value", "value_out", "words", "order", "rules")),
        *(f"application.circulation_{verb}" for verb in ("sign", "stop")),
        *(f"application.{verb}" for verb in ("complete", "return", "emergency", "submit")),
        *(f"note.{kind}" for kind in ("note", "withdrawal", "closing")),
        "member.reveal:id_number",
    ],
)
def test_a_code_put_together_at_run_time_has_words(app: Flask, code: str) -> None:
    with app.test_request_context():
        assert audit_words.done(code) != code


def test_a_saved_form_is_not_called_a_draft_where_nobody_can_tell(app: Flask) -> None:
    with app.test_request_context():
        assert audit_words.done("application.save") == "保存申请表"


def test_every_kind_of_thing_has_a_word(app: Flask) -> None:
    things = {thing for _, thing in _written() if thing}
    assert len(things) > 30
    with app.test_request_context():
        assert [thing for thing in sorted(things) if audit_words.thing(thing) == thing] == []


def test_whatever_a_printed_paper_is_about_has_a_word(app: Flask) -> None:
    with app.test_request_context():
        assert [about for about in PERMISSIONS if audit_words.thing(about) == about] == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"fen": 60000, "payment": 7}, "Amount: 600.00 yuan"),
        ({"removed_on": "2026-11-16", "moved": ["2026-000060"]}, "Taken down on: 16 Nov 2026"),
        (
            {"faults": [{"code": "source_missing"}, {"code": "match_settled"}]},
            "Reasons: Choose the source of the money. Somebody has compared this already. Reload the page.",
        ),
        (
            {"faults": [{"code": "screening_row_twice", "where": "x"}] * 2},
            "Reasons: Row …: … stands in row … already. Keep one.",
        ),
        ({"faults": [{"code": "a_code_of_before"}], "fen": 100}, "Amount: 1.00 yuan"),
        ({"reason": "补材料", "stage": ["a", "b"]}, "Reason: 补材料"),
        ({"reason": "no_means", "on": "2026-03-07"}, "On: 7 Mar 2026"),
        ({}, "—"),
        (None, "—"),
    ],
)
def test_details_are_read_without_codes(app: Flask, data: object, words: str) -> None:
    with app.test_request_context(headers={"Cookie": "lang=en"}):
        assert audit_words.details(data) == words


@pytest.mark.parametrize(
    ("kind", "object_id", "words"),
    [
        ("page", "home.index", "我的待办"),
        ("report", "inspection", "检查重点清单"),
        ("page", "cases.other", "帮扶救助申请"),
        ("setting", "hotline", "监督电话"),
        ("setting", "demo.loaded", "演示数据"),
        ("setting", "nobody.knows", "<code>nobody.knows</code>"),
        ("page", "nobody.knows", "<code>nobody.knows</code>"),
        ("account", "94", "<code>94</code>"),
        ("page", None, "<code>—</code>"),
    ],
)
def test_a_page_a_report_and_a_setting_stand_by_name(
    app: Flask, kind: str, object_id: str | None, words: str
) -> None:
    with app.test_request_context(headers={"Cookie": "lang=zh"}):
        assert str(which(AuditRecord(object_type=kind, object_id=object_id))) == words
