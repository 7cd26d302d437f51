"""What only a browser can show: typing, pointing, keys, addresses, themes and small screens."""

import re

import pytest
from playwright.sync_api import expect

from pages import BY_PATH

HOSTILE = '![](http://example.org/x.png) <img src="http://example.org/y.png"> **x** [a](http://b)'


def words(translation):
    """All but ``</s>``, which has no link."""
    return [word.text for word in translation.target.words[:-1]]


@pytest.mark.parametrize("how", ["button", "Enter"])
def test_a_sentence_is_typed_and_its_english_shown(tab, shipped, how):
    tab.open()
    text = "Où est la petite gare ?"
    tab.box.fill(text)
    if how == "button":
        tab.button.click()
    else:
        tab.box.press("Enter")
    expect(tab.english).to_have_text(words(shipped.translate(text)))
    expect(tab.page).to_have_url(re.compile(r"\?text=O%C3%B9\+est"))
    assert tab.box.input_value() == text


def test_an_example_is_picked(tab, shipped):
    tab.open()
    tab.page.locator(".st-key-example").get_by_role("combobox").click()
    option = tab.page.get_by_role("option").nth(4)
    text = option.inner_text().partition(" – ")[0]
    option.click()
    expect(tab.box).to_have_value(text)
    expect(tab.english).to_have_text(words(shipped.translate(text)))


def test_pointing_at_a_word_names_it(tab, shipped):
    tab.open()
    sentence = tab.page.locator(".word-links .sentence")
    before = sentence.inner_text()
    tab.english.nth(1).hover()
    expect(sentence).not_to_have_text(before)
    expect(sentence).to_contain_text(tab.english.nth(1).inner_text())
    tab.box.hover()
    expect(sentence).to_have_text(before)


def test_a_cell_of_the_overview_chooses_its_head(tab):
    tab.open("attention")
    before = tab.view()
    tab.cells.nth(8 + 5).click()  # eight heads a layer
    expect(tab.picked("layer")).to_have_text("2")
    expect(tab.picked("head")).to_have_text("6")
    expect(tab.sentence).to_contain_text("2")
    expect(tab.sentence).to_contain_text("6")
    expect(tab.page).to_have_url(re.compile(r"layer=2&head=6$"))
    assert tab.place() == [2, 6]
    assert tab.view()["sentence"] != before["sentence"]


def test_a_picker_moves_the_outline(tab):
    tab.open("attention")
    tab.page.locator(".st-key-head button").nth(6).click()
    expect(tab.page).to_have_url(re.compile("head=7$"))
    expect(tab.picked("head")).to_have_text("7")
    expect(tab.cells.nth(2 * 8 + 6)).to_have_attribute("aria-selected", "true")
    expect(tab.sentence).to_contain_text("head 7")


def test_arrow_keys_move_in_the_overview(tab):
    tab.open("attention?layer=2&head=2")
    tab.chosen.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        tab.page.keyboard.press(key)
    expect(tab.page).to_have_url(re.compile(r"head=4$"))  # layer 3 is the default
    expect(tab.picked("layer")).to_have_text("3")
    assert tab.place() == [3, 4]
    assert tab.chosen.evaluate("cell => cell.getRootNode().activeElement === cell")


def test_reload_and_another_visitor_see_the_same(tab, new_tab):
    tab.open("attention")
    tab.box.fill("Elle lui en a parlé.")
    tab.box.press("Enter")
    expect(tab.page).to_have_url(re.compile("text=Elle"))
    tab.cells.nth(12).click()
    expect(tab.page).to_have_url(re.compile("layer=2&head=5"))
    tab.page.locator(".st-key-hide label").click()
    expect(tab.page).to_have_url(re.compile("hide=1"))
    tab.settle()
    before = tab.view()
    tab.page.reload()
    tab.settle()
    assert tab.view() == before
    other = new_tab()
    other.open(tab.page.url.removeprefix(f"{tab.server}/"))
    assert other.view() == before


def test_back_returns_from_another_page(tab):
    tab.open("attention?head=5&unit=pieces")
    before = tab.view()
    tab.go(BY_PATH[""])
    expect(tab.english.first).to_be_visible()
    expect(tab.page).to_have_url(re.compile(r"/\?.*head=5"))
    tab.settle()
    tab.page.go_back()
    if "/attention" not in tab.page.url:  # Streamlit's list of pages may leave an entry of its own
        tab.page.go_back()
    expect(tab.chosen).to_be_visible()
    expect(tab.page).to_have_url(before["address"])
    tab.settle()
    assert tab.view() == before


def test_back_returns_to_the_head_before(tab):
    tab.open("attention")
    for cell, head in ((2 * 8 + 1, 2), (2 * 8 + 6, 7)):
        tab.cells.nth(cell).click()
        expect(tab.page).to_have_url(re.compile(f"head={head}$"))
    tab.page.go_back()
    expect(tab.picked("head")).to_have_text("2")
    expect(tab.cells.nth(2 * 8 + 1)).to_have_attribute("aria-selected", "true")
    tab.page.go_back()
    expect(tab.picked("head")).to_have_text("1")
    assert tab.page.url == f"{tab.server}/attention"


@pytest.mark.parametrize("path", ["", "attention"])
def test_what_is_typed_stays_text(tab, path):
    tab.open(path)
    tab.box.fill(HOSTILE)
    tab.box.press("Enter")
    expect(tab.page).to_have_url(re.compile("text="))
    tab.settle()
    assert tab.box.input_value() == HOSTILE
    expect(tab.alerts).to_have_count(0)
    # Playwright looks into our components too; requests are watched by the tab itself.
    expect(tab.page.locator('img[src*="example"], a[href="http://b"]')).to_have_count(0)


def test_a_link_that_is_not_utf8_is_explained(tab):
    tab.open("?text=%ED%A0%80chat")
    expect(tab.alerts).to_have_count(1)
    expect(tab.box).to_have_value(re.compile("chat$"))


def test_choices_keep_when_the_language_changes(tab):
    tab.open("attention?kind=encoder&unit=pieces")
    for number, address in (
        (1, "lang=ko&kind=encoder&unit=pieces"),
        (0, "kind=encoder&unit=pieces"),
    ):
        tab.page.locator(".st-key-lang").get_by_role("combobox").click()
        tab.page.get_by_role("option").nth(number).click()
        expect(tab.page).to_have_url(f"{tab.server}/attention?{address}")
        first = tab.page.locator(".st-key-kind button").first
        expect(first).to_have_attribute("aria-checked", "true")


def test_a_korean_browser_gets_korean(new_tab):
    tab = new_tab(locale="ko-KR")
    tab.open("attention")
    expect(tab.page.get_by_role("heading", level=2)).to_have_text(re.compile("[가-힣]"))
    expect(tab.sentence).to_have_text(re.compile("[가-힣]"))
    assert tab.page.url == f"{tab.server}/attention"


@pytest.mark.parametrize("path", ["", "attention"])
def test_a_phone_scrolls_in_one_direction_only(new_tab, path):
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True)
    tab.open(path)
    for element in ("html", "[data-testid=stMain]"):
        wide, room = tab.page.locator(element).evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= room
