"""A text of several sentences: every page shows the picked one, and its address says which."""

import pytest

from pages.shared.translation import LONGEST_SENTENCE, LONGEST_TEXT

SENTENCES = ["Mme Ursule pèse le beurre.", "Où sont les noisettes ?", "M. Octave les grille."]
TEXT = "  ".join(SENTENCES)


def french(visitor):
    return [word["text"] for word in visitor.component("word_links")["source"]][:-1]


@pytest.fixture(scope="module")
def expected(shipped):
    return [shipped.translate(sentence) for sentence in SENTENCES]


def test_the_picked_sentence_is_shown_and_the_address_opens_it_again(visit, expected) -> None:
    visitor = visit(query={"text": TEXT})
    (picker,) = visitor.app.pagination
    assert visitor.sentences == [] and "sentence" not in visitor.query
    for number, translation in enumerate(expected, start=1):
        visitor.app.pagination(key="sentence").set_value(number).run()
        assert french(visitor) == [word.text for word in translation.source.words[:-1]]
        assert visitor.query.get("sentence", "1") == str(number)
        assert french(visit(query=visitor.query)) == french(visitor)


def test_the_whole_text_is_translated_sentence_by_sentence(visit, expected) -> None:
    visitor = visit(query={"text": TEXT, "sentence": "2"})
    table = visitor.app.dataframe[0].value
    assert list(table.iloc[:, 0]) == ["", "▶", ""]
    assert list(table.iloc[:, 1]) == SENTENCES
    assert list(table.iloc[:, 2]) == [translation.text for translation in expected]
    said = " ".join(translation.text for translation in expected)
    assert said in [text.value for text in visitor.app.text]


def test_a_picked_row_of_the_table_is_shown(visit) -> None:
    visitor = visit(query={"text": TEXT})
    visitor.app.session_state["sentence"] = 3
    visitor.app.run()
    assert french(visitor)[:2] == ["M", "."] and visitor.query["sentence"] == "3"


def test_one_sentence_has_no_picker_and_a_new_text_begins_with_its_first(visit) -> None:
    visitor = visit("attention", {"text": TEXT, "sentence": "3"})
    assert visitor.app.pagination and visitor.query["sentence"] == "3"
    visitor.type(SENTENCES[1])
    assert not visitor.app.pagination and "sentence" not in visitor.query
    visitor.type(TEXT)
    assert visitor.app.session_state["sentence"] == 1


def test_a_sentence_that_the_text_lacks_is_its_last(visit) -> None:
    visitor = visit("box", {"text": TEXT, "sentence": "1000"})
    assert visitor.query["sentence"] == "3" and visitor.sentences == []


def test_figures_and_cells_speak_of_the_picked_sentence(visit) -> None:
    visitor = visit("attention", {"text": TEXT, "sentence": "2"})
    assert visitor.chart.columns[0] == "Où"
    assert visitor.plot().columns[:2] == ["Où", "sont"]
    (cell,) = (code.value for code in visitor.app.code if "translator.translate" in code.value)
    assert repr(SENTENCES[1]) in cell and TEXT not in cell


def test_a_text_as_long_as_the_bar_takes_is_translated(visit) -> None:
    word = "noisette "
    text = (word * (LONGEST_TEXT // len(word) + 1))[:LONGEST_TEXT]
    visitor = visit("attention", {"text": text})
    assert visitor.sentences == [] and visitor.box == text
    shown = visitor.app.text[0].value
    assert 0 < len(shown) <= LONGEST_SENTENCE and text.startswith(shown)
