"""Every page in the list, one after the other, in both themes: a picture each and no mishap."""

import pytest
from playwright.sync_api import expect

from pages import VIEWS

PICTURES = ".js-plotly-plot .plotly, canvas, .word-links svg path, .unfold svg"
WITHOUT = {"lessons", "teach"}  # the first has links to chapters, the second a form


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_walk_through_all_pages_finds_a_picture_on_each(new_tab, theme) -> None:
    tab = new_tab(color_scheme=theme)
    tab.open()
    for view in VIEWS:
        tab.go(view)
        expect(tab.page).to_have_url(f"{tab.server}/{view.path}")
        if view.path not in WITHOUT:
            expect(tab.page.locator(PICTURES).first).to_be_visible()
        expect(tab.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        expect(tab.alerts).to_have_count(0)
        shown = tab.page.evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme"
        )
        assert shown == theme, view.path
