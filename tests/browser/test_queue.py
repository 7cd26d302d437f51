"""Two trainings run, others wait and are told so; whoever leaves in any way frees the place."""

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def script():
    return "tests/browser/endless.py"


def begin(new_tab):
    tab = new_tab()
    tab.page.goto(tab.server)
    press(tab)
    return tab


def press(tab):
    tab.page.get_by_role("button", name="Start").click()
    stop(tab).wait_for()


def stop(tab):
    return tab.page.locator(".st-key-stop button")


def waits(tab, place):
    expect(tab.alerts).to_contain_text(f"you are number {place} in the queue")


def runs(tab):
    expect(tab.page.get_by_text("step")).to_be_visible()
    expect(tab.alerts).to_have_count(0)


def test_a_place_is_free_however_a_visitor_leaves(new_tab):
    one, two, three, four = (begin(new_tab) for _ in range(4))
    runs(one)
    runs(two)
    waits(three, 1)
    waits(four, 2)
    stop(one).click()
    runs(three)
    waits(four, 1)
    two.page.goto("about:blank")
    runs(four)
    press(one)
    waits(one, 1)
    three.page.get_by_role("link", name="count").click()
    runs(one)
    for tab in (one, four):
        tab.page.get_by_text("Something else").click()  # any click ends a training
        expect(stop(tab)).to_have_count(0)
    two.page.goto(f"{two.server}/count")
    expect(two.page.get_by_text("in line: 0, scripts: 1")).to_be_visible()  # this visit's own
