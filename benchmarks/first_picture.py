"""Seconds from opening a page to its finished first picture, on a warm server.

    python benchmarks/first_picture.py [ROUNDS]

Starts a server of its own, opens each page in a fresh browser context, so that nothing is cached
by the browser, and prints median, smallest and largest. Needs Debian's chromium and playwright.
"""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = {  # page -> what is there once its picture is drawn
    "/": ".word-links svg path",
    "/attention": ".js-plotly-plot .heatmaplayer image",
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for page, picture in PICTURES.items():
            open_page(browser, address + page, picture)  # the first visit warms the server
        seconds: dict[str, list[float]] = {page: [] for page in PICTURES}
        for _ in range(rounds):
            for page, picture in PICTURES.items():
                seconds[page].append(open_page(browser, address + page, picture))
        browser.close()
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


@contextmanager
def server() -> Iterator[str]:
    """The address of a server of our own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.address=127.0.0.1"]
    running = subprocess.Popen(
        [*command, f"--server.port={port}"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                if urlopen(f"{address}/_stcore/health").read() == b"ok":
                    break
            except OSError:
                time.sleep(0.25)
        else:
            raise RuntimeError("the server did not become healthy within a minute")
        yield address
    finally:
        running.terminate()
        running.wait()


if __name__ == "__main__":
    main()
