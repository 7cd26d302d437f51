"""Two trainings run, others wait and are told so; whoever leaves in any way frees the place."""

from playwright.sync_api import expect


def press(tab):
    """Begin the training that takes longest, or wait for it."""
    tab.page.get_by_role("button", name="Start the training").click()
    stop(tab).wait_for()


def stop(tab):
    return tab.page.locator(".st-key-stop button")


def waits(tab):
    expect(tab.alerts).to_contain_text("you are number 1 in the queue")


def runs(tab):
    expect(tab.alerts).to_have_count(0)
    expect(stop(tab)).to_be_visible()


def test_a_place_is_free_however_a_visitor_leaves(new_tab):
    one, two, three = tabs = [new_tab() for _ in range(3)]
    for tab in tabs:
        tab.page.goto(f"{tab.server}/live?heads=8&d_k=32")
    for tab in tabs:
        press(tab)
    waits(three)
    stop(one).click()
    runs(three)
    expect(stop(one)).to_have_count(0)
    press(one)
    waits(one)
    two.page.goto("about:blank")
    runs(one)
    three.page.get_by_role("link", name="Parameters").click()
    one.page.get_by_role("radio", name="write backwards").click()  # any click ends a training
    expect(stop(one)).to_have_count(0)
    three.page.get_by_role("link", name="Watch it learn").click()
    for tab in (one, three):
        press(tab)
        runs(tab)
