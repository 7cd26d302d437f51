"""Seconds from opening a page to its finished first picture, on a warm server.

    python benchmarks/first_picture.py [ROUNDS]

Starts a server of its own, opens each page in a fresh browser context, so that nothing is cached
by the browser, and prints median, smallest and largest. Needs Debian's chromium and playwright.
"""

import statistics
import sys
import time

from browser import server_and_browser
from playwright.sync_api import Browser

PICTURES = {  # page -> what is there once its picture is drawn
    "/": ".word-links svg path",
    "/attention": '.heads canvas:not([data-drawn="0"])',
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with server_and_browser() as (address, browser):
        for page, picture in PICTURES.items():
            open_page(browser, address + page, picture)  # the first visit warms the server
        seconds: dict[str, list[float]] = {page: [] for page in PICTURES}
        for _ in range(rounds):
            for page, picture in PICTURES.items():
                seconds[page].append(open_page(browser, address + page, picture))
    for page, found in seconds.items():
        print(
            f"{page:12} median {statistics.median(found):.2f} s "
            f"({min(found):.2f} to {max(found):.2f}, {rounds} rounds)"
        )


def open_page(browser: Browser, address: str, picture: str) -> float:
    """Seconds until ``picture``, a CSS selector, is there."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(picture, state="attached")
    seconds = time.perf_counter() - begun
    context.close()
    return seconds


if __name__ == "__main__":
    main()
