"""Milliseconds from a click on the Attention page to the new large picture on the screen.

    python benchmarks/head_switch.py [CLICKS]

Starts a server of its own and opens the page with a sentence of twenty words. Everything is timed
inside the browser: from its own time stamp of the click (or of the Enter key) to the first moment
after the frame in which the picture carries its new name. Then come the address and the pickers,
which wait for Python, and the bytes that the heads of all three attentions take on the wire.
Needs Debian's chromium and playwright.
"""

import itertools
import statistics
import sys
from urllib.parse import urlencode

from browser import server_and_browser
from playwright.sync_api import Browser, Page

SENTENCE = (
    "Quand j'étais petit, ma grand-mère nous racontait toujours une histoire avant de dormir dans "
    "la grande chambre bleue."
)
OTHERS = (
    "Hier soir, les enfants de la voisine ont joué dans le jardin pendant que leur père préparait "
    "un grand repas.",
    "Le vieux professeur de mon frère lisait chaque matin le journal dans le petit café près de "
    "la gare du Nord.",
    "Demain matin, nous prendrons le premier train pour Paris afin de voir notre cousine qui "
    "attend son troisième enfant.",
    "Si tu avais écouté les conseils de ta mère, tu n'aurais pas perdu tout ton argent pendant "
    "les vacances.",
    "La petite fille qui habite au bout de la rue promène son chien noir tous les soirs après le "
    "dîner.",
)
HEADS, CELLS = 8, 32  # of the shipped model: heads a layer, heads of one kind of attention

# Waits for the next change and resolves to milliseconds since the input that caused it. A timer
# that is set within a frame runs after that frame has been painted.
WATCH = """body => {
  const pressed = new Promise(resolve => {
    const note = event => resolve(event.timeStamp);
    addEventListener("pointerdown", note, { capture: true, once: true });
    addEventListener("keydown", note, { capture: true, once: true });
  });
  const painted = () => new Promise(resolve =>
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
  const drawn = new Promise(resolve => {
    const seen = new MutationObserver(() => { seen.disconnect(); painted().then(resolve); });
    seen.observe(body, { attributeFilter: ["aria-label"] });
  });
  const before = location.href;
  const checked = () =>
    [...document.querySelectorAll('[aria-checked="true"]')].map(one => one.innerText).join();
  const pickers = checked();
  const until = happened => new Promise(resolve => {
    const look = () => happened() ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
  });
  const followed = until(() => location.href !== before);
  const picked = until(() => checked() !== pickers);
  window.measured = Promise.all([pressed, drawn]).then(([from, to]) => to - from);
  window.addressed = Promise.all([pressed, followed]).then(([from, to]) => to - from);
  window.repicked = Promise.all([pressed, picked]).then(([from, to]) => to - from);
}"""


def main() -> None:
    clicks = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with server_and_browser() as (address, browser):
        page, frames = _open(browser, address)
        _click_heads(page, clicks)
        _use_pickers(page, clicks // 2)
        _change_sentences(page)
        _weigh(page, frames)


def _open(browser: Browser, address: str) -> tuple[Page, list[int]]:
    """The page, warm, and a growing list of the sizes of all messages from the server."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    frames: list[int] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda data: frames.append(len(data))),
    )
    page.goto(f"{address}/attention?{urlencode({'text': SENTENCE})}")
    _settle(page)
    return page, frames


def _settle(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_selector('.heads canvas:not([data-drawn="0"])')
    page.wait_for_timeout(300)


def _timed(page: Page, act, *also: str) -> list[float]:
    """Milliseconds until the picture is there after ``act()``, and until ``also`` has followed."""
    page.locator(".heads .body").evaluate(WATCH)
    act()
    found = [page.evaluate(f"window.{name}") for name in ("measured", *also)]
    _settle(page)
    return found


def _click_heads(page: Page, clicks: int) -> None:
    cells = page.locator(".head-grid .cell")
    order = itertools.cycle(range(5, CELLS * 11, 11))  # far apart: layer and head change
    found = [
        _timed(page, cells.nth(next(order) % CELLS).click, "addressed", "repicked")
        for _ in range(clicks)
    ]
    for name, column in zip(
        ("picture", "address", "pickers"), zip(*found, strict=True), strict=True
    ):
        _report(f"click on a head: {name}", column)


def _use_pickers(page: Page, times: int) -> None:
    for name, key, buttons in (
        ("attention", "kind", 3),
        ("layer", "layer", 4),
        ("head", "head", HEADS),
        ("words or pieces", "unit", 2),
    ):
        row = page.locator(f".st-key-{key} button")
        found = []
        for turn in range(times):
            button = row.nth(turn % buttons)
            if button.get_attribute("aria-checked") == "true":
                button = row.nth((turn + 1) % buttons)
            found += _timed(page, button.click)
        _report(f"picker, {name}", found)


def _change_sentences(page: Page) -> None:
    box = page.get_by_test_id("stTextInputField")
    for name in ("never seen", "seen before"):
        found = []
        for text in OTHERS:
            box.fill(text)
            page.wait_for_timeout(300)
            found += _timed(page, lambda: box.press("Enter"))
        _report(f"sentence, {name}", found)


def _weigh(page: Page, frames: list[int]) -> None:
    """The largest message of each kind of attention: the one that carries its heads."""
    box = page.get_by_test_id("stTextInputField")
    box.fill(SENTENCE)
    _timed(page, lambda: box.press("Enter"))
    for number, unit in enumerate(("words", "pieces")):
        button = page.locator(".st-key-unit button").nth(number)
        if button.get_attribute("aria-checked") != "true":
            _timed(page, button.click)
        sizes = []
        kinds = page.locator(".st-key-kind button")
        chosen = kinds.evaluate_all("all => all.findIndex(one => one.ariaChecked === 'true')")
        for step in (1, 2, 3):
            frames.clear()
            _timed(page, kinds.nth((chosen + step) % 3).click)
            sizes.append(max(frames))
        print(f"heads of all three attentions by {unit}: {sum(sizes) / 1000:.0f} KB on the wire")


def _report(name: str, milliseconds: list[float]) -> None:
    quarters = statistics.quantiles(milliseconds, n=4)
    print(
        f"{name:28} median {statistics.median(milliseconds):4.0f} ms "
        f"(quarters {quarters[0]:.0f} to {quarters[2]:.0f}, largest {max(milliseconds):.0f}, "
        f"{len(milliseconds)} times)",
        flush=True,
    )


if __name__ == "__main__":
    main()
