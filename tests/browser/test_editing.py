"""Edits made by clicks are in the address, survive a reload, and go to other pages and back."""

import re

from playwright.sync_api import expect

EDITED = re.compile("Edited: Off: Cross-attention, layer 3, head 2")


def words(tab):
    return tab.page.locator(".two-texts .after p")


def test_an_edit_is_made_kept_and_carried(tab):
    page = tab.page
    page.goto(f"{tab.server}/edits?head=2")
    page.get_by_role("button", name="Add this edit").click()
    expect(page).to_have_url(re.compile(r"edits=off\.cross\.3\.2"))
    page.reload()
    expect(page.get_by_text("1. Off: Cross-attention, layer 3, head 2")).to_be_visible()
    page.get_by_role("button", name="Look at all heads with these edits").click()
    expect(page).to_have_url(re.compile(r"/attention\?.*edits=off\.cross\.3\.2"))
    expect(page.get_by_text(EDITED)).to_be_visible()
    page.go_back()
    expect(words(tab)).to_be_visible()
    page.get_by_role("button", name="Start over").click()
    expect(page).not_to_have_url(re.compile("edits="))


def test_a_story_changes_the_translation(tab):
    tab.page.goto(f"{tab.server}/edits")
    tab.page.get_by_role("button", name="him looks at elle").click()
    expect(words(tab)).to_have_text("Mary saw Paul and she smiled at her.")
    expect(tab.page).to_have_url(re.compile(r"edits=force\.cross\.3\.all\.11\.8"))
