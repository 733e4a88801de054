"""An office that calls its ways of paying otherwise: every page, paper, file and message concerned
says them as the policy of the application does, and an earlier application as its own edition does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from casework import editions
from models import Application, Member, Payment
from models.ledger import FundSource, Grant
from tests.admin.roadside import Roadside, open_roadside, said
from tests.casework.bureau import Bureau, licheng, register, screened, walk
from tests.conftest import Database
from tests.factories import NOW

CARD, HAND = ("惠民一卡通", "Benefit card"), ("当面领取", "Collected in person")
WERE = re.compile(r"银行卡(?!号)|现金|[Bb]ank card|\b[Cc]ash\b")
WITH_CARD, WITHOUT, EARLIER = "王建国", "刘长河", "李秀英"


def renamed() -> dict[str, bytes]:
    """The 2010 policy with other titles for its ways of paying, wherever its files name them."""
    files = licheng()
    text = files["procedure.yaml"].decode()
    for old, new in (
        ("银行卡", CARD[0]),
        ("Bank card", CARD[1]),
        ("现金", HAND[0]),
        ("Cash is", "Collected money is"),
        ("en: Cash", f"en: {HAND[1]}"),
    ):
        assert old in text
        text = text.replace(old, new)
    return {**files, "procedure.yaml": text.encode()}


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """One paid by the first edition; then the office renames, and two wait for their money."""
    session = bureau.session
    before = register(bureau, members[EARLIER])
    persons = [bureau[name] for name in ("officer", "second_officer")]
    new = date(2010, 12, 3)
    editions.publish(
        session, renamed(), from_on=new, proposed_by=persons[0], signed_by=persons[1], at=NOW
    )
    rows = [register(bureau, members[name]) for name in (WITH_CARD, WITHOUT)]
    assert {row.edition_id for row in rows} != {before.edition_id}
    register(bureau, members["周四"])
    for row in rows:
        walk(bureau, row, "notice")
    screened(bureau, rows)
    source = session.query(FundSource).one()
    grant = Grant(application=before, member=before.member, aid_year=2010, fen=60000, source=source)
    session.add(
        Payment(
            grant=grant,
            fen=60000,
            source=source,
            method="card",
            payee_name=EARLIER,
            state="reversed",
        )
    )
    session.flush()


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    members = {
        WITH_CARD: {"bank_account": "6222020000001234567"},
        WITHOUT: {},
        EARLIER: {},
        "周四": {},
    }
    made = open_roadside(database, tmp_path, members, begun)
    made.clock.later(7)
    return made


def numbers(office: Roadside, kind: type[Application] | type[Payment]) -> dict[str, int]:
    """The numbers of the rows by the name of the person."""
    with office.session() as session:
        if kind is Application:
            return {one.member.name: one.id for one in session.query(Application)}
        return {one.payee_name: one.id for one in session.query(Payment)}


def spoken(page: str) -> str:
    """What a page says, without the choices of a filter that goes across policies."""
    shown = re.sub(r"<(script|style)\b.*?</\1>|<datalist.*?</datalist>", "", page, flags=re.S)
    shown = re.sub(r'<select[^>]*name="f_method".*?</select>', "", shown, flags=re.S)
    named = re.findall(r'\b(?:aria-label|placeholder|title)="([^"]*)"', shown)
    return " ".join([re.sub(r"<[^>]+>", " ", shown), *named])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is said is the same on both
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_papers_and_files_call_the_ways_of_paying_as_the_policy_does(
    office: Roadside, lang: str
) -> None:
    at = 0 if lang == "zh" else 1
    card, hand = CARD[at], HAND[at]
    cases, finance = numbers(office, Application), office.at("finance")
    clerk = office.at("committee_clerk")
    entering = office.at("clerk")
    for desk in (finance, clerk, entering):
        with desk.browser.client.session_transaction() as kept:
            kept["lang"] = lang

    def shows(page: str, *titles: str) -> None:
        text = spoken(page)
        assert [one for one in titles if one not in text] == []
        assert WERE.findall(text) == []

    shows(entering.get(f"/application/{cases['周四']}/payee"), card, hand)
    finance.press("/transfers/", "/transfers/send", source="1", **{"list-voucher": "凭证1"})
    clerk.press("/payments/", "/payments/prepare")
    own = numbers(office, Payment)
    page = clerk.get("/payments/")
    assert card in page
    assert hand in page
    rows = re.findall(r"<tr>.*?</tr>", page[page.index("<main") :], re.S)
    was = [row for row in rows if EARLIER in row and "/payment/" in row]
    assert len(was) == 1
    assert WERE.search(was[0]), "the earlier one keeps the words of its own edition"
    shows(page.replace(was[0], ""))
    shows(clerk.get(f"/payment/{own[WITH_CARD]}"), card)
    shows(clerk.get(f"/payment/{own[WITHOUT]}"), hand)
    refused = clerk.refused("/payments/", "/payments/pay")
    shows(refused.replace(was[0], ""), card, hand)
    assert WERE.search(clerk.get(f"/payment/{own[EARLIER]}"))
    paid = {f"row-{cases[WITHOUT]}-witness": "见证人甲"}
    clerk.press("/payments/", "/payments/pay", **paid)
    shows(clerk.get(f"/application/{cases[WITH_CARD]}"), card)
    shows(clerk.get(f"/application/{cases[WITHOUT]}"), hand)
    shows(clerk.get("/payment_list/?col=payee&col=method&search=" + WITH_CARD), card)
    assert WERE.search(clerk.get("/payment_list/?col=payee&col=method&search=" + EARLIER))
    by_card = clerk.get("/payment_list/?f_method=card")
    assert WITH_CARD in by_card
    assert WITHOUT not in by_card
    (offered,) = re.findall(r'<select[^>]*name="f_method".*?</select>', by_card, re.S)
    assert card in offered
    assert WERE.search(offered), "a title of each policy, since the filter goes across them"
    file = clerk.get("/payment_list/export/csv/?search=" + WITHOUT)
    shows(file, hand)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_papers_and_messages_do_too(office: Roadside) -> None:
    finance, clerk = office.at("finance"), office.at("committee_clerk")
    cases = numbers(office, Application)
    finance.press("/transfers/", "/transfers/send", source="1", **{"list-voucher": "凭证1"})
    clerk.press("/payments/", "/payments/prepare")
    own = numbers(office, Payment)
    for name, title in ((WITH_CARD, CARD[0]), (WITHOUT, HAND[0])):
        slip = clerk.get(f"/papers/payment/{own[name]}/receipt.html")
        assert title in slip
        assert not WERE.search(spoken(slip))
    given = {f"row-{cases[WITHOUT]}-method": "card"}
    told = " ".join(said(clerk.refused("/payments/", "/payments/pay", **given)))
    assert f"没有{WITHOUT}的银行账号，请补录账号，或改用：{HAND[0]}。" in told
    assert not WERE.search(told)
