"""Signing in, out and changing the password; guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from admin.security import passwords
from models import AuditRecord, LoginAttempt, User
from models.audit import verify
from tests.admin.conftest import NOW, PASSWORD, TOKEN, Office


def attempt(office: Office, name: str, password: str, path: str = "/login") -> int:
    browser = office.visitor()
    token = TOKEN.search(browser.get("/login").text)
    assert token
    data = {"username": name, "password": password, "csrf_token": token[1]}
    return browser.client.post(path, data=data).status_code


def test_a_right_password_opens_and_is_written_down(fresh_office: Office) -> None:
    assert fresh_office.sign_in("auditor").get("/").status_code == 200
    with fresh_office.session() as session:
        actions = session.scalars(select(AuditRecord.action)).all()
        assert "account.sign_in" in actions
        assert session.scalars(select(LoginAttempt.ok)).all() == [True]
        assert verify(session) == []


def test_the_user_name_is_taken_in_any_case_and_width(office: Office) -> None:
    assert attempt(office, " Auditor ", PASSWORD) == 302


def test_a_wrong_password_and_an_unknown_name_look_alike(office: Office) -> None:
    browser = office.visitor()
    token = TOKEN.search(browser.get("/login").text)
    assert token
    answers = [
        browser.client.post(
            "/login", data={"username": name, "password": "no", "csrf_token": token[1]}
        )
        for name in ("screener", "nobody-at-all")
    ]
    pages = [answer.text.replace("screener", "").replace("nobody-at-all", "") for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert TOKEN.sub("", pages[0]).split("<form")[0] == TOKEN.sub("", pages[1]).split("<form")[0]


def test_after_five_wrong_guesses_even_the_right_password_waits(fresh_office: Office) -> None:
    for _n in range(5):
        assert attempt(fresh_office, "finance", "wrong") == 401
    assert attempt(fresh_office, "finance", PASSWORD) == 429
    assert attempt(fresh_office, "auditor", PASSWORD) == 302, "colleagues are not locked out"
    fresh_office.app.config["CLOCK"] = lambda: NOW + timedelta(minutes=16)
    assert attempt(fresh_office, "finance", PASSWORD) == 302


def test_guessing_many_names_from_one_address_is_stopped(fresh_office: Office) -> None:
    with fresh_office.session() as session:
        for number in range(40):
            session.add(
                LoginAttempt(username=f"guess{number}", at=NOW, ok=False, address="127.0.0.1")
            )
        session.commit()
    assert attempt(fresh_office, "auditor", PASSWORD) == 429


def test_attempts_while_blocked_are_not_counted_so_nobody_is_locked_out_for_ever(
    fresh_office: Office,
) -> None:
    for _n in range(9):
        attempt(fresh_office, "finance", "wrong")
    with fresh_office.session() as session:
        assert len(session.scalars(select(LoginAttempt)).all()) == 5


def test_the_administrator_sees_who_failed_and_who_is_locked_and_never_a_mistyped_password(
    fresh_office: Office,
) -> None:
    secret = "my-password-in-the-wrong-box"
    for _n in range(5):
        attempt(fresh_office, "finance", "wrong")
    attempt(fresh_office, secret, "finance")
    for role in ("administrator", "auditor"):
        page = fresh_office.as_(role).get("/sign-ins/").text
        assert 'href="/sign-ins/"' in page
        failed = page[page.index('id="failed"') :]
        assert failed.count(">finance<") == 5
        assert failed.count("没有这个用户名") == 1
        assert "127.0.0.1" in failed
        assert secret not in page
        locked = page[page.index('id="locked"') : page.index('id="failed"')]
        assert ">finance<" in locked
        assert (
            f"{NOW.astimezone(ZoneInfo('Asia/Shanghai')) + timedelta(minutes=15):%H:%M}" in locked
        )
    assert fresh_office.as_("administrator").get("/").text.count('href="/sign-ins/"') == 2
    assert fresh_office.as_("screener").get("/sign-ins/").status_code == 403
    fresh_office.app.config["CLOCK"] = lambda: NOW + timedelta(minutes=16)
    page = fresh_office.as_("administrator").get("/sign-ins/").text
    assert ">finance<" not in page[page.index('id="locked"') : page.index('id="failed"')]


@pytest.mark.parametrize(
    "target",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1", "/a\tb"],
)
def test_after_signing_in_nobody_is_sent_to_another_site(office: Office, target: str) -> None:
    browser = office.visitor()
    token = TOKEN.search(browser.get("/login").text)
    assert token
    data = {"username": "auditor", "password": PASSWORD, "csrf_token": token[1]}
    answer = browser.client.post("/login", query_string={"next": target}, data=data)
    assert answer.headers["Location"] == "/"


def test_the_page_that_was_asked_for_opens_after_signing_in(office: Office) -> None:
    browser = office.visitor()
    asked = browser.get("/audit/?search=member.").headers["Location"]
    token = TOKEN.search(browser.get(asked).text)
    assert token
    data = {"username": "auditor", "password": PASSWORD, "csrf_token": token[1]}
    assert browser.client.post(asked, data=data).headers["Location"] == "/audit/?search=member."


def test_a_closed_account_ends_at_once(fresh_office: Office) -> None:
    browser = fresh_office.sign_in("finance")
    with fresh_office.session() as session:
        session.scalars(select(User).where(User.username == "finance")).one().active = False
        session.commit()
    assert browser.get("/").headers["Location"].startswith("/login")
    assert attempt(fresh_office, "finance", PASSWORD) == 401


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(
    fresh_office: Office,
) -> None:
    here, there = fresh_office.sign_in("finance"), fresh_office.sign_in("finance")
    new = "another long sentence 新"
    answer = here.post("/password", {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").headers["Location"].startswith("/login")
    assert attempt(fresh_office, "finance", new) == 302


@pytest.mark.parametrize(
    ("new", "again"),
    [
        ("short", "short"),
        ("finance-finance-1", "finance-finance-1"),
        ("8888888888", "8888888888"),
        ("13800138000", "13800138000"),
        ("password1234", "password1234"),
        ("Admin@2026!!", "Admin@2026!!"),
        ("1qaz2wsx3edc", "1qaz2wsx3edc"),
        ("one long sentence", "another one"),
    ],
)
def test_a_weak_or_mistyped_new_password_changes_nothing(
    fresh_office: Office, new: str, again: str
) -> None:
    browser = fresh_office.sign_in("finance")
    answer = browser.post("/password", {"old": PASSWORD, "new": new, "again": again})
    assert answer.status_code == 422
    assert attempt(fresh_office, "finance", PASSWORD) == 302


def test_what_is_left_blank_is_said_by_the_page_and_counted_as_no_guess(
    fresh_office: Office,
) -> None:
    visitor = fresh_office.visitor()
    page = visitor.get("/login").text
    assert "novalidate" in page, "or the browser would answer in its own language"
    token = TOKEN.search(page)
    assert token
    given = {"username": "finance", "password": "", "csrf_token": token[1]}
    answer = visitor.client.post("/login", data=given)
    assert answer.status_code == 422
    assert "请填写用户名和密码。" in answer.text
    assert 'value="finance"' in answer.text
    browser = fresh_office.sign_in("finance")
    assert "novalidate" in browser.get("/password").text
    answer = browser.post("/password", {"old": "", "new": "", "again": ""})
    assert answer.status_code == 422
    assert "请填写当前密码。" in answer.text
    assert "至少" in answer.text
    with fresh_office.session() as session:
        assert session.scalars(select(LoginAttempt.id).where(~LoginAttempt.ok)).all() == []


def test_a_first_password_must_be_changed_before_anything_else(fresh_office: Office) -> None:
    with fresh_office.session() as session:
        session.scalars(
            select(User).where(User.username == "finance")
        ).one().must_change_password = True
        session.commit()
    browser = fresh_office.sign_in("finance")
    assert browser.get("/").headers["Location"] == "/password"
    assert browser.post("/logout").status_code == 302
    assert browser.get("/").headers["Location"].startswith("/login")


def test_signing_out_needs_a_post_with_the_token(office: Office) -> None:
    browser = office.sign_in("auditor")
    assert browser.get("/logout").status_code == 405
    assert browser.bare_post("/logout").status_code == 400
    assert browser.get("/").status_code == 200


def test_hashes_are_argon2id_and_old_ones_are_made_anew() -> None:
    stored = passwords.hashed(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, PASSWORD)
    assert not passwords.matches(stored, PASSWORD + "x")
    assert not passwords.matches(None, PASSWORD)
    assert not passwords.matches("", PASSWORD)
    assert not passwords.matches(stored, "x" * 100_000)


def test_the_button_keeps_the_language_with_the_account(fresh_office: Office) -> None:
    browser = fresh_office.sign_in("auditor")
    assert browser.post("/lang/en", {"next": "/audit/"}).headers["Location"] == "/audit/"
    assert 'lang="en"' in fresh_office.sign_in("auditor").get("/").text


def test_light_and_dark_are_remembered(office: Office) -> None:
    browser = office.visitor()
    browser.client.post("/appearance", data={"theme": "dark", "csrf_token": _token(browser)})
    assert 'data-bs-theme="dark"' in browser.get("/login").text


def _token(browser: object) -> str:
    found = TOKEN.search(browser.get("/login").text)  # type: ignore[attr-defined]  # a Browser
    assert found
    return found[1]


def test_signing_out_ends_a_copied_cookie_too(fresh_office: Office) -> None:
    browser, copied = fresh_office.sign_in("finance"), fresh_office.visitor()
    cookie = browser.client.get_cookie("sunshine")
    assert cookie
    copied.client.set_cookie("sunshine", cookie.value)
    assert copied.get("/").status_code == 200
    assert browser.post("/logout").status_code == 302
    assert copied.get("/").headers["Location"].startswith("/login")
    assert fresh_office.sign_in("finance").get("/").status_code == 200
