"""Takes the pictures of the pages that the README shows.

    python benchmarks/pictures.py [NAME ...]

Starts a server of its own and writes assets/pictures/NAME.png, all of them or those named. Needs
Debian's chromium and playwright.
"""

import sys
from typing import NamedTuple
from urllib.parse import urlencode

from browser import ROOT, server_and_browser
from playwright.sync_api import Browser

WIDTH = 1280  # pixels
SETTLED = 3000  # milliseconds after Python has ended: figures are still being drawn


class Shot(NamedTuple):
    """A page, what its address carries, how much of it is seen, and where the pointer lies."""

    path: str
    choices: dict[str, str]
    height: int
    hover: str = ""


SHOTS = {
    "translate": Shot("", {}, 520, ".word-links .word button >> nth=1"),
    "lesson": Shot("attention", {"lesson": "cross", "head": "5"}, 560),
    "box": Shot("box", {"level": "layers"}, 1180),
    "attention": Shot("attention", {"head": "5"}, 860),
    "matrix": Shot("matrix", {"text": "Des mots nouveaux"}, 1180),
    "scale": Shot("scale", {}, 860),
    "atlas": Shot("atlas", {"question": "missed", "kind": "cross", "layer": "1", "head": "6"}, 800),
    "edits": Shot(
        "edits",
        {"text": "Marie a vu Paul et elle lui a souri.", "edits": "force.cross.3.all.11.8"},
        860,
    ),
    "search": Shot("search", {"dropped": "1"}, 1100),
    "memory": Shot("memory", {}, 1100),
    "limits": Shot("limits", {}, 860),
}


def main() -> None:
    names = sys.argv[1:] or list(SHOTS)
    with server_and_browser() as (address, browser):
        for name in names:
            take(browser, address, name)
            print(name, flush=True)


def take(browser: Browser, address: str, name: str) -> None:
    """One picture, in the light theme."""
    shot = SHOTS[name]
    context = browser.new_context(
        viewport={"width": WIDTH, "height": shot.height}, color_scheme="light"
    )
    page = context.new_page()
    page.goto(f"{address}/{shot.path}?{urlencode(shot.choices)}")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_timeout(SETTLED)
    if shot.hover:
        page.hover(shot.hover)
    page.screenshot(path=ROOT / "assets" / "pictures" / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
