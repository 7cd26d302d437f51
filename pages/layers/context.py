"""One word in two sentences: the same vector at first, and how context makes two of it."""

import numpy as np
import streamlit as st

from pages.shared.guard import guarded
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pairs import PAIRS
from pages.shared.picture import Picture, show
from pages.shared.second_text import example_box, text_box
from pages.shared.side import pick_layer, state_names
from pages.shared.translation import BEAM_SIZE, translate
from transformer import Translation
from transformer.analysis.similarity import shared_words, to_other, twins
from transformer.analysis.stack import Stack, stack
from transformer.figures.similarity import cosines_figure, parting_figure

SETUP = """\
from transformer.analysis.similarity import twins
other = translator.translate({other!r}, beam_size={beam})
found = twins(translation, other, {word!r})
"""
SETUP_ALL = """\
from transformer.analysis.similarity import to_other
from transformer.analysis.stack import stack
other = translator.translate({other!r}, beam_size={beam})
one, two = stack(translation, "source"), stack(other, "source")
"""


def main() -> None:
    st.header(_("One word, two sentences"))
    st.write(
        _(
            "A word is looked up as the same vector wherever it stands. Its meaning has to come "
            "from the words around it: layer by layer, one vector becomes two."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = _("Another French sentence with one of the same words")
        text_box("other", label, _("Compare"), _("Type a French sentence"))
        example_box(
            "pair",
            PAIRS,
            lambda pair: f"{pair.word}: {_(pair.shows)} – {pair.second}",
            lambda pair: {"text": pair.first, "other": pair.second, "word": pair.word},
        )
    live(_draw)


def _draw(translation: Translation) -> None:
    with guarded():
        other = translate(st.session_state["model"], st.session_state["other"]).translation
        for number, (column, text) in enumerate(
            zip(st.columns(2, gap="medium"), (translation.text, other.text), strict=True)
        ):
            with column, st.container(key=f"large_sentence_{number}"):
                st.text(text or "–")
        shared = list(shared_words(translation.source, other.source))
        if shared:
            show(_parting(translation, other, _pick_word(shared)))
            st.caption(_measured())
        else:
            st.text(
                _(
                    "No word stands in both sentences: write one with a word of the sentence at "
                    "the top, or try an example."
                )
            )
        st.subheader(_("All words of both"))
        read = stack(translation, "source")
        show(_all(read, stack(other, "source"), pick_layer(read)))


def _pick_word(shared: list[str]) -> str:
    """One of the words that stand in both; if the wanted one does not, the longest, and why."""
    wanted = st.session_state["word"]
    if wanted not in shared:
        said = _("“{word}” does not stand in both sentences; these words do: {words}.")
        st.text(said.format(word=wanted, words=", ".join(shared)))
        st.session_state["word"] = max(shared, key=len)
    st.selectbox(_("Word"), shared, key="word", persist_state="session", width=220)
    return st.session_state["word"]


def _parting(one: Translation, other: Translation, word: str) -> Picture:
    found = twins(one, other, word)
    states = state_names(len(one.trace.encoder))
    first, placed, last = (f"{found.cosines[i]:.2f}" for i in (0, 1, -2))
    names = (
        _("the two vectors of “{word}”").format(word=word),
        _("different pieces, mean"),
    )
    return Picture.of(
        "parting",
        parting_figure,
        {"found.cosines": found.cosines, "found.others": found.others},
        setup=SETUP.format(other=st.session_state["other"], beam=BEAM_SIZE, word=word),
        states=states,
        names=names,
        title=_("Cosine of the two vectors of “{word}”").format(word=word),
        dark=st.context.theme.type == "dark",
        said=_(
            "“{word}” is the same vector in both sentences at first: cosine {first}. With its "
            "position added it is {placed}, after the last layer {last}."
        ).format(word=word, first=first, placed=placed, last=last),
        table={
            _("state"): states,
            **dict(zip(names, np.stack([found.cosines, found.others]), strict=True)),
        },
    )


def _all(one: Stack, other: Stack, layer: int) -> Picture:
    """Every piece of one sentence against every piece of the other."""
    cosines = to_other(one, other, layer)
    different = np.array(one.ids)[:, None] != np.array(other.ids)
    row, column = np.unravel_index(np.where(different, cosines, -2).argmax(), cosines.shape)
    return Picture.of(
        "both-sentences",
        cosines_figure,
        {
            f"to_other(one, two, {layer})": cosines,
            "one.pieces": one.pieces,
            "two.pieces": other.pieces,
        },
        setup=SETUP_ALL.format(other=st.session_state["other"], beam=BEAM_SIZE),
        chosen=int(row),
        title=_("Cosine of all pieces after layer {layer}").format(layer=layer + 1),
        dark=st.context.theme.type == "dark",
        said=_(
            "Rows: the sentence at the top, columns: the other. Of different pieces, “{row}” and "
            "“{column}” are most alike after layer {layer}: {cosine}."
        ).format(
            layer=layer + 1,
            row=one.pieces[row],
            column=other.pieces[column],
            cosine=f"{cosines[row, column]:.2f}",
        ),
        table={_("piece"): one.pieces} | dict(zip(other.pieces, cosines.T, strict=True)),
    )


def _measured() -> str:
    return _(
        "1: the same direction, 0: nothing in common. The cosine counts all that context changes: "
        "meaning, grammar and position. Compare with a pair of the same meaning: its line should "
        "stay higher."
    )


main()
