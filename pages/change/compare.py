"""Compare: two sentences, two heads or two models side by side, and how their weights differ."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from pages import N_
from pages.change.two_heads import both, difference, rule
from pages.shared.attention import NAMES, choose_head, pick_attention
from pages.shared.compare import compare
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pairs import MINIMAL_PAIRS
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.second_text import text_box
from pages.shared.sentence import current_text
from pages.shared.translation import BEAM_SIZE, load, translate
from pages.shared.versus import VERSUS
from transformer import Kind, Translation
from transformer.analysis.comparison import Place, compare_heads, head_differences
from transformer.figures.head_grid import head_grid_figure
from transformer.translator import shipped_models

IMPORT = "from transformer.analysis.comparison import compare_heads, head_differences\n"
SENTENCE = "other = translator.translate({variant!r}, beam_size={beam})\n"
SAME = "other = translation\n"
MODEL = """\
second = Translator.load(MODELS / {model!r})
other = second.translate({text!r}, target=translation.text)
"""
COMPARED = "found = compare_heads(translation, other, {kind!r}, {one}, {two})\n"
FIRST = {
    "sentences": N_("First sentence"),
    "heads": N_("First head"),
    "models": N_("First model"),
}
SECOND = {
    "sentences": N_("Second sentence"),
    "heads": N_("Second head"),
    "models": N_("Second model"),
}


class Other(NamedTuple):
    """The second side, what the second writes of its own accord, and the lines that make it."""

    translation: Translation
    own: Translation
    setup: str


def main() -> None:
    st.header(_("Compare"))
    st.write(
        _(
            "Two sentences that differ in one word, two heads, or two models: the same picture of "
            "both, with the same colours, and below them the second minus the first."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    versus = pick(_("Compare"), list(VERSUS), "versus", VERSUS)
    if versus == "sentences":
        _second_sentence()
    kind, *place = pick_attention(translation.record)
    one = two = tuple(place)
    if versus == "sentences":
        other = _sentence()
        _texts(translation, other, (translation.source.text, other.own.source.text))
    else:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            other = _model(translation) if versus == "models" else _same(translation)
            two = _second_head(other.translation, kind)
    if versus == "models":
        _models(translation, other)
    found = compare_heads(translation, other.translation, kind, one, two)
    setup = IMPORT + other.setup + COMPARED.format(kind=kind, one=one, two=two)
    both(found, (_(FIRST[versus]), _(SECOND[versus])), one, two, setup)
    st.subheader(_("The second minus the first"))
    show(difference(found, kind, setup))
    st.caption(rule(found))
    if versus == "sentences":
        _where_to_look(translation, other, kind)


def _second_sentence() -> None:
    """The box for the other sentence, and pairs to try."""
    label = _("The second French sentence: change one word of the first")
    text_box("variant", label, _("Compare"), _("Type a French sentence"))
    with st.container(horizontal=True, vertical_alignment="center"):
        for number, pair in enumerate(MINIMAL_PAIRS):
            if st.button(_(pair.shows), key=f"minimal_{number}", on_click=_take, args=(number,)):
                st.rerun()  # the sentence at the top is outside this part of the page


def _take(number: int) -> None:
    pair = MINIMAL_PAIRS[number]
    st.session_state["text"], st.session_state["variant"] = pair.first, pair.second


def _sentence() -> Other:
    """The other sentence by the same model."""
    variant = st.session_state["variant"]
    other = translate(st.session_state["model"], variant).translation
    return Other(other, other, SENTENCE.format(variant=variant, beam=BEAM_SIZE))


def _same(translation: Translation) -> Other:
    return Other(translation, translation, SAME)


def _model(translation: Translation) -> Other:
    """The second model reads the English of the first."""
    st.selectbox(
        _("Second model"), shipped_models(), key="second_model", persist_state="session", width=220
    )
    second, text = st.session_state["second_model"], current_text()
    return Other(
        load(second).translate(text, target=translation.text or None),
        translate(second, text).translation,
        MODEL.format(model=second, text=text),
    )


def _texts(translation: Translation, other: Other, titles: tuple[str, str]) -> None:
    gone, new = compare(translation, other.own, titles=titles, key="texts")
    st.text(
        _(
            "Dashed: words that only the first has ({gone}). Underlined: only the second ({new})."
        ).format(gone=gone, new=new)
        if gone or new
        else _("Both translations are the same, word for word.")
    )


def _models(translation: Translation, other: Other) -> None:
    """What each writes, and what the two make of one English sentence."""
    names = st.session_state["model"], st.session_state["second_model"]
    _texts(translation, other, names)
    totals = [found.search.hypotheses[0].log_probability for found in (translation, other[0])]
    st.text(
        _(
            "The pictures below are about the same English, that of {first}. It has a "
            "log-probability of {one} for {first} and of {two} for {second}."
        ).format(first=names[0], second=names[1], one=f"{totals[0]:.2f}", two=f"{totals[1]:.2f}")
    )


def _second_head(other: Translation, kind: Kind) -> Place:
    """Layer and head of the second side, from 0; those it lacks are brought back."""
    counts = other.record.weights(kind).shape[:2]
    names = {"second_layer": _("Second layer"), "second_head": _("Second head")}
    for (name, label), count in zip(names.items(), counts, strict=True):
        st.session_state[name] = min(st.session_state[name], count)
        pick(label, range(1, count + 1), name)
    return st.session_state["second_layer"] - 1, st.session_state["second_head"] - 1


def _where_to_look(translation: Translation, other: Other, kind: Kind) -> None:
    """Which heads the changed word reaches: all of this attention, and a way to the one most."""
    changes_NH = head_differences(translation, other.translation, kind)
    layer, head = (int(n) for n in np.unravel_index(changes_NH.argmax(), changes_NH.shape))
    st.subheader(_("Where to look: every head's difference"))
    show(
        Picture.of(
            "compared-heads",
            head_grid_figure,
            {f"[head_differences(translation, other, {kind!r})]": [changes_NH]},
            setup=IMPORT + other.setup,
            said=_(
                "{kind}: head {head} of layer {layer} differs most between the two sentences, by "
                "{most} a weight on average; the mean of all {count} heads is {mean}."
            ).format(
                kind=_(NAMES[kind]),
                head=head + 1,
                layer=layer + 1,
                most=f"{changes_NH.max():.3f}",
                count=changes_NH.size,
                mean=f"{changes_NH.mean():.3f}",
            ),
            table={
                _("Layer"): np.indices(changes_NH.shape)[0].ravel() + 1,
                _("Head"): np.indices(changes_NH.shape)[1].ravel() + 1,
                _("Difference"): changes_NH.ravel(),
            },
            names=[_(NAMES[kind])],
            layer=_("layer {number}"),
            head=_("head {number}"),
            chosen=(layer, head),
            title=_("Mean difference of a weight, without its sign"),
            dark=st.context.theme.type == "dark",
        )
    )
    st.button(
        _("Look at the head that differs most"),
        key="most_different",
        on_click=choose_head,
        args=(layer, head),
    )


main()
