"""All heads as lines: pointing, pinning, hiding heads and saving, answered in the browser."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from transformer.analysis.lines import panel

TEXT = "La voisine arrose son vieux citronnier."
SVG = "{http://www.w3.org/2000/svg}"
LAYER = 2  # from 1


@pytest.fixture
def part(shipped):
    return panel(shipped.translate(TEXT), "cross", "words", layer=LAYER - 1)


@pytest.fixture
def lines(tab):
    """The page with cross-attention in one layer, by words."""

    class Lines:
        root = tab.page.locator(".lines")
        words = tab.page.locator(".lines .words.query .word")
        keys = tab.page.locator(".lines .words.key .word")
        chips = tab.page.locator(".lines .chip")
        sentence = tab.page.locator(".lines .sentence")
        numbers = tab.page.locator(".lines td b")
        links = tab.page.locator(".lines td .link")
        canvas = tab.page.locator(".lines canvas")
        page = tab.page

        def open(self, **more):
            link = {"text": TEXT, "panels": "cross", "layers": LAYER} | more
            tab.page.goto(f"{tab.server}/lines?" + "&".join(f"{k}={v}" for k, v in link.items()))
            expect(self.root).to_have_attribute("data-drawn", re.compile(r"\d"))

    opened = Lines()
    opened.open()
    return opened


def test_a_word_pointed_at_shows_its_strongest_link_in_every_head(lines, part):
    lines.words.nth(1).hover()
    weights = part.weights_NHLM[0, :, 1]
    expect(lines.numbers).to_have_text([f"{weight:.4f}" for weight in weights.max(-1)])
    expect(lines.links).to_have_text([f"→ {part.columns[best]}" for best in weights.argmax(-1)])
    drawn = (weights >= part.faintest).sum()
    expect(lines.sentence).to_contain_text(f"Lines of “{part.rows[1]}”: {drawn}.")
    expect(lines.sentence).to_contain_text(f"({weights.max():.4f})")
    lines.page.mouse.move(2, 2)
    expect(lines.sentence).to_contain_text(f"Lines: {len(part.lines().weight)} (")


def test_with_one_word_pinned_another_gives_the_weights_between_them(lines, part):
    lines.words.nth(2).click()
    lines.keys.nth(0).hover()
    expect(lines.numbers).to_have_text([f"{w:.4f}" for w in part.weights_NHLM[0, :, 2, 0]])


def test_a_line_pointed_at_says_its_weight(lines, part):
    head = int(part.weights_NHLM[0, :, 1].max(-1).argmax())
    lines.chips.nth(head).dblclick()
    lines.words.nth(1).click()
    weights = part.weights_NHLM[0, head, 1]
    key = int(weights.argmax())
    box = lines.canvas.bounding_box()
    row = 28
    beside = 0.5 + (head - 3.5) * 0.7 / 8  # heads leave a word one below the other
    lines.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + ((1 + key) / 2 + beside) * row)
    expect(lines.page.locator(".lines .tip.shown")).to_have_text(
        f"Cross-attention, layer {LAYER}, head {head + 1}: “{part.rows[1]}” looks at "
        f"“{part.columns[key]}” ({weights[key]:.4f})."
    )


def test_pins_and_heads_go_into_the_address_and_come_back(lines, part):
    lines.words.nth(1).click()
    lines.keys.nth(3).click()
    lines.chips.nth(6).click()
    piece = part.column_pieces[3][0] + 1
    expect(lines.page).to_have_url(re.compile(rf"shown=__ff\.bf.*pin=cq\d+-ck{piece}$"))
    lines.page.reload()
    expect(lines.root).to_have_attribute("data-drawn", re.compile(r"\d"))
    pressed = lines.root.locator('.word[aria-pressed="true"]')
    expect(pressed).to_have_text([part.rows[1], part.columns[3]])
    expect(lines.chips.nth(6)).to_have_attribute("aria-pressed", "false")
    lines.page.keyboard.press("Tab")
    lines.words.nth(0).focus()
    lines.page.keyboard.press("Escape")
    expect(pressed).to_have_count(0)
    lines.root.locator(".all").click()
    expect(lines.page).not_to_have_url(re.compile("pin=|shown="))
    expect(lines.root.locator('.chip[aria-pressed="true"]')).to_have_count(8)


def test_all_of_it_works_from_the_keyboard(lines, part):
    press = lines.page.keyboard.press
    lines.chips.nth(0).focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+Enter"):
        press(key)
    expect(lines.root.locator('.chip[aria-pressed="true"]')).to_have_text(["3"])
    press("Tab")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        press(key)
    expect(lines.words.nth(2)).to_be_focused()
    expect(lines.words.nth(2)).to_have_attribute("aria-pressed", "true")
    weights = part.weights_NHLM[0, 2, 2]
    expect(lines.numbers).to_have_text([f"{weights.max():.4f}"])
    press("ArrowRight")  # to the other end of the strongest line
    expect(lines.keys.nth(int(weights.argmax()))).to_be_focused()


def test_the_picture_is_saved_as_it_is_drawn(lines, part, tmp_path):
    lines.open(pin="cq3", shown="__ff.f")
    with lines.page.expect_download() as download:
        lines.root.locator(".save").click()
    download.value.save_as(tmp_path / "lines.svg")
    text = (tmp_path / "lines.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    drawn = root.findall(f".//{SVG}line")
    weights = part.weights_NHLM[0, :4, 2]
    expected = np.sort(weights[weights >= part.faintest])
    assert [float(line.get("opacity")) for line in drawn] == pytest.approx(expected, abs=6e-5)
    words = {node.text for node in root.iter(f"{SVG}text")}
    assert {*part.rows, *part.columns} <= words
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert lines.sentence.inner_text() == root.find(f"{SVG}desc").text


def test_quick_clicks_are_never_pulled_back(lines):
    for head in (0, 3, 0, 5, 7):
        lines.chips.nth(head).click()
    expect(lines.page).to_have_url(re.compile(r"shown=__ff\.57"))
    for head in (1, 1, 5):
        lines.chips.nth(head).click()
    expect(lines.page).to_have_url(re.compile(r"shown=__ff\.77"))
    shown = lines.root.locator('.chip[aria-pressed="true"]')
    expect(shown).to_have_text(["1", "2", "3", "5", "6", "7"])
