"""The map of words: any word, whole or in pieces, is looked up; what is unknown is said."""

import pytest

from transformer.analysis.wordmap import known_words, nearest


def lines(visitor):
    return [text.value for text in visitor.app.text]


def test_the_nearest_word_is_the_librarys(visit, shipped):
    visitor = visit("wordmap", {"near": "nuit"})
    found = nearest(known_words(shipped, "nuit"), "nuit")
    (said,) = (line for line in lines(visitor) if f"“{found.names[0]}” is nearest" in line)
    assert f"{found.cosines[0]:.2f}" in said
    assert any("✓" in line.value for line in visitor.app.markdown)


def test_the_map_around_a_word_of_several_pieces(visit):
    visitor = visit("wordmap", {"near": "antiprovincialement", "area": "near"})
    assert visitor.sentences == []
    assert any("cut into pieces" in line for line in lines(visitor))
    assert any("the 60 words nearest to it" in line for line in lines(visitor))
    assert len(visitor.app.get("plotly_chart")) == 3


@pytest.mark.parametrize("word", ["", "你好"])
def test_an_unknown_word_is_one_sentence_and_stays_in_its_box(visit, word):
    visitor = visit("wordmap", {"near": word})
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert visitor.app.text_input(key="near").value == word
    visitor.app.text_input(key="near").set_value("chien").run()
    assert visitor.sentences == [] and visitor.query["near"] == "chien"


def test_a_typed_word_is_never_markup(visit):
    visitor = visit("wordmap", {"near": "![x](http://x.y/z) <b>chat</b>"})
    assert not any("![x](" in text or "<b>" in text for text in visitor.interpreted())
