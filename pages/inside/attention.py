"""Attention: every head of every layer at a glance, and one of them large."""

import numpy as np
import streamlit as st

from pages.shared.attention import COLUMNS, NAMES, ROWS, choose_head, pick_attention
from pages.shared.components import head_grid
from pages.shared.language import _
from pages.shared.live import live
from transformer import Translation
from transformer.analysis.view import View, strongest_link, view
from transformer.figures.attention import head_figure


def main() -> None:
    st.header(_("Attention"))
    st.write(
        _(
            "Every word looks at others and takes up what it finds: French at French (encoder "
            "self), English at the English already written (decoder self), English at French "
            "(cross). Every layer has several heads, and each looks differently. Click one."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    kind, layer, head = pick_attention(translation.trace)
    with st.container(horizontal=True, vertical_alignment="center"):
        _switches()
    seen = view(translation, kind, st.session_state["unit"], st.session_state["hide"])
    if not seen.rows or not seen.columns:
        st.info(_("Only special tokens are left here: show them again."))
        return
    overview, detail = st.columns([4, 5] if len(seen.columns) <= 14 else [1, 2], gap="medium")
    with overview:
        _overview(seen, layer, head)
    with detail:
        _detail(seen, layer, head)


def _switches() -> None:
    """Words or pieces; mean; special tokens; contrast."""
    st.segmented_control(
        _("Show"),
        ("words", "pieces"),
        format_func={"words": _("words"), "pieces": _("pieces")}.__getitem__,
        key="unit",
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    st.toggle(_("Mean over heads"), key="mean", persist_state="session")
    st.toggle(_("Hide special tokens"), key="hide", persist_state="session")
    st.toggle(_("Stretch contrast"), key="stretch", persist_state="session")


def _overview(seen: View, layer: int, head: int) -> None:
    layers, heads = seen.weights_NHLM.shape[:2]
    head_grid(
        seen.weights_NHLM,
        selected=(layer, head),
        labels={
            "grid": _("{kind}: {layers} layers with {heads} heads each").format(
                kind=_(NAMES[seen.kind]), layers=layers, heads=heads
            ),
            "layer": _("Layer {number}"),
            "head": _("Head {number}"),
            "cell": _("Layer {layer}, head {head}"),
        },
        key="head_grid",
        on_change=choose_head,
    )
    st.caption(
        _(
            "Each square is one head: rows look, columns are looked at; the stronger the violet, "
            "the more. Arrow keys choose a neighbour."
        )
    )


def _detail(seen: View, layer: int, head: int) -> None:
    mean = st.session_state["mean"]
    weights_LM = seen.weights_NHLM[layer].mean(0) if mean else seen.weights_NHLM[layer, head]
    special_L = seen.special_NHL[layer].mean(0) if mean else seen.special_NHL[layer, head]
    sentence = _sentence(seen, weights_LM, layer, head, mean)
    st.plotly_chart(
        head_figure(
            weights_LM,
            seen.rows,
            seen.columns,
            row_title=_(ROWS[seen.kind]),
            column_title=_(COLUMNS[seen.kind]),
            dark=st.context.theme.type == "dark",
            stretch=st.session_state["stretch"],
        ),
        width="stretch",
        alt=sentence,
        config={"displaylogo": False},
    )
    st.text(sentence)
    st.caption(_rules(seen, float(special_L.mean())))


def _sentence(seen: View, weights_LM: np.ndarray, layer: int, head: int, mean: bool) -> str:
    row, column = strongest_link(seen, weights_LM)
    template = (
        _(
            "{kind}, layer {layer}, mean of {heads} heads: "
            "“{query}” looks most at “{key}” ({weight})."
        )
        if mean
        else _("{kind}, layer {layer}, head {head}: “{query}” looks most at “{key}” ({weight}).")
    )
    return template.format(
        kind=_(NAMES[seen.kind]),
        layer=layer + 1,
        head=head + 1,
        heads=seen.weights_NHLM.shape[1],
        query=seen.rows[row],
        key=seen.columns[column],
        weight=f"{weights_LM[row, column]:.2f}",
    )


def _rules(seen: View, special: float) -> str:
    """What the numbers are: how rows sum, what a word's weight is, how much is special."""
    said = [
        _("Rows are queries, columns are keys; every row sums to one, special tokens included.")
    ]
    if st.session_state["unit"] == "words":
        said.append(
            _(
                "A word's weight is the sum over its pieces when it is looked at, the mean over "
                "its pieces when it looks."
            )
        )
    marks = (
        _("Special tokens are hidden; they take {share} percent of the weight of these rows.")
        if st.session_state["hide"]
        else _("Special tokens take {share} percent of the weight of these rows.")
    )
    said.append(marks.format(share=round(100 * special)))
    return " ".join(said)


main()
