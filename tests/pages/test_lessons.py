"""Chapters: texts in every language, questions that the model answers, links that open the view."""

import string

import numpy as np
import pytest

from pages import BY_PATH
from pages.shared.examples import LONG
from pages.shared.language import LANGUAGES
from pages.shared.lessons import CHAPTERS, texts
from pages.shared.quiz import _ASK
from transformer.analysis.view import view

NAMES = [chapter.name for chapter in CHAPTERS]
# The same thought takes more words in French, and fewer, longer ones in Korean.
MOST_WORDS = {"en": 60, "fr": 75, "ko": 60}


def names_in(text):
    return {parts[1] for parts in string.Formatter().parse(text) if parts[1] is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_is_told_in_every_language(language) -> None:
    told, english = texts(language), texts("en")
    assert list(told) == NAMES
    for name, text in told.items():
        assert len(text.text.split()) <= MOST_WORDS[language], name
        assert len(text.options) == len(english[name].options), name
        for part in ("text", "question", "answer"):
            here, there = getattr(text, part), getattr(english[name], part)
            assert names_in(here) == names_in(there), (name, part)
            assert language == "en" or here != there, (name, part)
        for here, there in zip(text.options, english[name].options, strict=True):
            assert names_in(here) == names_in(there), name
        assert text.title and text.source


def test_every_chapter_has_a_page_and_a_question() -> None:
    assert list(_ASK) == NAMES
    assert all(chapter.path in BY_PATH for chapter in CHAPTERS)
    assert sorted({chapter.question for chapter in CHAPTERS}) == [0, 1, 2, 3]
    assert [chapter.question for chapter in CHAPTERS] == sorted(c.question for c in CHAPTERS)


def figures(visitor):
    """How much is shown below the panel."""
    return len(visitor.app.get("plotly_chart")) + len(visitor.app.get("bidi_component"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=NAMES)
def test_a_link_opens_the_chapter_on_its_view_and_an_answer_shows_it(visit, chapter) -> None:
    visitor = visit(chapter.path, {**chapter.choices, "lesson": chapter.name})
    state, text = visitor.app.session_state, texts("en")[chapter.name]
    assert {name: str(state[name]) for name in chapter.choices} == dict(chapter.choices)
    assert visitor.app.subheader[0].value == text.title
    assert figures(visitor) == 0 and visitor.sentences == []
    (radio,) = visitor.app.radio
    assert 2 <= len(radio.options) == len(set(radio.options)) and radio.value is None
    radio.set_value(1).run()
    assert figures(visitor) > 0 and visitor.sentences == []
    assert chapter.name in state["_answers"]
    said = " ".join(element.value for element in visitor.app.markdown)
    assert ("Right." in said) == state["_answers"][chapter.name]
    assert not any("{" in line for line in visitor.said())


def test_the_right_answer_is_the_models_own(visit, shipped) -> None:
    choices = {"kind": "cross", "layer": "2", "head": "3", "text": LONG.text}
    visitor = visit("attention", {**choices, "lesson": "cross"})
    seen = view(shipped.translate(LONG.text), "cross", "words")
    weights_LM = seen.weights_NHLM[1, 2]
    (radio,) = visitor.app.radio
    row = next(i for i, label in enumerate(seen.rows) if f"“{label}”" in radio.label)
    assert weights_LM[row].max() == weights_LM[seen.telling_rows].max()
    offered = [option.replace("\\", "") for option in radio.options]  # Markdown escapes a hyphen
    right = offered.index(seen.columns[int(weights_LM[row].argmax())])
    radio.set_value(right).run()
    assert visitor.app.session_state["_answers"] == {"cross": True}
    assert any(
        f"{weights_LM[row].max():.2f}".replace(".", "\\.") in m.value for m in visitor.app.markdown
    )


def test_another_sentence_asks_anew_and_the_first_answer_counts(visit) -> None:
    visitor = visit("attention", {"kind": "cross", "layer": "3", "head": "5", "lesson": "cross"})
    first = visitor.app.radio[0].label
    visitor.app.radio[0].set_value(0).run()
    assert not visitor.app.radio
    assert visitor.app.session_state["_answers"] == {"cross": False}
    assert any("You chose “Le”." in element.value for element in visitor.app.markdown)
    visitor.type("Ma tante mange une pomme.")
    (radio,) = visitor.app.radio
    assert radio.label != first and radio.value is None and figures(visitor) == 0
    radio.set_value(1).run()
    assert visitor.app.session_state["_answers"] == {"cross": False}


def press(visitor, label):
    next(button for button in visitor.app.button if button.label == label).click().run()


def test_the_figure_can_be_seen_without_an_answer_and_the_lesson_left(visit) -> None:
    visitor = visit("score", {"lesson": "score"})
    press(visitor, "Show me without an answer")
    assert figures(visitor) > 0
    assert "_answers" not in visitor.app.session_state
    press(visitor, "End the lesson")
    assert not visitor.app.radio and figures(visitor) > 0
    assert "lesson" not in visitor.query


def test_a_sentence_that_cannot_be_read_is_explained_once(visit) -> None:
    visitor = visit("attention", {"lesson": "cross", "text": " "})
    assert len(visitor.sentences) == 1 and not visitor.app.radio


def test_words_of_the_sentence_are_never_markup(visit) -> None:
    visitor = visit("attention", {"lesson": "cross", "text": "![x](http://a.b/c) **gras** <b>"})
    (radio,) = visitor.app.radio
    for text in (radio.label, *radio.options):
        assert "![" not in text and "**" not in text.replace("\\*", "")


def test_the_overview_links_to_every_chapter(visit) -> None:
    visitor = visit("lessons", {"text": LONG.text, "lang": "ko"})
    links = [link.proto for link in visitor.app.get("page_link")]
    links = [link for link in links if "lesson=" in link.query_string]
    for chapter, link in zip(CHAPTERS, links, strict=True):
        assert texts("ko")[chapter.name].title.split()[0] in link.label
        assert f"lesson={chapter.name}" in link.query_string
        assert "lang=ko" in link.query_string and "text=" in link.query_string


def test_the_answer_of_numbers_is_not_always_in_the_same_place(shipped) -> None:
    from pages.shared.examples import EXAMPLES
    from pages.shared.quiz import ask

    asked = [ask("sequence", shipped, shipped.translate(example.text)) for example in EXAMPLES]
    assert len({one.right for one in asked}) > 1
    for one in asked:
        assert one.options[one.right] == str(one.values["target"])
        assert np.diff([int(option) for option in one.options]).tolist() == [1, 1]
