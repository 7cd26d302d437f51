"""All heads as lines: what the address carries, and what the browser is given."""

import base64

import numpy as np
import pytest
import streamlit as st

from pages.shared.components import lines as component
from pages.shared.components.base import packed
from pages.shared.lines import (
    Pin,
    read_layers,
    read_pins,
    read_shown,
    with_heads,
    write_pins,
    write_shown,
)
from transformer.analysis.lines import panel
from transformer.analysis.view import view

TEXT = "Ma sœur cherche le vieux moulin."


def numbers(part, shape):
    """The weights that the browser works out."""
    kind = "<u2" if part["steps"] > 255 else np.uint8
    steps = np.frombuffer(base64.b64decode(part["weights"]), kind)
    return (steps.reshape(shape) + 0.5) / part["steps"]


@pytest.mark.parametrize("code", ["", "0", "ff.fe_3", "__4", "_0.0.8_ffff"])
def test_codes_of_heads_come_back(code):
    assert write_shown(read_shown(code)) == code


@pytest.mark.parametrize("code", ["x", "FF", "_._", "1.", "fffff", "0_0_0_0", " 1", "1\n"])
def test_codes_of_heads_are_refused_where_damaged(code):
    with pytest.raises(ValueError):
        read_shown(code)


def test_codes_of_pins_come_back():
    pins = (Pin("cross", "q", 1), Pin("encoder", "k", 249), Pin("decoder", "k", 0))
    assert write_pins(pins) == "cq2-ek250-dk1" and read_pins("cq2-ek250-dk1") == pins
    assert read_pins("") == () and write_pins(()) == ""


@pytest.mark.parametrize(
    "code", ["c", "cq0", "cq-1", "xq1", "cv1", "cq1 ", "cq1000", "-".join(["cq1"] * 65)]
)
def test_codes_of_pins_are_refused_where_damaged(code):
    with pytest.raises(ValueError):
        read_pins(code)


def test_layers_are_all_or_one():
    assert [read_layers(code) for code in ("all", "1", "16")] == ["all", "1", "16"]
    for code in ("0", "17", "", "01", "x"):
        with pytest.raises(ValueError):
            read_layers(code)


def test_heads_of_one_layer_change_without_the_others():
    third = np.array([[False, True, False]])
    assert with_heads((), (2,), third) == (7, 7, 2)
    assert with_heads((1, 0, 7, 5), (2,), third) == (1, 0, 2, 5)
    assert with_heads((7, 7, 2), (2,), ~third | third) == ()


@pytest.mark.parametrize("length", [3, 65])
def test_what_is_packed_has_the_digits_of_the_weights(length):
    weights = np.random.default_rng(0).dirichlet(np.ones(length), (2, length)).astype(np.float32)
    weights[0, 0, :2] = 0, 1
    part = packed(weights)
    digits = 4 if part["steps"] > 255 else 2
    assert digits == (4 if length == 3 else 2)
    for sent, weight in zip(numbers(part, weights.shape).flat, weights.flat, strict=True):
        assert f"{sent:.{digits}f}" == f"{weight:.{digits}f}"


def test_the_browser_gets_what_the_address_says(visit, shipped):
    link = {
        "text": TEXT,
        "layers": "2",
        "shown": "__ff.5",
        "pin": "cq3-ck250-ek2",
        "unit": "pieces",
    }
    visitor = visit("lines", link)
    encoder, decoder, cross = visitor.component("lines")["panels"]
    assert cross["shown"] == [[1, 0, 1, 0, 0, 0, 0, 0]] and encoder["shown"] == [[1] * 8]
    assert cross["pinned"] == [[2], []] and encoder["pinned"] == [[], [1]]
    assert decoder["pinned"] == [[], []] and decoder["layers"] == [2]
    seen = view(shipped.translate(TEXT), "cross", "pieces")
    assert cross["words"] == [list(seen.rows), list(seen.columns)]
    weights = seen.weights_NHLM[[1]]
    np.testing.assert_allclose(numbers(cross, weights.shape), weights, atol=1e-5)
    assert visitor.query == link


def test_all_three_attentions_have_96_heads(visit):
    visitor = visit("lines", {"layers": "all"})
    panels = visitor.component("lines")["panels"]
    assert sum(len(part["layers"]) * part["heads"] for part in panels) == 96
    visitor.pick("panels", "decoder")
    (part,) = visitor.component("lines")["panels"]
    assert part["layers"] == [1, 2, 3, 4]


def test_a_recurrent_model_has_one_head(visit):
    visitor = visit("lines", {"model": "birnn-attention", "layers": "4"})
    (part,) = visitor.component("lines")["panels"]
    assert (part["layers"], part["heads"]) == ([1], 1)
    assert visitor.app.session_state["layers"] == "1"


@pytest.fixture
def said(monkeypatch, translator):
    """What ``lines`` tells the page once the browser has said something of two panels."""
    translation = translator.translate("Le petit chat", target="The little cat")
    panels = [panel(translation, kind, "words") for kind in ("encoder", "cross")]
    titled = [component.Titled(part, "n", "r", "c") for part in panels]
    labels = dict.fromkeys(component.LINES_LABELS, "")
    state, heard = {}, []
    monkeypatch.setattr(st, "session_state", state)

    def mount(**named):
        state["l"] = type("State", (), {"chosen": {"count": 7, "panels": heard.pop()}})
        named["on_chosen_change"]()

    def say(parts):
        heard.append(parts)
        marked = []
        component.lines(titled, file_name="f", labels=labels, key="l", on_change=marked.extend)
        assert state["l_answered"] == 7
        return marked

    monkeypatch.setattr(component, "_mount", mount)
    return panels, say


def test_what_the_browser_says_is_kept_within_what_there_is(said):
    panels, say = said
    heads = (~panels[0].shown_NH).astype(int).tolist()
    first, second = say(
        [
            {"shown": heads, "pinned": [[1, 1, -1, 900], [0]]},
            {"shown": [[1]], "pinned": [[], []]},
        ]
    )
    assert not first.shown_NH.any() and (first.rows, first.columns) == ((1,), (0,))
    assert second.shown_NH.all() and second.rows == second.columns == ()


def test_what_the_browser_says_of_other_panels_is_not_heard(said):
    _panels, say = said
    assert say([{"shown": [], "pinned": [[], []]}]) == []


def test_lines_need_a_panel_and_their_labels(said):
    labels = dict.fromkeys(component.LINES_LABELS, "")
    with pytest.raises(ValueError, match="panel"):
        component.lines([], file_name="f", labels=labels, key="l")
    del labels["none"]
    titled = [component.Titled(said[0][0], "n", "r", "c")]
    with pytest.raises(ValueError, match="missing: none$"):
        component.lines(titled, file_name="f", labels=labels, key="l")
