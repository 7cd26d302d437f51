"""Milliseconds that "All heads as lines" takes to draw 96 heads of a sentence of twenty words.

    python benchmarks/lines.py [TIMES]

Starts a server of its own and opens the page with all three attentions, all layers, by pieces.
Everything is timed inside the browser: from the moment in which the component is handed its data
(or from the time stamp of the click) to the first moment after the frame with the new picture.
Needs Debian's chromium and playwright.
"""

import statistics
import sys
from collections.abc import Callable
from urllib.parse import urlencode

from browser import server_and_browser
from head_switch import OTHERS, SENTENCE
from playwright.sync_api import Page

# A timer that is set within a frame runs after that frame has been painted.
WATCH = """root => {
  const painted = () => new Promise(resolve =>
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
  window.clicked = new Promise(resolve => {
    const note = event => resolve(event.timeStamp);
    addEventListener("pointerdown", note, { capture: true, once: true });
  });
  root.onpointerover = event => (window.moved = event.timeStamp);
  window.drawn = new Promise(resolve => {
    const before = root.dataset.drawn;
    const seen = new MutationObserver(() => {
      if (root.dataset.drawn === before) return;
      seen.disconnect();
      window.arrived = Number(root.dataset.arrived);
      painted().then(resolve);
    });
    seen.observe(root, { attributeFilter: ["data-drawn"] });
  });
}"""
FROM_DATA = "drawn.then(to => to - arrived)"
FROM_CLICK = "Promise.all([clicked, drawn]).then(([from, to]) => to - from)"
FROM_MOVE = "drawn.then(to => to - moved)"


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with server_and_browser() as (address, browser):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{address}/lines?{urlencode({'text': SENTENCE, 'unit': 'pieces'})}")
        _settle(page)
        print(page.locator(".lines .sentence").inner_text())
        _report("a sentence arrives, to the picture", _sentences(page, times))
        _report("click on a head, to the picture", _clicks(page, times))
        _report("pointer on a word, to the picture", _words(page, times))


def _settle(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_selector(".lines[data-drawn]")
    page.wait_for_timeout(400)


def _timed(page: Page, act: Callable[[], None], measured: str) -> float:
    page.locator(".lines").evaluate(WATCH)
    act()
    found = page.evaluate(measured)
    _settle(page)
    return float(found)


def _sentences(page: Page, times: int) -> list[float]:
    """From the data of another sentence; the first of each was translated before."""
    box = page.get_by_test_id("stTextInputField")
    found = []
    for turn in range(times + 2):
        box.fill((SENTENCE, *OTHERS)[(turn + 1) % 2])
        page.wait_for_timeout(300)
        found.append(_timed(page, lambda: box.press("Enter"), FROM_DATA))
    return found[2:]


def _clicks(page: Page, times: int) -> list[float]:
    """Hiding a head and showing it again, of which all others stay."""
    chip = page.locator(".lines .chip").nth(9)
    return [_timed(page, chip.click, FROM_CLICK) for _ in range(times)]


def _words(page: Page, times: int) -> list[float]:
    """From leaving or meeting a word, as told by the pointer, to the picture."""
    words = page.locator(".lines .words.query .word")
    return [_timed(page, words.nth(turn % 15).hover, FROM_MOVE) for turn in range(times)]


def _report(name: str, milliseconds: list[float]) -> None:
    quarters = statistics.quantiles(milliseconds, n=4)
    print(
        f"{name:36} median {statistics.median(milliseconds):4.0f} ms "
        f"(quarters {quarters[0]:.0f} to {quarters[2]:.0f}, largest {max(milliseconds):.0f}, "
        f"{len(milliseconds)} times)",
        flush=True,
    )


if __name__ == "__main__":
    main()
