"""Every page runs in every language and theme, and says so kindly when it cannot."""

import re
from pathlib import Path

import pytest

from pages import VIEWS
from pages.shared.examples import EXAMPLES
from pages.shared.pairs import PAIRS
from transformer.edits import ScaleScores

PATHS = [view.path for view in VIEWS]
READING = [view.path for view in VIEWS if view.reads != "nothing"]
HANGUL = re.compile("[가-힣]")
NUMBERED = re.compile(r"^\d+\. ")


def fail(*arguments, **named):
    raise RuntimeError("secret detail")


@pytest.mark.parametrize(
    ("locale", "theme"), [("en-GB", "light"), ("ko-KR", "dark"), ("fr-CA", "light")]
)
@pytest.mark.parametrize("path", PATHS)
def test_a_first_visit_shows_a_finished_example(visit, path, locale, theme):
    visitor = visit(path, locale=locale, theme=theme)
    assert visitor.sentences == []
    assert visitor.box == EXAMPLES[0].text
    assert visitor.app.session_state["lang"] == locale[:2]
    assert visitor.app.get("bidi_component") or visitor.app.get("plotly_chart")
    assert not any(re.search(r"[{}]", said) for said in visitor.said())
    assert all(chart.proto.alt for chart in visitor.app.get("plotly_chart"))


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_left_in_english_when_the_language_is_switched(visit, shipped, alike, path):
    visitor = visit(path)
    english = set(visitor.said())
    own = translations(shipped, visitor.box) | {""}
    visitor.pick("lang", "ko")
    assert [line for line in set(visitor.said()) - own if not HANGUL.search(line)] == []
    visitor.pick("lang", "fr")
    same = english & set(visitor.said()) - own
    assert {NUMBERED.sub("", line) for line in same} <= alike | {"Language · 언어 · Langue"}
    visitor.pick("lang", "en")
    assert set(visitor.said()) == english


def translations(shipped, text):
    """What the model itself says, as trained and without the division: always English."""
    plain, edited = shipped.translate(text), shipped.translate(text, edits=[ScaleScores(1.0)])
    return {plain.text, edited.text, shipped.translate(PAIRS[0].second).text}


@pytest.mark.parametrize("locale", ["de-DE", "", None, "zz"])
def test_english_where_the_browser_asks_for_something_else(visit, locale):
    assert visit(locale=locale).app.session_state["lang"] == "en"


def test_every_page_has_a_place_of_its_own():
    assert PATHS[0] == ""
    assert len({view.path for view in VIEWS}) == len({view.title for view in VIEWS}) == len(VIEWS)
    for view in VIEWS:
        script = Path(view.script)
        # Files directly in pages/ would be run by Streamlit without app.py.
        assert script.parts[0] == "pages" and len(script.parts) == 3
        assert view.path in ("", script.stem)


@pytest.mark.parametrize("path", READING)
def test_a_page_that_fails_says_one_friendly_sentence(visit, monkeypatch, path):
    visitor = visit(path)
    with monkeypatch.context() as patch:
        patch.setattr("pages.shared.changes.current", fail)
        visitor.app.run()
    assert len(visitor.sentences) == len(visitor.app.error) == 1
    assert "secret" not in visitor.sentences[0]
    assert visitor.box == EXAMPLES[0].text
    visitor.app.run()
    assert visitor.sentences == []


def test_a_figure_that_fails_says_one_friendly_sentence(visit, monkeypatch):
    visitor = visit("score")
    monkeypatch.setattr("transformer.figures.score.products_figure", fail)
    visitor.app.run()
    assert len(visitor.sentences) == len(visitor.app.error) == 1
    assert "secret" not in visitor.sentences[0]


def test_a_damaged_model_is_explained_in_one_sentence(visit, monkeypatch, tmp_path):
    (tmp_path / "default").write_text("broken")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{")
    monkeypatch.setattr("transformer.translator.MODELS", tmp_path)
    monkeypatch.setattr("pages.shared.translation.MODELS", tmp_path)
    visitor = visit()
    assert len(visitor.sentences) == len(visitor.app.info) == 1
