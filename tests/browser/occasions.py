"""What the demonstration has no case of, brought about through the pages before they are walked:
imports at three points, a list that waits to be posted, a roster to print, money ordered back and
a draft of the policy."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models import Application, Grant, Member, OrgUnit, Payment, PaymentState
from seeds.district import PASSWORD
from tests.admin.conftest import TOKEN
from tests.admin.forms_on_page import form_to
from tests.casework.imports.books import MEMBER_HEAD, book
from tests.conftest import Database

GROUP = re.compile(r'href="(/notices/new\?[^"]+)"')
COLUMN = re.compile(r'name="(column-[^"]+)">(.*?)</select>', re.S)
MATCHED = re.compile(r'value="(\d+)" selected')
DUES_ON = "2026-12-01"  # the first day of a changed amount, after the day of the demonstration
NOBODY = ""  # whoever has not signed in


def signed_in(app: Flask, person: str, language: str) -> FlaskClient:
    """Somebody's client; its session cookie serves the browser too."""
    client = app.test_client()
    if person != NOBODY:
        token = TOKEN.search(client.get("/login").text)
        assert token
        data = {"username": person, "password": PASSWORD, "csrf_token": token[1]}
        assert client.post("/login", data=data).status_code == 302, person
    client.get(f"/lang/{language}")
    return client


class Steps:
    """Presses what the pages offer. `seen_by` says who looks at what came of it."""

    def __init__(self, app: Flask, database: Database, folder: Path) -> None:
        self.app, self.database, self.folder = app, database, folder
        self.seen_by: dict[str, list[str]] = {}

    def all(self) -> dict[str, list[str]]:
        """Person → addresses, each of a case that the links may not lead to."""
        self.seen_by[NOBODY] = ["/login"]
        self.registration()
        self.comparison()
        self.imports()
        self.waiting_to_be_posted()
        self.roster()
        self.recovery()
        self.draft()
        return self.seen_by

    def registration(self) -> None:
        """A search that leads to the form with which an application begins, and that form, which
        opens by itself where a search finds one person only."""
        query = (
            select(Member.name, Member.id)
            .join(Member.org)
            .where(OrgUnit.code == "C1-1", Member.active)
        )
        with self.database.sessions() as session:
            name, number = session.execute(query.order_by(Member.id).limit(1)).one()
        self.seen_by["c1-1.clerk"] = ["/register/?q=" + quote(name), f"/register/{number}"]

    def comparison(self) -> None:
        """A case whose entry is compared with the paper, and its page for an heir's account, which
        says why it is closed."""
        query = select(func.min(Application.id)).join(OrgUnit, OrgUnit.id == Application.org_id)
        with self.database.sessions() as session:
            case = session.scalars(query.where(OrgUnit.code == "C1-1")).one()
            session.get_one(Application, case).payee_name = "周继承"  # or the page has no form
            session.commit()
        self.seen_by.setdefault("c1.verifier", []).append(f"/application/{case}/compare")
        self.seen_by.setdefault("c1-1.clerk", []).append(f"/application/{case}/payee/account")

    def imports(self) -> None:
        """One workbook whose columns wait, one that was tried, one that was taken in."""
        client = signed_in(self.app, "c1.clerk1", "zh")
        for number, verbs in enumerate(((), ("check",), ("check", "apply"))):
            rows = [MEMBER_HEAD, *self._rows(number)]
            file = book(self.folder / f"名单{number}.xlsx", {"名单": rows})
            form = form_to(client.get("/imports/").text, "/imports/")
            data = {
                **form.data(),
                "kind": "members",
                "file": (io.BytesIO(file.read_bytes()), file.name),
            }
            there = _done(client.post("/imports/", data=data))
            for verb in verbs:
                page = client.get(there).text
                columns = {
                    name: chosen[1]
                    for name, options in COLUMN.findall(page)
                    if (chosen := MATCHED.search(options))
                }
                sent = {**form_to(page, f"/{verb}").data(), **(columns if verb == "check" else {})}
                _done(client.post(f"{there}/{verb}", data=sent))
            self.seen_by.setdefault("c1.clerk1", []).append(there)

    def _rows(self, number: int) -> list[tuple[object, ...]]:
        """A good row, one with a wrong number, one of a branch out of reach."""
        branch, other = (self._unit(code) for code in ("C1-1", "C2-1"))
        return [
            (branch, f"新来{number}", None, "男", "2001-07-01", "城镇", None, 2),
            (branch, "号码错", "370112196108050010", None, None, "城镇", None, 2),
            (other, "外人", None, None, None, None, None, None),
        ]

    def waiting_to_be_posted(self) -> None:
        """A branch where a list waits, and the clerk who posts it."""
        query = (
            select(OrgUnit.code)
            .join(Application, Application.org_id == OrgUnit.id)
            .where(Application.stage == "notice")
        )
        with self.database.sessions() as session:
            codes = session.scalars(query.distinct().order_by(OrgUnit.code)).all()
        for code in codes:
            person = f"{code.lower()}.clerk"
            found = GROUP.search(signed_in(self.app, person, "zh").get("/notices/").text)
            if found:
                self.seen_by.setdefault(person, []).append(unescape(found[1]))
                return
        raise AssertionError("no list of the demonstration waits to be posted")

    def roster(self) -> None:
        """What a committee may pay is on its roster."""
        for person in (f"c{number}.clerk1" for number in range(1, 9)):
            client = signed_in(self.app, person, "zh")
            page = client.get("/payments/").text
            if 'action="/payments/prepare"' in page:
                _done(client.post("/payments/prepare", data=form_to(page, "/prepare").data()))
                again = client.get("/payments/").text
                link = re.search(r'href="(/payment/roster[^"]+)"', again)
                assert link, "the roster cannot be printed"
                self.seen_by.setdefault(person, []).append(unescape(link[1]))
                return
        raise AssertionError("nothing of the demonstration may be put on a roster")

    def recovery(self) -> None:
        """Money ordered back, half of which came in."""
        paid = Grant.payments.any(Payment.state == PaymentState.PAID)
        query = select(Grant.id, Application.number).join(Grant.application).where(paid)
        with self.database.sessions() as session:
            grant, number = session.execute(query.order_by(Grant.id).limit(1)).one()
        client = signed_in(self.app, "finance1", "zh")
        new = f"/recoveries/new/{grant}"
        data = {**form_to(client.get(new).text, new).data(), "reason": "重复发放，经核实予以追回"}
        there = _done(client.post(new, data={**data, "amount": "100"}))
        receipt = form_to(client.get(there).text, "/receive").data()
        _done(client.post(f"{there}/receive", data={**receipt, "amount": "50"}))
        found = f"/recoveries/?search={quote(number)}"
        self.seen_by.setdefault("finance1", []).extend([found, new, there])

    def draft(self) -> None:
        """A dearer line of the policy, not yet put forward."""
        client = signed_in(self.app, "officer1", "zh")
        home = "/policy/licheng-2010/"
        form = form_to(client.get(home).text, "/value").data()
        data = {**form, "parameter": "living_amount", "since": DUES_ON, "value": "700"}
        _done(client.post(home + "value", data=data))
        self.seen_by.setdefault("officer1", []).extend([home + "draft", home + "effect"])

    def _unit(self, code: str) -> str:
        with self.database.sessions() as session:
            return session.scalars(select(OrgUnit.name).where(OrgUnit.code == code)).one()


def _done(answer: TestResponse) -> str:
    """The address that an accepted form leads on to."""
    assert answer.status_code == 302, (answer.status_code, answer.text[:3000])
    return answer.headers["Location"]
