"""Matrices that answer to the pointer, the keyboard and a click."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from pages.shared.examples import EXAMPLES, SMALLEST


def step(tab, number: int) -> Locator:
    return tab.page.locator(".products .step").nth(number)


def opened(tab, address: str) -> Locator:
    """The first step, drawn."""
    tab.page.goto(f"{tab.server}/{address}")
    first = step(tab, 0)
    expect(first.locator(".sum .recomputed")).to_be_visible()
    expect(tab.page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    return first


def body(part: Locator, place: str = "result") -> Locator:
    return part.locator(f".holder.{place} .body")


def point(part: Locator, shape: tuple[int, int], row: int, column: int) -> None:
    """The pointer in the middle of that cell of the result."""
    target = body(part)
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    x, y = (column + 0.5) * box["width"] / shape[1], (row + 0.5) * box["height"] / shape[0]
    target.hover(position={"x": x, "y": y})


def said(part: Locator, name: str) -> float:
    return float(re.sub("[^0-9.−-]", "", part.locator(name).inner_text()).replace("−", "-"))


def outline(part: Locator, place: str, name: str) -> list[float]:
    """Left, top, width and height of the outlined row or column, as parts of its matrix."""
    lit = part.locator(f".holder.{place} .mark.{name}.on")
    expect(lit).to_have_count(1)
    return lit.evaluate(
        """lit => {
          const [inner, outer] = [lit, lit.parentElement].map(e => e.getBoundingClientRect());
          return [(inner.left - outer.left) / outer.width, (inner.top - outer.top) / outer.height,
                  inner.width / outer.width, inner.height / outer.height];
        }"""
    )


def test_pointing_at_a_query_lights_its_row_and_column_and_spells_out_its_sum(tab, shipped):
    part = opened(tab, "roles")
    own = shipped.translate(EXAMPLES[0].text).trace.decoder[2].cross_attention.heads.query_HLK[0]
    for row, column in ((3, 4), (0, 31), (len(own) - 1, 0)):
        point(part, own.shape, row, column)
        expect(part.locator(".sum .name")).to_contain_text(re.compile(rf", {column + 1}\]$"))
        assert said(part, ".sum .recomputed") == pytest.approx(float(own[row, column]), abs=2e-6)
        assert said(part, ".sum .own") == pytest.approx(float(own[row, column]), abs=6e-7)
        expect(part.locator(".sum .own")).to_contain_text("✓")
        rows, columns = own.shape
        row_lit = pytest.approx([0, row / rows, 1, 1 / rows], abs=0.03)
        column_lit = pytest.approx([column / columns, 0, 1 / columns, 1], abs=0.03)
        assert outline(part, "left", "row") == row_lit
        assert outline(part, "top", "column") == column_lit
    expect(part.locator(".sum .term")).to_have_count(5)
    expect(part.locator(".sum .note")).to_contain_text("256")


def test_the_terms_that_are_shown_and_the_rest_make_the_sum(tab):
    part = opened(tab, "roles")
    terms = part.locator(".sum .term").evaluate_all(
        "all => all.map(term => term.firstChild.textContent)"
    )
    products = [
        np.prod([float(factor.strip("()").replace("−", "-")) for factor in term.split("·")])
        for term in terms
    ]
    rest = float(part.locator(".sum .note").inner_text().rstrip(")").split()[-1].replace("−", "-"))
    assert sum(products) + rest == pytest.approx(said(part, ".sum .recomputed"), abs=0.02)


def test_the_row_and_column_of_a_number_meet_at_it(tab):
    part = opened(tab, "matrix")
    left, top, result = (body(part, place).bounding_box() for place in ("left", "top", "result"))
    assert left["y"] == pytest.approx(result["y"], abs=0.6)
    assert left["height"] == pytest.approx(result["height"], abs=0.6)
    assert top["x"] == pytest.approx(result["x"], abs=0.6)
    assert top["width"] == pytest.approx(result["width"], abs=0.6)


def test_one_cell_is_followed_through_all_steps(tab, shipped):
    part = opened(tab, "matrix")
    heads = shipped.translate(EXAMPLES[0].text).trace.decoder[2].cross_attention.heads
    shape = heads.weights_HLM.shape[1:]
    point(part, shape, 4, 6)
    for number, own in enumerate(
        (heads.scores_HLM, heads.scaled_scores_HLM, heads.weights_HLM), start=0
    ):
        shown = said(step(tab, number), ".sum .recomputed")
        assert shown == pytest.approx(float(own[0, 4, 6]), rel=1e-5, abs=2e-6)
        expect(step(tab, number).locator(".own")).to_contain_text("✓")
    tab.box.hover()
    expect(part.locator(".sum .name")).to_contain_text("▁black, ▁chat")  # back to the chosen ones


def test_a_click_goes_into_the_address_and_the_pickers(tab, shipped):
    part = opened(tab, "matrix")
    shape = shipped.translate(EXAMPLES[0].text).trace.weights("cross").shape[-2:]
    point(part, shape, 4, 6)
    tab.page.mouse.down()
    tab.page.mouse.up()
    expect(tab.page).to_have_url(re.compile(r"query=5&key=7$"))
    for name, place in (("query", 5), ("key", 7)):
        picker = tab.page.locator(f".st-key-{name}").get_by_role("combobox")
        expect(picker).to_have_value(re.compile(rf"^{place}\. "))
    tab.box.hover()
    expect(part.locator(".sum .name")).to_contain_text("▁canapé")


def test_the_keyboard_reaches_every_cell(tab):
    part = opened(tab, "matrix")
    body(part).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        tab.page.keyboard.press(key)
    expect(part.locator(".sum .name")).to_contain_text("▁black, ▁noir")
    tab.page.keyboard.press("Enter")
    expect(tab.page).to_have_url(re.compile(r"key=3$"))  # the second query is the default


def test_a_hidden_cell_says_so(tab):
    opened(tab, "matrix?kind=decoder&query=2&key=5")
    expect(tab.page.locator(".holder.result .hidden").first).to_be_visible()
    for number in (1, 2):
        expect(step(tab, number).locator(".sum")).to_contain_text("hidden by the mask")
    assert said(step(tab, 2), ".sum .recomputed") == 0


def test_the_smallest_example_is_a_click_away(tab):
    opened(tab, "matrix")
    tab.page.locator(".st-key-smallest button").click()
    expect(tab.box).to_have_value(SMALLEST.text)
    expect(step(tab, 0).locator(".said")).to_contain_text("3 x 4")


@pytest.mark.parametrize("path", ["roles", "matrix", f"matrix?text={EXAMPLES[11].text}"])
def test_a_phone_scrolls_in_one_direction_only(new_tab, path):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True)
    part = opened(tab, path)
    for element in ("html", "[data-testid=stMain]"):
        wide, room = tab.page.locator(element).evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= room
    body(part).tap(position={"x": 2, "y": 2})
    expect(part.locator(".sum .name")).to_contain_text(re.compile(r"\[▁\w+, "))


def test_pieces_stay_text(tab):
    opened(tab, "roles?text=%3Cb%3Ex%3C/b%3E+%3Cimg+src=http://example.org/x%3E")
    expect(tab.page.locator(".role-sources")).to_contain_text("<")
    expect(tab.page.locator('img[src*="example"]')).to_have_count(0)
