"""Whatever is typed gives a result or one sentence, stays in the box and is never markup."""

import pytest

from pages import VIEWS
from pages.shared.translation import LONGEST_TEXT

REFUSED = {
    "nothing": "",
    "blank": " \t ",
    "too long": "a" * (LONGEST_TEXT + 1),
    "far too long": "chat " * 5000,
    "NUL": "le\0chat",
    "bell": "le \a chat",
    "escape": "\x1b[31mrouge",
    "not UTF-8": "le ch\ufffdt",
}
READ = {
    "as long as allowed": "é" * LONGEST_TEXT,
    "right to left": "مرحبا بالعالم",
    "direction marks": "\u202eabc\u200f",
    "zero width": "a\u200bb",
    "emoji": "😀 🏳️\u200d🌈",
    "Chinese": "你好",
    "English": "The cat sleeps.",
    "one sign": "'",
    "template": "{kind} {0} %s {",
}
MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": '<img src="http://example.org/x.png" onerror="alert(1)">',
    "bold": "**x**",
    "formula": "$x$",
    "picture": "![](http://example.org/x.png)",
    "link": "[a](http://b)",
    "icon": ":material/home:",
    "colour": ":red[le chat]",
    "end mark": "</s> <s> <pad>",
    "entity": "&lt;b&gt;",
}
PATHS = [view.path for view in VIEWS]


def cases(texts):
    return pytest.mark.parametrize("text", texts.values(), ids=texts)


@pytest.mark.parametrize("path", PATHS)
@cases(REFUSED)
def test_what_cannot_be_read_gets_one_sentence(visit, path, text):
    visitor = visit(path)
    visitor.type(text)
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert visitor.sentences[0].endswith(".")
    assert visitor.box == text
    visitor.type("Bonjour.")
    assert visitor.sentences == []


@cases(REFUSED)
def test_the_sentence_is_said_in_korean_too(visit, text):
    english, korean = (visit(query={"text": text, "lang": lang}) for lang in ("en", "ko"))
    assert english.sentences != korean.sentences
    assert len(korean.sentences) == len(korean.app.info) == 1
    assert "{" not in korean.sentences[0]


@pytest.mark.parametrize("path", PATHS)
@cases(READ | MARKUP)
def test_anything_else_gets_a_result(visit, path, text):
    visitor = visit(path)
    visitor.type(text)
    shown = visitor.app.get("bidi_component") or visitor.app.get("plotly_chart")
    nothing = [said for said in visitor.sentences if "wrote nothing" in said]
    assert bool(shown) != bool(nothing)  # a model may well end at once where there is no French
    assert visitor.sentences == nothing
    assert visitor.box == text


@pytest.mark.parametrize("path", PATHS)
@cases(MARKUP)
def test_what_was_typed_is_never_markup(visit, path, text):
    visitor = visit(path, {"text": text})
    assert visitor.box == text
    strings = list(visitor.interpreted())
    assert len(strings) > 10
    assert [string for string in strings if text in string] == []


@cases(MARKUP)
def test_names_in_the_figure_are_escaped(visit, text):
    visitor = visit("attention", {"text": text})
    plot = visitor.plot()
    for name in (*plot.rows, *plot.columns):
        assert "<" not in name and ">" not in name
    spec = visitor.app.get("plotly_chart")[0].proto.spec
    assert "<script" not in spec and "<img" not in spec
