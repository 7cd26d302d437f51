"""The embedding matrix as a map: which words the model holds to be alike, in both languages."""

import math

import numpy as np
import streamlit as st

from pages.shared.guard import guarded, literal
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.stage import proof_line
from pages.shared.translation import LONGEST_SENTENCE, load
from pages.words.neighbours import AMONG, LISTED, draw_nearest, draw_translations
from transformer import Translation, Translator
from transformer.analysis.check import Check, largest
from transformer.analysis.wordmap import (
    TRANSLATIONS,
    Nearest,
    Plane,
    Words,
    frequent_words,
    known_words,
    look_up,
    nearest,
    plane,
    rank_correlation,
    sentence_words,
    told_apart,
    words_of,
)
from transformer.figures.wordmap import map_figure
from transformer.tokenizer import Tokenizer, normalise

SHOWN = 600  # words on the map of all
AROUND = 60  # words on the map around one of them
RINGED = 5  # of the nearest, on the map of all
ALL = """
from transformer.analysis.wordmap import frequent_words, plane, sentence_words, words_of
words = frequent_words(translator, {shown})
flat = plane(words.rows_VD)
shown = words.join(asked.only((word, *near.names[:{ringed}])))
for side in (translation.source, translation.target):
    shown = shown.join(words_of(translator, sentence_words(side)))
"""
NEAR = """
from transformer.analysis.wordmap import plane
shown = asked.only((word, *near.names[:{around}]))
flat = plane(shown.rows_VD)
"""


def main() -> None:
    st.header(_("A map of words"))
    st.write(
        _(
            "Each piece the model knows is a row of learned numbers, the embedding: a point in a "
            "space of many dimensions. Nobody told the model what a word means; training moved "
            "the points. A map has two dimensions: here are the two directions in which the "
            "points differ most (principal component analysis)."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    with guarded():
        word = _pick()
        translator = load(st.session_state["model"])
        asked = known_words(translator, word)
        near = nearest(asked, word)
        _say_pieces(translator.tokenizer, word)
        if st.session_state["area"] == "all":
            _whole(translator, translation, asked, word, near)
        else:
            _around(asked, word, near)
        st.subheader(_("Nearest to “{word}”").format(word=literal(word)))
        draw_nearest(translator, word, near)
        st.subheader(_("Do the two languages meet?"))
        draw_translations(translator)


def _pick() -> str:
    """The word asked for, as the tokenizer reads it, and which map is drawn."""
    names = {"all": _("all words"), "near": _("around the word")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("A French or English word"),
            key="near",
            persist_state="session",
            max_chars=LONGEST_SENTENCE,
            width=300,
        )
        st.segmented_control(
            _("Map"),
            list(names),
            format_func=names.__getitem__,
            key="area",
            required=True,
            persist_state="session",
        )
    return normalise(st.session_state["near"])


def _say_pieces(tokenizer: Tokenizer, word: str) -> None:
    """Where the place of a word comes from that is no piece of its own."""
    pieces = [tokenizer.piece(id) for id in look_up(tokenizer, word)]
    if len(pieces) > 1:
        said = _("“{word}” is cut into pieces, {pieces}: its place is the mean of their rows.")
        st.text(said.format(word=word, pieces=" ".join(pieces)))


def _whole(
    translator: Translator, translation: Translation, asked: Words, word: str, near: Nearest
) -> None:
    """The most frequent words, with those of the sentence marked, and what the directions mean."""
    words = frequent_words(translator, SHOWN)
    flat = plane(words.rows_VD)
    shown = words.join(asked.only((word, *near.names[:RINGED])))
    sides = [sentence_words(tokens) for tokens in (translation.source, translation.target)]
    for side in sides:
        shown = shown.join(words_of(translator, side))
    french, english = map(list, sides)
    said = _(
        "The {count} most frequent words, and those marked. The two directions hold {share} "
        "percent of the variance: points near each other here may be far apart in the others."
    ).format(count=SHOWN, share=f"{100 * sum(flat.shares):.1f}")
    setup = ALL.format(shown=SHOWN, ringed=RINGED)
    show(_map(shown, flat, word, near, french=french, english=english, said=said, setup=setup))
    st.text(_meanings(translator, flat, words))
    _prove(translator, translation)


def _around(asked: Words, word: str, near: Nearest) -> None:
    """A word and those nearest to it, in the plane in which these differ most."""
    shown = asked.only((word, *near.names[:AROUND]))
    flat = plane(shown.rows_VD)
    said = _(
        "“{word}” and the {count} words nearest to it, with directions of their own, which hold "
        "{share} percent of the variance of these words."
    ).format(word=word, count=AROUND, share=f"{100 * sum(flat.shares):.1f}")
    setup = NEAR.format(around=AROUND)
    show(_map(shown, flat, word, near, french=[], english=[], said=said, setup=setup))


def _map(
    shown: Words,
    flat: Plane,
    word: str,
    near: Nearest,
    *,
    french: list[str],
    english: list[str],
    said: str,
    setup: str,
) -> Picture:
    places = flat.place(shown.rows_VD)
    first, second = (f"{100 * share:.1f}" for share in flat.shares)
    return Picture.of(
        "map-of-words",
        map_figure,
        {"shown.names": shown.names, "flat.place(shown.rows_VD)": places},
        setup=AMONG.format(word=word) + setup,
        french=french,
        english=english,
        chosen=word,
        near=list(near.names[: RINGED if french else LISTED]),
        legend=(
            _("words"),
            _("this sentence"),
            _("its translation"),
            _("nearest to “{word}”").format(word=word),
            f"“{word}”",
        ),
        axes=(
            _("first direction: {share} percent of the variance").format(share=first),
            _("second direction: {share} percent of the variance").format(share=second),
        ),
        title=_("{count} words in two of {width} directions").format(
            count=len(shown.names), width=shown.rows_VD.shape[1]
        ),
        dark=st.context.theme.type == "dark",
        said=said,
        table={
            _("word"): shown.names,
            _("first direction"): places[:, 0],
            _("second direction"): places[:, 1],
        },
    )


def _meanings(translator: Translator, flat: Plane, words: Words) -> str:
    """What the directions go with: how frequent a word is and, told by nobody, its language."""
    tokenizer = translator.tokenizer
    french, english = (
        flat.place(words_of(translator, {word: look_up(tokenizer, word) for word in side}).rows_VD)
        for side in zip(*TRANSLATIONS, strict=True)
    )
    frequency = [rank_correlation(values) for values in flat.place(words.rows_VD).T]
    language = [told_apart(*pair) for pair in zip(french.T, english.T, strict=True)]
    names = (_("first"), _("second"))
    return _(
        "Nobody named the directions. The {frequent} goes most with how frequent a word is: rank "
        "correlation {correlation}. The {language} goes most with its language: of all pairs of a "
        "French and an English word from the list below, {percent} percent are in the same order; "
        "50 would be chance."
    ).format(
        frequent=names[int(np.argmax(frequency))],
        correlation=f"{max(frequency):.2f}",
        language=names[int(np.argmax(language))],
        percent=round(100 * max(language)),
    )


def _prove(translator: Translator, translation: Translation) -> None:
    """The rows looked up here, times sqrt(d_model), are what the encoder was given."""
    rows = translator.embedding_rows(translation.source.ids).astype(np.float64)
    own = translation.record.source_embedding_MD
    check = Check.of(rows * math.sqrt(rows.shape[1]), own, largest(own))
    line = _("Rows of this sentence, times √{width}, and what the model read:").format(
        width=rows.shape[1]
    )
    colour = "green" if check.agrees else "red"
    st.markdown(f"{line} :{colour}[{proof_line(check)}]")


main()
