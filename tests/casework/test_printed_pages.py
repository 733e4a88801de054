"""Papers as pages: laid out by LibreOffice, looked at as pictures, read back as text.

`SUNSHINE_PAGES=folder` keeps the pictures, to be looked at beside the annexes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.printing import desk, joined, pdf, render
from tests.casework import union_papers
from tests.casework.office import Office, open_funded_office
from tests.casework.test_printing import ASKING, LONG_NAME, everything, of, someone
from tests.ground import Ground

pytestmark = [
    pytest.mark.printer,
    # a page looks the same from either database
    pytest.mark.parametrize("shared_database", ["sqlite"], indirect=True, scope="session"),
]
DOTS = 50
PAPER = (413, 585)  # an A4 page at 50 dots per inch, give or take one
LEAST_MARGIN = 10  # dots: 5 mm of white on every side, or something is cut off
INK = 160


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def pages(data: bytes, folder: Path) -> list[tuple[int, int, bytes]]:
    """Every page of a PDF as (width, height, a byte of grey for each dot)."""
    source = folder / "paper.pdf"
    source.write_bytes(data)
    command = ["pdftoppm", "-r", str(DOTS), "-gray", str(source), str(folder / "page")]
    subprocess.run(command, check=True, capture_output=True)
    if kept := os.environ.get("SUNSHINE_PAGES"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, Path(kept) / f"{folder.name}.pdf")
    return [_grey(path.read_bytes()) for path in sorted(folder.glob("page*.pgm"))]


def _grey(data: bytes) -> tuple[int, int, bytes]:
    kind, size, _most, dots = data.split(b"\n", 3)
    assert kind == b"P5"
    width, height = (int(part) for part in size.split())
    return width, height, dots


def inked(page: tuple[int, int, bytes]) -> tuple[int, int, int, int]:
    """The box of everything printed: left, top, right, bottom, in dots from the edges."""
    width, height, dots = page
    rows = [y for y in range(height) if min(dots[y * width : (y + 1) * width]) < INK]
    columns = [x for x in range(width) if min(dots[x::width]) < INK]
    assert rows, "an empty page"
    return columns[0], rows[0], width - 1 - columns[-1], height - 1 - rows[-1]


def said(data: bytes, folder: Path) -> str:
    source = folder / "text.pdf"
    source.write_bytes(data)
    found = subprocess.run(["pdftotext", str(source), "-"], check=True, capture_output=True)
    return "".join(found.stdout.decode().split())


def printed(office: Office, about: str, paper_id: str, *ids: int) -> bytes:
    subject = of(office, about, *ids)
    paper = desk.paper_of(office.session, subject, paper_id)
    assert paper is not None
    made = desk.filled(office.session, subject, paper, ASKING)
    return pdf.pdf(render.saved(made.word))


def test_every_paper_keeps_inside_its_pages(office: Office, tmp_path: Path) -> None:
    """All papers in one document: one run of LibreOffice, and the joining is looked at too."""
    whole = None
    shapes: Iterator[tuple[str, tuple[int, ...]]] = everything(office)
    for about, ids in shapes:
        subject = of(office, about, *ids)
        for paper in subject.policy.papers.about(about):
            if desk.fits(subject, paper):
                word = desk.filled(office.session, subject, paper, ASKING).word
                if whole is None:
                    whole = word
                else:
                    joined.append(whole, word)
    assert whole is not None
    found = pages(pdf.pdf(render.saved(whole)), tmp_path)
    assert len(found) >= 18
    for number, page in enumerate(found, 1):
        width, height, _dots = page
        assert sorted((width, height)) == pytest.approx(PAPER, abs=2), number
        assert min(inked(page)) >= LEAST_MARGIN, (number, inked(page))


def test_every_paper_of_the_union_keeps_inside_its_pages(office: Office, tmp_path: Path) -> None:
    whole = None
    for about, ids in union_papers.everything(office, LONG_NAME, rows=25):
        subject = of(office, about, *ids)
        for paper in subject.policy.papers.about(about):
            word = desk.filled(office.session, subject, paper, ASKING).word
            whole = joined.append(whole, word) or whole if whole is not None else word
    assert whole is not None
    for number, page in enumerate(pages(pdf.pdf(render.saved(whole)), tmp_path), 1):
        assert min(inked(page)) >= LEAST_MARGIN, (number, inked(page))


@pytest.mark.parametrize(("road", "form"), [("living", "annex_1"), ("sudden", "annex_2")])
def test_an_annex_is_one_page_until_its_rows_need_more(
    office: Office, tmp_path: Path, road: str, form: str
) -> None:
    usual = someone(office, "transfer", road=road, rows=4)
    assert len(pages(printed(office, "application", form, usual.id), tmp_path)) == 1
    many = someone(office, "transfer", road=road, rows=60)
    folder = tmp_path / "many"
    folder.mkdir()
    data = printed(office, "application", form, many.id)
    assert len(pages(data, folder)) >= 2
    text = said(data, folder)
    assert "王建国零工601" not in text
    assert "王建国零工60" in text, "the last row is not cut off"
    assert "各党（工）委建档一份。" in text


def test_the_contents_of_a_file_name_the_pages_on_which_its_parts_stand(
    office: Office, tmp_path: Path
) -> None:
    application = someone(office, "transfer")
    office.roster(application)
    data = printed(office, "member", "dossier", application.member_id)
    source = tmp_path / "paper.pdf"
    source.write_bytes(data)
    texts = []
    for number in range(1, len(pages(data, tmp_path)) + 1):
        command = ["pdftotext", "-f", str(number), "-l", str(number), str(source), "-"]
        found = subprocess.run(command, check=True, capture_output=True)
        texts.append("".join(found.stdout.decode().split()))
    contents = texts[1]
    for title in ("困难党员帮扶救助申请表", "审核结果告知书", "领款凭据"):
        page = next(n for n, text in enumerate(texts, 1) if n > 2 and title in text)
        assert str(page) in contents.split(title, 1)[1][:6], (title, page, contents)
