"""Another office's screens say nothing of the Party: what people and units are called is the policy's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from flask import Flask

from admin import create_app, i18n
from admin.security import passwords
from casework import funds
from engine import folder_files, messages
from engine.terms import NAMES, WORD, plain_name
from models.secrets import Keyring, use_keyring
from seeds.district import PASSWORD
from tests import factories
from tests.admin.conftest import COMPILED
from tests.browser import walk
from tests.browser.occasions import signed_in
from tests.casework.test_other_office import DEEP, ILL, RELATIVE, Union
from tests.conftest import Database, _copy

ROOT = Path(__file__).parents[2]
NOW = datetime(2024, 5, 6, 3, 0, tzinfo=UTC)
OTHERS = {
    "committee_clerk": "committee",
    "committee_leader": "committee",
    "department_reviewer": "department",
    "finance": "department",
    "screener": "service_centre",
    "policy_officer": "department",
    "auditor": "department",
    "administrator": "department",
}
UNITS = {
    "department": "永和区总工会",
    "service_centre": "帮扶中心",
    "committee": "东街工会联合会",
    "branch": "永和机械厂工会",
    "sibling": "永和纺织厂工会",
    "other_committee": "西街工会联合会",
    "other_branch": "西街商场工会",
}
PARTY = re.compile(r"党|支部|组织部|入党")
PARTY_EN = re.compile(
    r"\bParty\b|\b[Bb]ranch(?:es)?\b|\b[Cc]ommittees?\b|\b[Mm]embers?\b|[Oo]rganisation [Dd]epartment"
)
SPOKEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.S)
ATTRIBUTE = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')
TAG = re.compile(r"<[^>]+>")


# codes of the audit log begin so, for whichever office
CODES = re.compile(
    r"member|members\.\w+|(?:Start of an action, such as|操作名的开头，例如) member\."
)
OWN = b"".join(folder_files(ROOT / "rulesets" / "yonghe-union-2024").values()).decode(
    "utf-8", "ignore"
)
"""The union's files: what they say themselves may stand on a page."""


def strange(said: str, words: re.Pattern[str]) -> bool:
    """Whether a page says it and it is neither the policy's own text nor a code."""
    return bool(words.search(said)) and not CODES.fullmatch(said) and said not in OWN


def sentences(html: str) -> list[str]:
    """What a page says: its texts and the attributes that are read out."""
    shown = SPOKEN.sub(" ", html)
    return [unescape(one).strip() for one in (*ATTRIBUTE.findall(shown), *TAG.split(shown))]


def at_work(database: Database) -> list[str]:
    """A trade union with applications at several stages and somebody in every role."""
    with database.sessions() as session:
        union = Union(session)
        for name, called in UNITS.items():
            getattr(union.tree, name).name = called
        for role, unit in OTHERS.items():
            union.users[role] = factories.user(session, (role, getattr(union.tree, unit)))
        hashed = passwords.hashed(PASSWORD)
        for name, user in union.users.items():
            user.username, user.password_hash = name, hashed
        session.flush()
        money, finance = {"memo": "年初", "request_key": "budget"}, union.who("finance")
        source = funds.add_source(session, "own", "工会经费", "Union funds", by=finance, at=NOW)
        funds.allocate_budget(session, source, NOW.year, 10_000_000, by=finance, at=NOW, **money)
        for facts, steps in ((DEEP, 0), (RELATIVE, 1), (ILL, 2), (DEEP, 3), (DEEP, 4)):
            application = union.register(facts)
            for _ in range(steps):
                typed = {"amount": "1200"} if facts is RELATIVE else {}
                union.take(
                    application, **(typed if application.stage == "federation_check" else {})
                )
        session.commit()
        return list(union.users)


@pytest.fixture(scope="module")
def union_pages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, list[str]]]:
    folder = tmp_path_factory.mktemp("union")
    before = use_keyring(Keyring([bytes(range(32))]))
    with _copy(request, "sqlite", folder) as database:
        people = at_work(database)
        settings = {"ENGINE": database.engine, "TESTING": True, "DATA_FOLDER": folder}
        app = create_app({**settings, "SECRET_KEY": "for tests only", "CLOCK": lambda: NOW})
        app.jinja_env.bytecode_cache = COMPILED
        yield app, people
    use_keyring(before)


def test_no_page_of_another_office_speaks_of_the_party(
    union_pages: tuple[Flask, list[str]],
) -> None:
    """Every page that anybody reaches, in both languages; all of them at once."""
    app, people = union_pages
    wrong: set[tuple[str, str]] = set()
    survey = walk.Survey(app, {}, thorough=False)
    for person in people:
        survey.of(person)
    for person in people:
        client = signed_in(app, person, "en")
        for page in survey.pages:
            if page.person != person:
                continue
            english = client.get(page.path, buffered=True).text
            for words, html in ((PARTY, survey.texts[page]), (PARTY_EN, english)):
                said = sentences(html)
                wrong |= {(page.endpoint, one[:90]) for one in said if strange(one, words)}
    seen = {page.endpoint for page in survey.pages}
    assert len(seen) > 60, f"the walk has become short: {len(seen)}"
    assert not wrong, "\n".join(map(str, sorted(wrong)))


# ---- the program's own texts ----------------------------------------------------------------


# blanks of a text, and what a rule file calls a field of a person's row
NAMES_OF_CODE = re.compile(r"%\(\w+\)[sd]|\{[\w.]+\}|\bmember\.(?=[A-Z字])")
CHINESE_TEXT = re.compile(r"党|支部|组织部|部长")


def names_somebody(text: str) -> bool:
    """Whether an English text speaks of a branch, a committee or a member by itself."""
    return bool(PARTY_EN.search(NAMES_OF_CODE.sub("", text)))


def _ids(entry: Message) -> tuple[str, ...]:
    return entry.id if isinstance(entry.id, tuple) else (str(entry.id),)


def test_no_text_of_the_program_names_people_or_units_of_one_policy() -> None:
    """Catalogue, templates and Python hold `{word.…}` where a policy has its word."""
    found = [
        f"messages.po: {one}"
        for entry in i18n.catalogue()
        for one in (*i18n._strings(entry), *_ids(entry))
        if one and (CHINESE_TEXT.search(one) or (not CODES.fullmatch(one) and names_somebody(one)))
    ]
    for folder in ("admin", "casework", "engine"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".py", ".html", ".js", ".css"):
                continue
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.relative_to(ROOT)}: {line.strip()[:90]}"
                for line in text.splitlines()
                if CHINESE_TEXT.search(line) or re.search(r"\bParty\b", line)
            ]
    found += [
        f"{code}: {one}"
        for code, pair in messages.catalogue().items()
        for one in pair
        if CHINESE_TEXT.search(one) or names_somebody(one)
    ]
    assert not found, "\n".join(found)


def test_the_words_that_the_catalogue_asks_for_exist() -> None:
    for entry in i18n.catalogue():
        for one in (*_ids(entry), *i18n._strings(entry)):
            assert {plain_name(word) for word in WORD.findall(one)} <= NAMES, one
