"""The large picture of a head: drawn in the browser from numbers that are already there."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from transformer.figures.colours import WEIGHTS_DARK, WEIGHTS_LIGHT

TEXT = "Elle dort."
# Every name the picture has had since, in their order.
RECORD = """body => {
    window.names = [];
    new MutationObserver(() => names.push(body.getAttribute("aria-label")))
        .observe(body, { attributeFilter: ["aria-label"] });
}"""

DARK_CORNER = """canvas =>
    canvas.getContext("2d").getImageData(canvas.width - 4, 4, 1, 1).data[0] < 100"""


class Server:
    """What comes from the server, held back on demand."""

    def __init__(self, tab):
        self.waiting = None
        tab.page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, socket):
        self.socket = socket
        server = socket.connect_to_server()
        server.on_message(self._pass_on)

    def _pass_on(self, message):
        if self.waiting is None:
            self.socket.send(message)
        else:
            self.waiting.append(message)

    def hold(self):
        self.waiting = []

    def release(self):
        messages, self.waiting = self.waiting, None
        for message in messages:
            self.socket.send(message)


def rgb(colour):
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def background(element: Locator):
    colour = element.evaluate("e => getComputedStyle(e).backgroundColor")
    return [int(part) for part in re.findall(r"\d+", colour)[:3]]


def test_a_click_draws_before_the_server_answers(tab, shipped):
    server = Server(tab)
    tab.open(f"attention?text={TEXT}&unit=pieces")
    server.hold()
    tab.cells.nth(8 + 5).click()
    expect(tab.picture).to_have_attribute("aria-label", re.compile("layer 2, head 6"))
    weights = shipped.translate(TEXT).trace.sublayer("cross", 1).heads.weights_HLM[5]
    shown = [[tip.rpartition(": ")[2] for tip in row] for row in tab.shown()]
    assert shown == [[f"{weight:.4f}" for weight in row] for row in weights]
    assert "head=6" not in tab.page.url
    expect(tab.sentence).to_contain_text("layer 2, head 6")
    server.release()
    expect(tab.page).to_have_url(re.compile("layer=2&head=6"))
    expect(tab.picked("head")).to_have_text("6")
    assert tab.place() == [2, 6]


def test_quick_clicks_are_never_pulled_back(tab):
    tab.open("attention")
    tab.picture.evaluate(RECORD)
    for cell in (3, 9, 3, 30, 12):
        tab.cells.nth(cell).click()
    expect(tab.page).to_have_url(re.compile("layer=2&head=5$"))
    expect(tab.picked("head")).to_have_text("5")
    tab.settle()
    places = [
        re.search(r"layer (\d), head (\d)", name).groups() for name in tab.page.evaluate("names")
    ]
    changes = [place for i, place in enumerate(places) if i == 0 or place != places[i - 1]]
    assert changes == [("1", "4"), ("2", "2"), ("1", "4"), ("4", "7"), ("2", "5")]


def test_a_picker_is_followed_after_quick_clicks(tab):
    tab.open("attention")
    for cell in (3, 9, 3):
        tab.cells.nth(cell).click()
    expect(tab.page).to_have_url(re.compile("layer=1&head=4$"))
    tab.settle()
    tab.page.locator(".st-key-layer button").nth(1).click()
    expect(tab.picture).to_have_attribute("aria-label", re.compile("layer 2, head 4"))
    tab.page.locator(".st-key-head button").nth(1).click()
    expect(tab.picture).to_have_attribute("aria-label", re.compile("layer 2, head 2"))
    assert tab.place() == [2, 2]


@pytest.mark.parametrize("scheme, scale", [("light", WEIGHTS_LIGHT), ("dark", WEIGHTS_DARK)])
def test_colours_run_from_the_page_to_the_strongest_violet(new_tab, shipped, scheme, scale):
    tab = new_tab(color_scheme=scheme)
    tab.open(f"attention?text={TEXT}&unit=pieces&kind=decoder&layer=1&head=2")
    page = background(tab.page.get_by_test_id("stApp"))
    weights = shipped.translate(TEXT).trace.sublayer("decoder", 0).heads.weights_HLM[1]
    stops = np.linspace(0, 1, len(scale))
    colours = np.array([rgb(colour) for colour in scale])
    expected = np.stack([np.interp(weights, stops, part) for part in colours.T], axis=-1)
    np.testing.assert_allclose(tab.colours(), expected, atol=2)
    assert tab.colours()[0][-1] == page == rgb(scale[0])  # the decoder never looks ahead
    assert tab.colours()[0][0] == rgb(scale[-1])  # its first piece has only <s> to look at


def test_colours_follow_a_change_of_theme(tab):
    tab.open(f"attention?text={TEXT}&kind=decoder")
    assert tab.colours()[0][-1] == rgb(WEIGHTS_LIGHT[0])
    tab.page.emulate_media(color_scheme="dark")
    tab.page.wait_for_function(DARK_CORNER, arg=tab.canvas.element_handle())
    assert tab.colours()[0][-1] == rgb(WEIGHTS_DARK[0])


def test_stretched_colours_show_their_range(tab):
    tab.open(f"attention?text={TEXT}&kind=encoder&stretch=1")
    largest = max(float(tip.rpartition(": ")[2]) for row in tab.shown() for tip in row)
    expect(tab.page.locator(".heads .legend")).to_have_text(f"0{largest:.2f}")
    tab.page.locator(".st-key-stretch label").click()
    expect(tab.page.locator(".heads .legend")).to_be_hidden()


def test_the_mean_gives_way_to_a_head(tab):
    tab.open("attention?mean=1")
    expect(tab.sentence).to_contain_text("mean of 8 heads")
    tab.cells.nth(9).click()
    expect(tab.sentence).to_contain_text("layer 2, head 2")
    expect(tab.page).to_have_url(re.compile(r"\?layer=2&head=2$"))


def test_arrow_keys_read_out_the_cells(tab):
    tab.open(f"attention?text={TEXT}")
    tips = tab.shown()
    tab.page.mouse.move(0, 0)
    tab.chosen.focus()
    tab.page.keyboard.press("Tab")
    spoken = tab.page.locator(".heads .matrix .spoken")
    for _ in range(5):  # shown() left the cursor in the last corner
        tab.page.keyboard.press("ArrowUp")
        tab.page.keyboard.press("ArrowLeft")
    expect(spoken).to_have_text(tips[0][0])
    for key, (row, column) in (("ArrowDown", (1, 0)), ("ArrowRight", (1, 1)), ("End", (1, 1))):
        tab.page.keyboard.press(key)
        expect(spoken).to_have_text(tips[row][column])


def test_plotly_comes_only_when_asked_for(tab):
    tab.open("attention")
    assert not [url for url in tab.requests if "plotly" in url.lower()]
    tab.page.get_by_test_id("stMain").get_by_test_id("stExpander").locator("summary").click()
    chart = tab.page.locator(".js-plotly-plot .heatmaplayer image")
    expect(chart).to_be_visible()
    assert [url for url in tab.requests if "plotly" in url.lower()]


def test_hundreds_of_pieces_do_not_freeze_the_tab(tab):
    tab.open(f"attention?text={'é' * 180}&unit=pieces&kind=encoder")
    tab.cells.nth(9).click()
    expect(tab.picture).to_have_attribute("aria-label", re.compile("layer 2, head 2"))
    wide, high = tab.canvas.evaluate("canvas => [canvas.width, canvas.height]")
    assert wide * high < 4_000_000
