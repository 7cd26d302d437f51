"""What a visitor takes away opens again and holds the model's own numbers."""

import csv
import json
from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from transformer.analysis.view import view
from transformer.archive import load_trace
from transformer.edits import ScaleScores
from transformer.trace import flatten

TEXT = "Où es-tu ?"


def save(tab, name: str, path: Path) -> Path:
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name=name, exact=True).first.click()
    waiting.value.save_as(path)
    return path


def same_as_the_model(arrays, trace) -> None:
    expected = flatten(trace)
    assert arrays.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(arrays[name], array, atol=1e-4, err_msg=name)


def test_the_whole_trace_and_the_chosen_head(tab, shipped, tmp_path) -> None:
    tab.open(f"attention?text={TEXT}&kind=encoder&layer=2&head=5")
    arrays, origin = load_trace(save(tab, "All numbers (NPZ)", tmp_path / "t.npz"))
    translation = shipped.translate(TEXT)
    same_as_the_model(arrays, translation.trace)
    assert (origin["source"], origin["target"]) == (TEXT, translation.text)
    assert (origin["model"], origin["sha256"]) == ("small", shipped.sha256)
    assert origin["edits"] == []
    where = {"kind": "encoder", "layer": 1, "head": 4, "query": 1, "key": 1, "counted_from": 0}
    assert origin["selection"] == where
    head = json.loads(save(tab, "Chosen head (JSON)", tmp_path / "h.json").read_text("utf-8"))
    assert head["origin"] == origin
    weights = translation.trace.encoder[1].self_attention.heads.weights_HLM[4]
    np.testing.assert_allclose(head["weights_LM"], weights, atol=1e-4)


def test_the_trace_of_an_edited_translation_names_the_edit(tab, shipped, tmp_path) -> None:
    tab.page.goto(f"{tab.server}/scale?text={TEXT}&kind=cross&scope=kind&factor=none")
    expect(tab.page.get_by_text("Copy link")).to_be_visible()
    arrays, origin = load_trace(save(tab, "All numbers (NPZ)", tmp_path / "t.npz"))
    same_as_the_model(arrays, shipped.translate(TEXT, edits=[ScaleScores(1.0, "cross")]).trace)
    (edit,) = origin["edits"]
    assert (edit["edit"], edit["factor"], edit["kind"]) == ("ScaleScores", 1.0, "cross")


def test_a_figure_as_numbers_and_as_a_page_of_its_own(tab, browser, shipped, tmp_path) -> None:
    tab.open(f"attention?text={TEXT}&kind=cross&layer=3&head=2")
    tab.page.get_by_text("Values, files, Python").click()
    expect(tab.page.locator(".js-plotly-plot")).to_be_visible()
    _, *lines = csv.reader(save(tab, "CSV", tmp_path / "f.csv").read_text("utf-8").splitlines())
    weights = view(shipped.translate(TEXT), "cross", "words").weights_NHLM[2, 1]
    np.testing.assert_allclose([float(line[2]) for line in lines], weights.ravel(), atol=1e-5)
    offline = browser.new_context(offline=True).new_page()
    offline.goto(save(tab, "HTML", tmp_path / "f.html").as_uri())
    expect(offline.locator(".heatmaplayer image")).to_be_visible()
    offline.context.close()


def test_the_link_on_the_clipboard_opens_the_same_view(new_tab) -> None:
    tab = new_tab(permissions=["clipboard-read", "clipboard-write"])
    tab.open("attention?head=5")
    tab.page.get_by_text("Copy link").click()
    expect(tab.page.locator(".copy-link [role=status]")).to_contain_text("Copied")
    assert tab.page.evaluate("navigator.clipboard.readText()") == tab.page.url


def test_a_link_is_copied_where_the_server_has_no_https(tab) -> None:
    tab.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.open("attention?head=5")
    tab.page.get_by_text("Copy link").click()
    expect(tab.page.locator(".copy-link [role=status]")).to_contain_text("Copied")
