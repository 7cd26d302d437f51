"""The very first request that a fresh server gets may be a link to any page."""

import time

import pytest
from playwright.sync_api import expect

LINK = "attention?text=Elle+dort.&kind=encoder&layer=2&head=5&unit=pieces&stretch=1"


def test_a_link_shows_exactly_its_view(tab, shipped, record_property):
    begun = time.perf_counter()
    tab.open(LINK)
    expect(tab.chart).to_be_visible()
    record_property("seconds to the first picture", time.perf_counter() - begun)
    expect(tab.page.get_by_test_id("stDialog")).to_have_count(0)
    expect(tab.alerts).to_have_count(0)
    assert tab.view()["place"] == [2, 5]
    assert tab.view()["switches"] == [False, False, True]
    assert tab.view()["box"] == "Elle dort."
    assert tab.page.url == f"{tab.server}/{LINK}"
    weights = shipped.translate("Elle dort.").trace.sublayer("encoder", 1).heads.weights_HLM[4]
    shown = tab.page.locator(".js-plotly-plot").evaluate(
        "plot => Array.from(plot.calcdata[0][0].z)"
    )
    assert [list(row) for row in shown] == [pytest.approx(row) for row in weights.tolist()]
