"""Whatever is typed gives a result or one sentence, stays in the box and is never markup."""

import pytest

from pages import VIEWS
from pages.shared.language import LANGUAGES
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
# All of it at once, in as many sentences as it takes.
MIXED = (
    " ".join(MARKUP[name] for name in ("script", "image", "bold", "formula", "colour")),
    " ".join(MARKUP[name] for name in ("picture", "link", "icon", "end mark", "entity")),
)
PATHS = [view.path for view in VIEWS if view.reads != "nothing"]


def cases(texts):
    return pytest.mark.parametrize("text", texts.values(), ids=texts)


def check_refused(visitor):
    for text in REFUSED.values():
        visitor.type(text)
        assert len(visitor.sentences) == len(visitor.app.info) == 1, text
        assert visitor.sentences[0].endswith(".")
        assert visitor.box == text
    visitor.type("Bonjour.")
    assert visitor.sentences == []


@pytest.mark.parametrize("path", PATHS)
def test_what_cannot_be_read_gets_one_sentence(visit, path):
    check_refused(visit(path))


@cases(REFUSED)
def test_the_sentence_is_said_in_every_language(visit, text):
    visitors = [visit(query={"text": text, "lang": lang}) for lang in LANGUAGES]
    said = [sentence for visitor in visitors for sentence in visitor.sentences]
    assert len(said) == len(set(said)) == len(LANGUAGES)
    assert all(len(visitor.app.info) == 1 for visitor in visitors)
    assert not any("{" in sentence for sentence in said)


def check_read(visitor):
    for text in READ.values():
        visitor.type(text)
        check_result(visitor, text)


def check_result(visitor, text):
    shown = visitor.app.get("bidi_component") or visitor.app.get("plotly_chart")
    nothing = [said for said in visitor.sentences if "wrote nothing" in said]
    assert bool(shown) != bool(nothing)  # a model may well end at once where it reads no French
    # Spelled in bytes, it has too many pieces for the table of all its sentences.
    long = [said for said in visitor.sentences if "at a time" in said]
    assert visitor.sentences == long + nothing and (not long or text == "é" * LONGEST_TEXT)
    assert visitor.box == text


@pytest.mark.parametrize("path", PATHS)
def test_anything_else_gets_a_result(visit, path):
    check_read(visit(path))


@pytest.mark.parametrize("model", ["rnn", "birnn-attention"])
def test_a_recurrent_model_takes_whatever_a_transformer_takes(visit, model):
    visitor = visit(query={"model": model})
    check_refused(visitor)
    check_read(visitor)


@pytest.mark.parametrize("path", PATHS)
def test_what_was_typed_is_never_markup(visit, path):
    for text in MIXED:
        visitor = visit(path, {"text": text})
        check_result(visitor, text)
        strings = list(visitor.interpreted())
        assert len(strings) > 10
        for typed in MARKUP.values():
            assert typed not in text or [string for string in strings if typed in string] == []


@cases(MARKUP)
def test_names_in_the_figure_are_escaped(visit, text):
    visitor = visit("attention", {"text": text})
    plot = visitor.plot()
    for name in (*plot.rows, *plot.columns):
        assert "<" not in name and ">" not in name
    spec = visitor.app.get("plotly_chart")[0].proto.spec
    assert "<script" not in spec and "<img" not in spec
