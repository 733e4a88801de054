"""Takes the pictures of the tours and of the README again: `python -m docs.tours.take_pictures`.

It loads the demonstration of a fixed day once into var/pictures, serves a copy and walks each tour
with the system's Chromium. Give names to take some only: `… take_pictures leader finance`. With
Pillow on the machine (`pip install pillow`, anywhere on PYTHONPATH) a picture is a third of the
size. A picture that cannot be taken is named at the end; the others are taken.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from seeds.district import PASSWORD
from tests.browser.chromium import open_chromium
from tests.browser.demonstration import served
from tests.browser.seat import Seat

HERE = Path(__file__).resolve().parent
TOURS = HERE / "pictures"
FRONT = HERE.parent / "pictures"
DATA = HERE.parent.parent / "var" / "pictures"
WIDE, HIGH = 1366, 860
COLOURS, KEPT = 96, 32

Walk = Callable[[Seat], None]
Colour = tuple[int, ...]  # red, green, blue


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who looks, and how the page is reached."""

    name: str
    person: str
    walk: Walk
    folder: Path = TOURS
    high: int = HIGH


# -- ways to a page


def page(path: str) -> Walk:
    return lambda seat: seat.open(path)


def first(words: str, *steps: Walk) -> Walk:
    """The page behind the first row of what waits at a step, from the person's first page."""

    def walk(seat: Seat) -> None:
        seat.open("/")
        seat.go(words)
        for step in steps:
            step(seat)

    return walk


def then(*steps: Walk) -> Walk:
    def walk(seat: Seat) -> None:
        for step in steps:
            step(seat)

    return walk


def row(number: int = 1) -> Walk:
    """Open the nth row of the list on the page."""

    def walk(seat: Seat) -> None:
        links = seat.driver.find_elements(By.CSS_SELECTOR, "main table.list tbody td a")
        target = links[number - 1].get_attribute("href") or ""
        seat.open(target.removeprefix(seat.address))

    return walk


def link(words: str) -> Walk:
    return lambda seat: seat.go(words)


def unfolded(words: str) -> Walk:
    """Open a folded form and bring it to the top of the picture."""

    def walk(seat: Seat) -> None:
        path = f"//main//summary[contains(normalize-space(.), '{words}')]"
        summary = seat.driver.find_element(By.XPATH, path)
        seat.click(summary)
        to_top(seat, summary)

    return walk


def at(words: str) -> Walk:
    """Scroll so that a heading stands at the top."""

    def walk(seat: Seat) -> None:
        path = f"//main//*[self::h2 or self::h3][contains(normalize-space(.), '{words}')]"
        to_top(seat, seat.driver.find_element(By.XPATH, path))

    return walk


def to_top(seat: Seat, element: object) -> None:
    script = "window.scrollTo(0, arguments[0].getBoundingClientRect().top + window.scrollY - 90)"
    seat.driver.execute_script(script, element)


def typed(label: str, value: str) -> Walk:
    return lambda seat: seat.write(label, value)


def chosen(legend: str, option: str) -> Walk:
    return lambda seat: seat.choose(legend, option)


def pressed(button: str) -> Walk:
    return lambda seat: seat.press(button)


def looked_for(words: str) -> Walk:
    """The search box of the top bar with something typed, its answers shown."""

    def walk(seat: Seat) -> None:
        keys = ActionChains(seat.driver)
        keys.key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).send_keys(words).perform()
        seat.driver.implicitly_wait(5)
        seat.driver.find_element(By.CSS_SELECTOR, "#find .find-option")
        seat.driver.implicitly_wait(0)

    return walk


def answered_beside(rule: str, truth: str) -> Walk:
    """Wait until the check beside the form says this of a rule."""

    def walk(seat: Seat) -> None:
        seat.driver.implicitly_wait(5)
        path = f"//aside//*[normalize-space(text())='{truth}']/ancestor::*[contains(., '{rule}')]"
        seat.driver.find_element(By.XPATH, path)
        seat.driver.implicitly_wait(0)

    return walk


def road(words: str) -> Walk:
    """Tick the kind of aid on the first page of a new application."""

    def walk(seat: Seat) -> None:
        seat.press_card(words)

    return walk


def by_number(number: str) -> Walk:
    """The case with this number, through the search of the list."""
    return then(page(f"/applications/?search={number}"), row())


NEW_CASE = then(
    page("/register/?q=王"),
    row(),
    road("生活困难帮扶"),
)
ANSWERED = then(
    NEW_CASE,
    chosen("有劳动能力", "否"),
    chosen("有生活来源", "否"),
    chosen("有法定赡养（抚养、扶养）人", "否"),
    answered_beside("三无对象", "符合"),
    at("困难情况"),
)

PICTURES = (
    Picture("branch-clerk-1", "c1-1.clerk", page("/")),
    Picture("branch-clerk-2", "c1-1.clerk", page("/register/?q=王")),
    Picture("branch-clerk-3", "c1-1.clerk", ANSWERED),
    Picture(
        "branch-clerk-4",
        "c3-2.clerk",
        then(
            page("/notices/"), link("后柳村党支部"), typed("张贴人", "张会计"), pressed("预览公示")
        ),
    ),
    Picture("branch-secretary-1", "c3-1.secretary", page("/")),
    Picture("branch-secretary-2", "c3-1.secretary", first("支部审核")),
    Picture("branch-secretary-3", "c3-1.secretary", first("支部审核", unfolded("上报"))),
    Picture("committee-clerk-1", "c1.clerk1", page("/")),
    Picture("committee-clerk-2", "c1.clerk1", page("/imports/")),
    Picture("committee-clerk-3", "c4.clerk1", page("/filings/")),
    Picture("committee-clerk-4", "c1.clerk1", page("/payments/")),
    Picture("verifier-1", "c4.verifier", page("/")),
    Picture("verifier-2", "c4.verifier", first("核实盖章", row(3))),
    Picture("verifier-3", "c4.verifier", first("核实盖章", row(3), unfolded("核实盖章"))),
    Picture("committee-leader-1", "c4.leader", page("/")),
    Picture("committee-leader-2", "c4.leader", first("核实盖章", row(), link("与原表核对"))),
    Picture("committee-leader-3", "c4.leader", then(page("/rounds/"), row())),
    Picture("reviewer-1", "reviewer1", page("/")),
    Picture("reviewer-2", "reviewer1", first("提交上会", row())),
    Picture("reviewer-3", "reviewer1", page("/meetings/")),
    Picture("reviewer-4", "reviewer1", then(page("/rounds/"), row())),
    Picture("leader-1", "leader1", page("/")),
    Picture("leader-2", "leader1", page("/meetings/")),
    Picture("leader-3", "leader1", page("/figures/")),
    Picture("screener-1", "screener", page("/")),
    Picture("screener-2", "screener", then(page("/screenings/"), row())),
    Picture("finance-1", "finance1", page("/")),
    Picture("finance-2", "finance1", page("/transfers/")),
    Picture("finance-3", "finance1", page("/funds/")),
    Picture("finance-4", "finance1", page("/funds/journal/")),
    Picture("auditor-1", "auditor", page("/")),
    Picture("auditor-2", "auditor", page("/checks/")),
    Picture("auditor-3", "auditor", page("/audit/")),
    Picture("auditor-4", "auditor", page("/reports/")),
    Picture("policy-officer-1", "officer1", page("/")),
    Picture("policy-officer-2", "officer1", page("/policy/")),
    Picture("policy-officer-3", "officer1", page("/policy/licheng-2010/files")),
    Picture("administrator-1", "admin", page("/")),
    Picture("administrator-2", "admin", page("/users/")),
    Picture("administrator-3", "admin", then(page("/users/"), row(3))),
    Picture("case-zh", "reviewer1", first("提交上会", row()), FRONT, 1000),
    Picture("ours-list", "reviewer1", page("/applications/"), FRONT),
    Picture("ours-form", "c1-1.clerk", ANSWERED, FRONT),
    Picture("ours-first-page", "leader1", page("/"), FRONT),
    Picture("ours-search", "reviewer1", then(page("/"), looked_for("王建")), FRONT),
)


# -- taking them


def main(wanted: list[str]) -> int:
    """Take the pictures whose names begin with a wanted word, or all; 1 when one failed."""
    os.environ["LANGUAGE"], os.environ["LANG"] = "zh_CN", "zh_CN.UTF-8"  # the browser's own words
    driver = open_chromium("--hide-scrollbars", "--force-color-profile=srgb")
    if driver is None:
        print("No Chromium with its driver on the PATH.")
        return 1
    taken = [one for one in PICTURES if not wanted or one.name.startswith(tuple(wanted))]
    failed = []
    try:
        for picture in taken:
            with served(DATA) as address:
                wrong = _take(Seat(driver, address), picture)
            if wrong:
                failed.append(f"{picture.name}: {wrong}")
            else:
                print(picture.name, _file(picture).stat().st_size // 1024, "KB")
            driver.get("about:blank")
    finally:
        driver.quit()
    print(f"{len(taken) - len(failed)} of {len(taken)} pictures taken.", *failed, sep="\n")
    return 1 if failed else 0


def _take(seat: Seat, picture: Picture) -> str:
    """Walk there and write the file; says what was wrong, or nothing."""
    size = {"width": WIDE, "height": picture.high, "deviceScaleFactor": 1, "mobile": False}
    seat.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        seat.sign_out()
        seat.sign_in(picture.person, PASSWORD)
        picture.walk(seat)
        shot = seat.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    except (AssertionError, WebDriverException, IndexError) as error:
        return f"{type(error).__name__} on {seat.path}: {str(error).splitlines()[0][:200]}"
    _file(picture).parent.mkdir(exist_ok=True)
    _file(picture).write_bytes(small(base64.b64decode(shot["data"])))
    return ""


def _file(picture: Picture) -> Path:
    return picture.folder / f"{picture.name}.png"


def small(png: bytes) -> bytes:
    """The picture with few colours, where Pillow is there to make it so."""
    try:
        from PIL import Image
    except ImportError:
        return png
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    # the widest spread of colours keeps a small red badge red; the most frequent are kept as they
    # are besides, or the grey of a page would be bluish in one picture and reddish in the next
    found = sorted(picture.getcolors(picture.width * picture.height) or (), reverse=True)
    spread = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    flat = [part for _count, colour in found[:KEPT] for part in colour]
    flat += (spread.getpalette() or [])[: 3 * COLOURS]
    palette = list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    place = {colour: _nearest(palette, colour) for _count, colour in found}
    raw = picture.tobytes()
    few = Image.new("P", picture.size)
    few.putpalette(flat)
    few.putdata([place[one] for one in zip(raw[::3], raw[1::3], raw[2::3], strict=True)])
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def _nearest(palette: Sequence[Colour], colour: Colour) -> int:
    """The place in the palette of the colour that differs least."""

    def apart(at: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(palette[at], colour, strict=True))

    return min(range(len(palette)), key=apart)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
