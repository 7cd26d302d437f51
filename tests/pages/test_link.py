"""What the address carries: every choice, restored elsewhere; damaged links do no harm."""

import numpy as np
import pytest

from pages.shared.examples import EXAMPLES
from pages.shared.link import CHOICES

LINKS = [
    {"text": "Où es-tu ?", "kind": "encoder", "layer": 1, "head": 8},
    {"text": "a&b=c #d", "kind": "decoder", "unit": "pieces", "hide": True},
    {"text": "100 % +1", "lang": "ko", "mean": True, "stretch": True},
    {"text": "你好 😀", "layer": 4, "unit": "pieces", "mean": True, "hide": True},
    {"text": "<b>x</b>", "kind": "encoder", "layer": 2, "head": 5, "stretch": True, "lang": "ko"},
]


def choices(visitor):
    return {name: visitor.app.session_state[name] for name in CHOICES}


def assert_same_view(one, other):
    assert choices(one) == choices(other)
    assert one.query == other.query
    np.testing.assert_array_equal(one.chart.z, other.chart.z)
    assert one.chart[1:] == other.chart[1:]


@pytest.mark.parametrize("wanted", LINKS, ids=str)
def test_a_link_opened_elsewhere_shows_the_same(visit, wanted):
    sender = visit("attention")
    for name, value in wanted.items():
        if name == "text":
            sender.type(value)
        else:
            sender.pick(name, value)
    assert {name: choices(sender)[name] for name in wanted} == wanted
    assert_same_view(sender, visit("attention", sender.query))


@pytest.mark.parametrize(
    "query",
    [
        {"text": "Où es-tu ?"},
        {"lang": "ko"},
        {"kind": "encoder"},
        {"layer": "1"},
        {"head": "2"},
        {"unit": "pieces"},
        {"mean": "1"},
        {"hide": "1"},
        {"stretch": "1"},
    ],
    ids=str,
)
def test_every_choice_is_in_the_address_and_changes_something(visit, query):
    plain, visitor = visit("attention"), visit("attention", query)
    assert plain.query == {}
    assert visitor.query == query
    (name,) = query
    assert {key for key in CHOICES if choices(plain)[key] != choices(visitor)[key]} == {name}


def test_a_link_means_the_same_in_another_language(visit):
    english = visit("attention", {"lang": "en", "kind": "decoder"}, locale="ko-KR")
    korean = visit("attention", {"lang": "ko", "kind": "decoder"}, locale="en-US")
    assert english.app.session_state["kind"] == korean.app.session_state["kind"] == "decoder"
    assert english.query == {"kind": "decoder"}  # a link that names no language is in English
    assert visit("attention", english.query, locale="ko-KR").app.session_state["lang"] == "en"
    np.testing.assert_array_equal(english.chart.z, korean.chart.z)


@pytest.mark.parametrize(
    "query",
    [
        {"layer": "x"},
        {"layer": "0"},
        {"layer": "-1"},
        {"layer": ""},
        {"layer": "1.5"},
        {"layer": "9" * 5000},
        {"head": "0"},
        {"head": "300"},
        {"kind": "foo"},
        {"kind": ""},
        {"model": "../../etc"},
        {"model": ""},
        {"model": "/"},
        {"lang": "zz"},
        {"lang": "../ko"},
        {"unit": "letters"},
        {"mean": "yes"},
        {"hide": "0"},
        {"unknown": "1"},
        {"_link": "1"},
    ],
    ids=str,
)
def test_a_damaged_link_falls_back_silently(visit, query):
    visitor = visit("attention", query)
    assert visitor.sentences == []
    assert_same_view(visitor, visit("attention"))
    assert visitor.query == {}


@pytest.mark.parametrize("query", [{"layer": "99"}, {"head": "99"}])
def test_a_layer_or_head_of_another_model_becomes_the_last(visit, query):
    visitor = visit("attention", query)
    (name,) = query
    last = {"layer": 4, "head": 8}[name]
    assert visitor.sentences == []
    assert visitor.app.session_state[name] == last
    assert visitor.query == {name: str(last)}


def test_what_is_damaged_does_not_spoil_the_rest(visit):
    visitor = visit("attention", {"layer": "x", "head": "2", "kind": "foo", "unit": "pieces"})
    assert visitor.query == {"head": "2", "unit": "pieces"}


def test_choices_survive_a_switch_of_page(visit):
    link = {"text": "Où es-tu ?", "kind": "encoder", "layer": "2", "head": "5", "unit": "pieces"}
    link |= {"mean": "1", "hide": "1", "stretch": "1", "lang": "ko"}
    visitor = visit("attention", link)
    before = choices(visitor)
    visitor.open("")
    assert choices(visitor) == before
    assert visitor.query == link
    visitor.open("attention")
    assert choices(visitor) == before
    assert_same_view(visitor, visit("attention", link))


def test_a_sentence_typed_on_one_page_is_there_on_the_next(visit):
    visitor = visit()
    visitor.type("Où es-tu ?")
    visitor.open("attention")
    assert visitor.box == "Où es-tu ?"
    assert visitor.query == {"text": "Où es-tu ?"}


def test_back_past_the_bare_address_of_a_click_keeps_all_choices(visit):
    link = {"text": "Où es-tu ?", "head": "5"}
    visitor = visit("", link)
    visitor.open("attention")
    before = choices(visitor)
    visitor.app.query_params.clear()  # what a click left in the history
    visitor.app.run()
    assert choices(visitor) == before
    assert visitor.query == {}  # not written again: Back must be able to leave
    visitor.pick("head", 2)
    assert visitor.query == link | {"head": "2"}


def test_back_to_a_bare_address_that_was_typed_shows_the_defaults(visit):
    visitor = visit("attention")
    visitor.pick("head", 5)
    visitor.app.query_params.clear()
    visitor.app.run()
    assert_same_view(visitor, visit("attention"))


def test_a_new_address_in_the_same_session_is_followed(visit):
    visitor = visit("attention", {"head": "5", "kind": "encoder"})
    visitor.app.query_params.clear()
    visitor.app.query_params["head"] = "2"
    visitor.app.run()
    assert_same_view(visitor, visit("attention", {"head": "2"}))


def test_two_visitors_do_not_disturb_each_other(visit):
    one, other = visit("attention"), visit("attention", locale="ko-KR")
    one.type("Où es-tu ?")
    one.pick("head", 6)
    other.app.run()
    assert other.box == EXAMPLES[0].text
    assert other.app.session_state["head"] == 1
    assert (one.app.session_state["lang"], other.app.session_state["lang"]) == ("en", "ko")
