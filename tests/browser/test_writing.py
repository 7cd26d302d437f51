"""The tree of the search and the steps of decoding answer to clicks and to the keyboard."""

import re

from playwright.sync_api import expect

SENTENCE = "Ma voisine a vendu trois vieilles chaises."


def settle(tab):
    app = tab.page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def start(tab, address):
    tab.page.goto(f"{tab.server}/{address}")
    expect(tab.page.locator(".beam-tree .node[tabindex='0'], .st-key-step_on")).to_be_visible()
    settle(tab)


def test_a_node_is_walked_to_and_picked(tab):
    start(tab, f"search?text={SENTENCE}")
    nodes, said = tab.page.locator(".beam-tree .node"), tab.page.locator(".beam-tree .sentence")
    picked = tab.page.locator('.beam-tree .node[aria-pressed="true"]')
    expect(picked).to_have_count(1)
    nodes.nth(1).click()
    expect(tab.page).to_have_url(re.compile("node=2"))
    expect(nodes.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(nodes.nth(1)).to_be_focused()
    tab.page.keyboard.press("ArrowUp")
    expect(nodes.nth(0)).to_be_focused()
    likeliest = nodes.nth(0).locator(".number").text_content()
    expect(said.locator(".total")).to_have_text(likeliest)
    tab.page.keyboard.press("ArrowRight")
    expect(said.locator(".step")).to_have_text("2")
    tab.page.keyboard.press("Enter")
    expect(nodes.nth(1)).to_have_attribute("aria-pressed", "false")
    expect(picked).to_be_focused()


def test_arrow_keys_step_but_not_while_a_sentence_is_typed(tab):
    start(tab, f"decode?text={SENTENCE}&t=5")
    expect(tab.page.get_by_test_id("stPlotlyChart").locator(".plot-container")).to_have_count(4)
    for key, step in (("ArrowRight", 6), ("ArrowRight", 7), ("ArrowLeft", 6)):
        tab.page.keyboard.press(key)
        expect(tab.page).to_have_url(re.compile(f"t={step}$"))
        settle(tab)
    tab.box.click()
    tab.page.keyboard.press("ArrowRight")
    settle(tab)
    expect(tab.page).to_have_url(re.compile("t=6$"))
