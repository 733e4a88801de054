"""The whole route map: nothing is open that does not say to whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy.exc import OperationalError

from admin import versions
from admin.security.guard import PUBLIC, SIGNED_IN, permissions_of, requires
from admin.security.headers import CONTENT_SECURITY_POLICY, HEADERS
from casework.permissions import ALL
from tests.admin.conftest import Office, an_address


def test_every_route_names_a_permission_or_is_in_the_short_public_list(office: Office) -> None:
    silent = {
        rule.endpoint
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC
        and not set(permissions_of(office.app.view_functions[rule.endpoint])) & (ALL | {SIGNED_IN})
    }
    assert not silent
    assert len(PUBLIC) <= 6


def test_a_route_that_names_nothing_is_closed_even_to_somebody_with_every_role(
    fresh_office: Office,
) -> None:
    fresh_office.app._got_first_request = False  # a route is added after the first one
    fresh_office.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert fresh_office.as_("administrator").get("/forgotten").status_code == 403


def test_a_permission_that_does_not_exist_cannot_be_named() -> None:
    with pytest.raises(ValueError, match=r"member\.raed"):
        requires("member.raed")


def test_a_visitor_is_sent_to_the_sign_in_page_from_every_page(office: Office) -> None:
    visitor = office.visitor()
    for rule in office.app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or "GET" not in (rule.methods or ()):
            continue
        answer = visitor.get(an_address(rule.rule))
        assert answer.status_code == 302, rule.rule
        assert answer.headers["Location"].startswith("/login"), rule.rule


def test_each_role_opens_only_pages_of_its_permissions(office: Office) -> None:
    closed = {
        "branch_clerk": ["/users/", "/audit/", "/settings", "/members/export/csv/"],
        "screener": ["/members/", "/pairs/", "/orgs/", "/audit/"],
        "administrator": ["/members/", "/pairs/", "/audit/", "/editions/"],
        "auditor": ["/members/new/", "/users/", "/settings", "/members/export/csv/"],
        "finance": ["/members/", "/users/", "/editions/"],
    }
    for role, paths in closed.items():
        for path in paths:
            assert office.as_(role).get(path).status_code == 403, (role, path)


def test_read_only_tables_have_no_routes_that_write(office: Office) -> None:
    endpoints = {rule.endpoint for rule in office.app.url_map.iter_rules()}
    for table in ("audit", "editions"):
        for method in ("create_view", "edit_view", "delete_view", "action_view", "ajax_update"):
            assert f"{table}.{method}" not in endpoints
    assert not any(endpoint.startswith("admin.") for endpoint in endpoints), "Flask-Admin's statics"


@pytest.mark.parametrize("path", ["/login", "/", "/members/", "/nowhere", "/static/app.css"])
def test_every_answer_carries_exactly_these_headers(office: Office, path: str) -> None:
    answer = office.as_("branch_clerk").get(path)
    answer.close()
    headers = answer.headers
    for name, value in HEADERS.items():
        assert headers.get(name) == value, name
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'self'")
    assert ("no-store" in headers.get("Cache-Control", "")) == (not path.startswith("/static"))


def test_styles_and_scripts_are_asked_for_anew_when_they_are_other_ones(
    tmp_path: Path, office: Office
) -> None:
    """Browsers keep them for a week: after an upgrade a page must not run with yesterday's."""
    page = office.visitor().get("/login").text
    named = re.findall(r'(?:href|src)="/static/([^"?#]+)\?v=([0-9a-f]{10})"', page)
    assert {"app.css", "app.js"} <= {name for name, _version in named}
    assert not re.findall(r'(?:href|src)="/static/[^"?]+"', page), "one without its version"
    other = Flask("other", static_folder=str(tmp_path), static_url_path="/static")
    versions.install(other)
    (tmp_path / "app.css").write_text("other")
    with other.test_request_context():
        there = url_for("static", filename="app.css")
        assert url_for("static", filename="nothing.css") == "/static/nothing.css"
    assert there.startswith("/static/app.css?v=")
    assert there.rpartition("=")[2] != dict(named)["app.css"]


def test_head_is_answered_as_get_is_and_never_as_a_form_that_was_sent(office: Office) -> None:
    forms = [
        rule.rule
        for rule in office.app.url_map.iter_rules()
        if {"GET", "POST"} <= (rule.methods or set())
    ]
    assert "/login" in forms
    assert len(forms) > 10
    roles = ("branch_clerk", "committee_clerk", "department_reviewer", "administrator")
    clients = [office.visitor().client, *(office.as_(role).client for role in roles)]
    for path in map(an_address, forms):
        for client in clients:
            answer = client.head(path)
            assert answer.status_code == client.get(path).status_code, path
            assert not answer.data, path


def test_the_session_cookie_is_closed_to_scripts_and_to_other_sites(office: Office) -> None:
    browser = office.visitor()
    cookie = browser.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_database_that_is_away_gives_a_page_that_says_so(
    fresh_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = fresh_office.sign_in("auditor")

    def away(*_args: object) -> None:
        raise OperationalError("select", {}, Exception("inner text of the server"))

    monkeypatch.setattr("admin.security.guard.read_only", away)
    for path in ("/", "/members/", "/login"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "系统正忙" in answer.text
        assert "inner text" not in answer.text


FIFTY_MB = 50 * 1024 * 1024
UPLOADS = (
    "attachments.upload",
    "bank_files.bank_answer",
    "circulations.paper",
    "meetings.record",
    "minutes.attach",
    "notice_board.add_photo",
    "policy.files",
    "screening_files.import_results",
)


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "超过32 MB，没有收下"), ("en", "larger than 32 MB and was not taken")],
)
def test_a_file_of_50_mb_gets_a_page_with_what_to_do_from_every_form(
    office: Office, language: str, words: str
) -> None:
    browser = office.sign_in("auditor")
    browser.get(f"/lang/{language}")
    known = {rule.endpoint: rule for rule in office.app.url_map.iter_rules()}
    for endpoint in UPLOADS:
        answer = browser.client.post(
            an_address(known[endpoint].rule),
            data=b"--x",
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(FIFTY_MB)},
        )
        assert answer.status_code == 413, endpoint
        assert words in answer.text, endpoint
        assert "<html" in answer.text


def test_all_forms_that_take_a_file_are_known_here() -> None:
    """But the imports, which take larger ones and say so themselves."""
    folder = Path(__file__).parents[2] / "admin" / "templates"
    found = set()
    for page in folder.rglob("*.html"):
        for form in re.findall(r"<form[^>]*multipart[^>]*>", page.read_text(encoding="utf-8")):
            found |= set(re.findall(r"url_for\('([\w.]+)'", form))
    assert found == {*UPLOADS, "imports.upload"}
