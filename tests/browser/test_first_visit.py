"""The very first request that a fresh server gets may be a link to any page."""

import time

from playwright.sync_api import expect

LINK = "attention?text=Elle+dort.&kind=encoder&layer=2&head=5&unit=pieces&stretch=1"


def test_a_link_shows_exactly_its_view(tab, shipped, record_property):
    begun = time.perf_counter()
    tab.open(LINK)
    expect(tab.canvas).not_to_have_attribute("data-drawn", "0")
    record_property("seconds to the first picture", time.perf_counter() - begun)
    expect(tab.page.get_by_test_id("stDialog")).to_have_count(0)
    expect(tab.alerts).to_have_count(0)
    assert tab.view()["place"] == [2, 5]
    assert tab.view()["switches"] == [False, False, True]
    assert tab.view()["box"] == "Elle dort."
    assert tab.page.url == f"{tab.server}/{LINK}"
    weights = shipped.translate("Elle dort.").trace.sublayer("encoder", 1).heads.weights_HLM[4]
    shown = [[tip.rpartition(": ")[2] for tip in row] for row in tab.shown()]
    assert shown == [[f"{weight:.4f}" for weight in row] for row in weights]
