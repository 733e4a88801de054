"""The system's own Chromium, as the browser tests, the pictures of the tours and the counts use it."""

from __future__ import annotations

import shutil

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# without the windows of a browser around the page, where Debian's package is there: it needs less
BINARIES = ("chromium-headless-shell", "chromium")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--lang=zh-CN",
    "--window-size=1366,768",
)


def open_chromium(*switches: str) -> webdriver.Chrome | None:
    """A browser of 1366 × 768; None where Chromium or its driver is not on the PATH."""
    binary = next(filter(None, map(shutil.which, BINARIES)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        return None
    options = webdriver.ChromeOptions()
    for switch in (*SWITCHES, *switches):
        options.add_argument(switch)
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    opened.set_page_load_timeout(30)
    return opened
