"""A fresh server for every module, a browser, and tabs that watch for errors and requests."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from benchmarks.browser import ARGUMENTS
from pages import View
from transformer import Translator

ROOT = Path(__file__).parents[2]
CHECKED = "switches => switches.map(one => one.checked)"
# Labels are there for every row and column, hidden where there is no room for all.
SIZE = """body => [".rowLabels", ".columnLabels"].map(
    name => body.parentElement.querySelector(name).children.length)"""
COLOURS = """(canvas, [rows, columns]) => {
    const [width, height] = [canvas.width / columns, canvas.height / rows];
    const at = (row, column) => canvas.getContext("2d")
        .getImageData((column + 0.1) * width, (row + 0.2) * height, 1, 1).data;
    return Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (_, column) => [...at(row, column)].slice(0, 3)));
}"""
expect.set_options(timeout=20_000)  # the machine may be busy; nothing here measures time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as driving a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


def pytest_runtest_setup() -> None:
    """Without chromium skip all of it, with one line for all; where CI is set, fail instead."""
    if shutil.which("chromium") is None:
        tell = pytest.fail if os.environ.get("CI") else pytest.skip
        tell("the browser tests need chromium: sudo apt install chromium")


class Tab:
    """A page of the app in the browser, with names for what stands on it."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server
        self.box = page.get_by_test_id("stTextInputField")
        self.button = page.get_by_test_id("stFormSubmitButton").locator("button")
        self.english = page.locator(".word-links .words.target button")
        self.cells = page.locator(".head-grid .cell")
        self.chosen = page.locator('.head-grid .cell[aria-selected="true"]')
        self.sentence = page.locator(".heads .sentence")
        self.alerts = page.get_by_test_id("stAlert")
        self.picture = page.locator(".heads .matrix .body")  # named after what it shows
        self.canvas = self.picture.locator("canvas")
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._watch(request.url))
        page.on("websocket", lambda socket: self._watch(socket.url))

    def _watch(self, url: str) -> None:
        self.requests.append(url)
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss"):
            if address.netloc != urlsplit(self.server).netloc:
                self.errors.append(f"request to another host: {url}")

    def open(self, address: str = "") -> None:
        self.page.goto(f"{self.server}/{address}")
        self.settle()

    def go(self, view: View) -> None:
        """A click in the list of pages, in the section that has to be opened first."""
        section = self.page.locator(".st-key-menu details").filter(
            has=self.page.get_by_text(view.section, exact=True)
        )
        if section.get_attribute("open") is None:
            section.locator("summary").click()
        section.get_by_role("link", name=view.title).click()

    def settle(self) -> None:
        """Wait until the page is drawn and nothing is running."""
        expect(self.page.locator(".word-links, .head-grid, [data-testid=stAlert]")).to_be_visible()
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )

    def picked(self, key: str) -> Locator:
        """The chosen button of the row of buttons with that key."""
        return self.page.locator(f'.st-key-{key} [aria-checked="true"]')

    def place(self) -> list[int]:
        """Layer and head outlined in the overview, counted from 1."""
        return [1 + index for index in self.chosen.evaluate("cell => cell.place")]

    def shown(self) -> list[list[str]]:
        """What the tip says about every cell of the large picture."""
        self.picture.focus()
        size = self.picture.evaluate(SIZE)
        return [[self._tip_at(row, column) for column in range(size[1])] for row in range(size[0])]

    def _tip_at(self, row: int, column: int) -> str:
        rows, columns = self.picture.evaluate(SIZE)
        box = self.picture.bounding_box()
        self.page.mouse.move(
            box["x"] + (column + 0.5) * box["width"] / columns,
            box["y"] + (row + 0.5) * box["height"] / rows,
        )
        return self.page.locator(".heads .matrix .tip").inner_text()

    def colours(self) -> list[list[list[int]]]:
        """Red, green and blue in every cell of the large picture, beside its number."""
        return self.canvas.evaluate(COLOURS, self.picture.evaluate(SIZE))

    def view(self) -> dict[str, object]:
        """All that a reader sees of the attention page."""
        expect(self.picture).to_have_attribute("aria-label", self.sentence.inner_text())
        return {
            "place": self.place(),
            "picked": [self.picked(key).inner_text() for key in ("kind", "layer", "head", "unit")],
            "switches": self.page.get_by_role("switch").evaluate_all(CHECKED),
            "sentence": self.sentence.inner_text(),
            "box": self.box.input_value(),
            "address": self.page.url,
        }


@pytest.fixture(scope="module")
def script() -> str:
    """What the server runs; a module may have another."""
    return "serve.py"


@pytest.fixture(scope="module")
def server(script: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that nobody has visited yet, started as `make run` does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    options = [f"--server.port={port}", "--server.address=127.0.0.1"]
    command = [sys.executable, "-m", "streamlit", "run", script, *options]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--server.fileWatcherType=none"], cwd=ROOT, stdout=file, stderr=file
        )
    try:
        address = f"http://127.0.0.1:{port}"
        while not _healthy(address):
            if process.poll() is not None:
                pytest.fail(f"the server ended:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
            return answer.read() == b"ok"
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_tab(browser: Browser, server: str) -> Iterator[Callable[..., Tab]]:
    """``new_tab(color_scheme="dark")``: a visitor of their own, without anything remembered."""
    tabs: list[Tab] = []

    def new(**options: object) -> Tab:
        options = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | options
        tabs.append(Tab(browser.new_context(**options).new_page(), server))
        return tabs[-1]

    yield new
    try:
        for tab in tabs:
            assert tab.errors == []
            assert tab.page.get_by_test_id("stException").count() == 0
    finally:
        for tab in tabs:
            tab.page.context.close()


@pytest.fixture
def tab(new_tab: Callable[..., Tab]) -> Tab:
    return new_tab()


@pytest.fixture(scope="module")
def shipped() -> Translator:
    """The shipped model, to say what the browser should show."""
    return Translator.load(device="cpu")
