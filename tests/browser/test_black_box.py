"""The picture of the whole model opens by click and by key, and leads to the pages behind it."""

import re

from playwright.sync_api import expect

WAITING = "data-test-script-state"


def start(tab, address="box"):
    tab.page.goto(f"{tab.server}/{address}")
    expect(tab.page.locator(".unfold .stage")).to_be_visible()
    expect(tab.page.get_by_test_id("stApp")).to_have_attribute(WAITING, "notRunning")


def face(tab, name):
    return tab.page.locator(f'.unfold .face[name="{name}"]')


def test_it_opens_box_by_box_and_leads_to_a_page_and_back(tab):
    start(tab)
    expect(face(tab, "encoder")).to_be_hidden()
    for name, level in (("model", "sides"), ("decoder", "layers"), ("encoder.1", "encoder")):
        face(tab, name).click()
        expect(tab.page).to_have_url(re.compile(f"level={level}"))
        expect(face(tab, name)).to_have_attribute("aria-expanded", "true")
    expect(face(tab, "encoder.0.self_attention")).to_be_hidden()
    face(tab, "encoder.1.self_attention").click()
    expect(tab.page).to_have_url(re.compile(r"/attention\?.*kind=encoder"))
    expect(tab.picked("layer")).to_have_text("2")
    tab.page.go_back()
    expect(face(tab, "encoder.1.self_attention")).to_be_visible()


def test_it_is_opened_by_keys_and_says_what_is_focused(tab):
    start(tab, "box?level=sides")
    face(tab, "memory").focus()
    tab.page.keyboard.press("Tab")
    expect(face(tab, "decoder")).to_be_focused()
    sentence = tab.page.locator(".unfold .sentence")
    expect(sentence).to_have_text(face(tab, "decoder").get_attribute("aria-label"))
    tab.page.keyboard.press("Enter")
    expect(face(tab, "decoder.next")).to_be_visible()
    expect(face(tab, "decoder")).to_be_focused()


def test_lines_end_at_boxes(new_tab):
    """Without movement, so that what is measured stands still."""
    tab = new_tab(reduced_motion="reduce")
    start(tab, "box?level=decoder&layer=1")
    for _attempt in range(40):  # on a busy machine the lines are drawn after the boxes
        ends = tab.page.locator(".unfold svg .head.memory").evaluate_all(
            "heads => heads.map(head => { const b = head.getBoundingClientRect();"
            " return [b.right, b.top + b.height / 2]; })"
        )
        if ends and all(x > 0 for x, _y in ends):
            break
        tab.page.wait_for_timeout(250)
    looking = ["memory", "decoder.0.cross_attention", "decoder.1", "decoder.2", "decoder.3"]
    boxes = [face(tab, name).locator("..").bounding_box() for name in looking]
    assert len(ends) == len(boxes)
    for (x, y), box in zip(ends, boxes, strict=True):
        assert abs(x - box["x"]) < 2
        assert box["y"] <= y <= box["y"] + box["height"]
