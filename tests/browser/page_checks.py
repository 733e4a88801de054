"""What must hold of every page, looked at in a real browser; each check gives lines to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """
const [tags, done] = arguments;
axe.run(document, {runOnly: {type: "tag", values: tags}, rules: {"target-size": {enabled: true}},
  resultTypes: ["violations"]}).then(
  (found) => done(found.violations.flatMap((rule) => rule.nodes.map((node) =>
    rule.id + " " + node.target.join(" ") + " " + (node.any.concat(node.all, node.none)[0] || {message: ""}).message))),
  (error) => done(["axe failed: " + error]));
"""
REPEATED_IDS = """
const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
"""
# the page itself must not scroll sideways; a wide table scrolls in its own frame
WIDER = """
const root = document.documentElement, wide = root.clientWidth;
if (root.scrollWidth <= wide) return [];
const inFrame = (one) => {
  for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
    const flow = getComputedStyle(up).overflowX;
    if (flow === "auto" || flow === "scroll" || flow === "hidden") return true;
  }
  return false;
};
const over = [...document.querySelectorAll("body *")].filter((one) =>
  one.getBoundingClientRect().right > wide + 1 && !inFrame(one));
return ["page " + root.scrollWidth + " in " + wide + " px: " +
  over.slice(0, 3).map((one) => one.tagName.toLowerCase() + "." + one.className).join(", ")];
"""
# words that stand below each other, a letter or two in each line: a column without room
SQUEEZED = """
const main = document.querySelector("main"), out = [], range = document.createRange();
if (!main) return out;
const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const text = walk.currentNode.data.trim(), inside = walk.currentNode.parentElement;
  if (text.length < 4 || inside.closest("svg, .visually-hidden")) continue;
  range.selectNodeContents(walk.currentNode);
  const lines = [...range.getClientRects()].filter((line) => line.width);
  if (lines.length < 3) continue;
  const widest = Math.max(...lines.map((line) => line.width));
  if (widest < 2.5 * parseFloat(getComputedStyle(inside).fontSize))
    out.push(inside.tagName.toLowerCase() + "." + inside.className + " " + text.slice(0, 20));
}
return out.slice(0, 5);
"""
# every part of the content that can be opened, but menus, which would cover what is below them
OPEN_ALL = """
for (const one of document.querySelectorAll("main .on-demand")) one.classList.add("shown");
for (const one of document.querySelectorAll("main details:not(.menu):not([open])")) one.open = true;
"""
# what is read or spoken, but for names somebody gave and text marked as another language
WORDS = """
const out = [document.title], skip = "[lang=en], code, kbd, samp, pre, script, style, textarea, [data-verbatim]";
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const inside = walk.currentNode.parentElement;
  if (inside && !inside.closest(skip)) out.push(walk.currentNode.data);
}
for (const one of document.querySelectorAll("[aria-label],[placeholder],[title],[alt]"))
  if (!one.closest(skip))
    for (const name of ["aria-label", "placeholder", "title", "alt"])
      if (one.hasAttribute(name)) out.push(one.getAttribute(name));
return out.map((text) => text.trim()).filter((text) => text);
"""
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")
KEY = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]+\.[a-z]+_[a-z_]+\b|%\([a-z]+\)s|\{[a-z_]+\}")
# numbers of documents, names of rule files, and the hint that an action of the log begins so
VERBATIM = re.compile(
    r"\b[A-Z]{2}\d{4}-\d+\b|\b[A-Z]{2}\d{8}\b|\bsha256:[0-9a-f]+|\bpapers/|\b(?:cases/)?[a-z_]+\.yaml\b|\bcases/|\bmember\.(?!\w)"
    r"|[\w-]*\.(?:png|jpe?g|pdf|docx|xlsx)\b|\b[a-z]+(?:\.[a-z]+)+:\d+\b|\bSUNSHINE_[A-Z_]+\b"
)
ISO_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
# words that a Chinese office writes in Latin letters
LATIN = frozenset(
    "CSV Excel ZIP PDF PNG JPG JPEG YAML JSON Ctrl Enter Esc Tab Shift Word WPS LibreOffice MB KB AB English px IP ID SHA".split()  # noqa: SIM905  # easier to read
)


def axe(driver: Chrome) -> list[str]:
    """Violations of WCAG 2.2 AA; the script is put in by the driver, past the page's policy."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(AXE)
    found: list[str] = driver.execute_async_script(RUN_AXE, TAGS)
    return found


def repeated_ids(driver: Chrome) -> list[str]:
    return [f"id twice: {one}" for one in driver.execute_script(REPEATED_IDS)]


def sideways(driver: Chrome) -> list[str]:
    found: list[str] = driver.execute_script(WIDER)
    return found


def squeezed(driver: Chrome) -> list[str]:
    return [f"squeezed: {one}" for one in driver.execute_script(SQUEEZED)]


def open_all(driver: Chrome) -> None:
    """Open what is closed in the content, so that the checks look into it too."""
    driver.execute_script(OPEN_ALL)


def stray_words(driver: Chrome, names: frozenset[str]) -> list[str]:
    """English words, raw keys and dates of machines on a Chinese page; `names` are allowed."""
    texts: list[str] = driver.execute_script(WORDS)
    found = []
    for text in texts:
        # usual words go before names: the code of a unit may be a letter of them
        rest = WORD.sub(lambda m: "" if m[0] in LATIN else m[0], VERBATIM.sub("", text))
        for name in names:
            rest = rest.replace(name, "")
        words = WORD.findall(rest)
        if words or ISO_DATE.search(rest):
            found.append(f"not Chinese: {text[:100]!r}")
    return list(dict.fromkeys(found))


def raw_keys(driver: Chrome, names: frozenset[str]) -> list[str]:
    texts: list[str] = driver.execute_script(WORDS)
    return [f"raw key: {t[:100]!r}" for t in texts if t not in names and KEY.search(t)]


def console(driver: Chrome) -> list[str]:
    """What the browser refused (the policy of the page among it), failed scripts, missing files."""
    lines: list[dict[str, Any]] = driver.get_log("browser")
    return [line["message"] for line in lines if line["level"] == "SEVERE"]
