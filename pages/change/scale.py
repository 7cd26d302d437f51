"""Take 1/sqrt(d_k) away: translate again with another factor on the scores."""

import difflib

import numpy as np
import streamlit as st

from pages.shared.attention import NAMES, SHORT_NAMES, pick_attention
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.scaling import FACTORS, SCOPES
from pages.shared.translation import BEAM_SIZE, load
from transformer import Translation
from transformer.analysis.entropy import row_entropy
from transformer.edits import ScaleScores
from transformer.figures.by_hand import scores_figure


def main() -> None:
    st.header(_("Without √d_k"))
    st.write(
        _(
            "The scores of a head are divided by √d_k before the softmax. Here you can change that "
            "factor and let the model translate again. With a factor of 1 the division is left out."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    kind, layer, head = pick_attention(translation.trace)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            _("Change the scores of"),
            list(SCOPES),
            format_func=lambda scope: _(SCOPES[scope]),
            key="scope",
            required=True,
            persist_state="session",
        )
        st.select_slider(
            _("Factor on the scores"),
            FACTORS,
            format_func=_name_factor,
            key="factor",
            persist_state="session",
        )
    width = translation.trace.sublayer(kind, layer).heads.query_HLK.shape[-1]
    chosen = st.session_state["factor"]
    factor = 1.0 if chosen == "none" else float(chosen) * width**-0.5
    scope = st.session_state["scope"]
    edit = ScaleScores(
        factor,
        kind=None if scope == "model" else kind,
        layer=layer if scope in ("layer", "head") else None,
        head=head if scope == "head" else None,
    )
    _compare(translation, edit)
    st.caption(
        _("{kind}, layer {layer}, head {head} chosen above; d_k = {width}, 1/√d_k = {own}.").format(
            kind=_(NAMES[kind]),
            layer=layer + 1,
            head=head + 1,
            width=width,
            own=f"{width**-0.5:.4f}",
        )
    )


def _name_factor(factor: str) -> str:
    """The same in every language; 1 leaves the division out."""
    return "1" if factor == "none" else f"{factor}/√d_k"


def _compare(translation: Translation, edit: ScaleScores) -> None:
    """The model's own translation beside the edited one, and how the rows changed."""
    translator = load(st.session_state["model"])
    edited = translator.translate(st.session_state["text"], BEAM_SIZE, edits=[edit])
    name = _("With the factor {factor}").format(factor=f"{edit.factor:.4f}")
    for column, title, text, key in zip(
        st.columns(2, gap="medium"),
        (_("As trained"), name),
        (translation.text, edited.text or "–"),
        ("as_trained", "edited"),
        strict=True,
    ):
        with column:
            st.subheader(title)
            with st.container(key=f"large_{key}"):
                st.text(text)
    st.text(_changes(translation.text, edited.text))
    _figures(translation, edit, name)


def _figures(translation: Translation, edit: ScaleScores, name: str) -> None:
    """Entropies and log-probabilities of the same English, without and with the edit."""
    translator = load(st.session_state["model"])
    replayed = translator.model.trace(translation.source.ids, translation.target.ids, [edit])
    entropies = [
        np.concatenate([row_entropy(trace, kind).mean((1, 2)) for kind in NAMES])
        for trace in (translation.trace, replayed)
    ]
    labels = [
        f"{_(SHORT_NAMES[kind])} {layer + 1}"
        for kind in NAMES
        for layer in range(translation.trace.layers(kind))
    ]
    said = _(
        "Mean entropy of a row, in bits, over all layers: {own} as trained, {changed} with the "
        "factor. 0 means that one key gets all."
    ).format(own=f"{entropies[0].mean():.3f}", changed=f"{entropies[1].mean():.3f}")
    st.plotly_chart(
        scores_figure(
            *entropies,
            labels,
            names=(_("As trained"), name),
            title=_("Entropy of a row in every layer, in bits"),
            dark=st.context.theme.type == "dark",
        ),
        width="stretch",
        alt=said,
        config={"displaylogo": False},
    )
    st.text(said)
    st.dataframe(
        {
            _("Model"): [_("As trained"), name],
            _("Log-probability of the translation as trained"): [
                translator.log_probability(trace, translation.target)
                for trace in (translation.trace, replayed)
            ],
        },
        hide_index=True,
        width="stretch",
    )


def _changes(original: str, edited: str) -> str:
    """Which words of the edited translation are not in the original, in a sentence."""
    new = edited.split()
    matcher = difflib.SequenceMatcher(None, original.split(), new)
    changed = [
        " ".join(new[begin:end])
        for change, *_old, begin, end in matcher.get_opcodes()
        if change != "equal" and begin < end
    ]
    if original == edited:
        return _("Not one word has changed.")
    return _("What is new in it: {words}").format(words=" | ".join(changed) or "–")


main()
