"""Attention: every head of every layer at a glance, and one of them large."""

import numpy as np
import streamlit as st

from pages.shared.attention import (
    COLUMNS,
    NAMES,
    ROWS,
    WORD_RULE,
    choose_head,
    pick_attention,
    pick_unit,
)
from pages.shared.components import Link, heads
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, take
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
    kind, layer, head = pick_attention(translation.record)
    with st.container(horizontal=True, vertical_alignment="center"):
        _switches()
    seen = view(translation, kind, st.session_state["unit"], st.session_state["hide"])
    if not seen.rows or not seen.columns:
        st.info(_("Only special tokens are left here: show them again."))
        return
    links = _links(seen)
    _heads(seen, links, layer, head)
    mean = st.session_state["mean"]
    special_HL = seen.special_NHL[layer]
    st.caption(_rules(seen, float((special_HL if mean else special_HL[head]).mean())))
    take(_picture(seen, links[layer][-1 if mean else head], layer, head), with_chart=True)


def _switches() -> None:
    """Words or pieces; mean; special tokens; contrast."""
    pick_unit()
    st.toggle(_("Mean over heads"), key="mean", persist_state="session")
    st.toggle(_("Hide special tokens"), key="hide", persist_state="session")
    st.toggle(_("Stretch contrast"), key="stretch", persist_state="session")


def _links(seen: View) -> list[list[Link]]:
    """What the sentence names: the clearest link of every head, and last of each layer's mean."""

    def link(weights_LM: np.ndarray) -> Link:
        row, column = strongest_link(seen, weights_LM)
        return Link(row, column, f"{weights_LM[row, column]:.2f}")

    return [
        [link(weights_LM) for weights_LM in (*weights_HLM, weights_HLM.mean(0))]
        for weights_HLM in seen.weights_NHLM
    ]


def _heads(seen: View, links: list[list[Link]], layer: int, head: int) -> None:
    layers, count = seen.weights_NHLM.shape[:2]
    heads(
        seen.weights_NHLM,
        seen.rows,
        seen.columns,
        links,
        selected=(layer, head),
        mean=st.session_state["mean"],
        stretch=st.session_state["stretch"],
        labels={
            "grid": _("{kind}: {layers} layers with {heads} heads each").format(
                kind=_(NAMES[seen.kind]), layers=layers, heads=count
            ),
            "layer": _("Layer {number}"),
            "head": _("Head {number}"),
            "cell": _("Layer {layer}, head {head}"),
            "hint": _(
                "Each square is one head: rows look, columns are looked at; the stronger the "
                "violet, the more. Arrow keys choose a neighbour."
            ),
            "row_title": _(ROWS[seen.kind]),
            "column_title": _(COLUMNS[seen.kind]),
            "sentence": _sentence(mean=False),
            "mean_sentence": _sentence(mean=True),
            "kind": _(NAMES[seen.kind]),
        },
        key="all_heads",
        on_change=choose_head,
    )


def _sentence(mean: bool) -> str:
    """Filled in by the component, which says it before the server knows of a click."""
    return (
        _(
            "{kind}, layer {layer}, mean of {heads} heads: "
            "“{query}” looks most at “{key}” ({weight})."
        )
        if mean
        else _("{kind}, layer {layer}, head {head}: “{query}” looks most at “{key}” ({weight}).")
    )


def _picture(seen: View, link: Link, layer: int, head: int) -> Picture:
    """The chosen head for those who want its numbers, a file or the code."""
    mean, hide, unit = (st.session_state[name] for name in ("mean", "hide", "unit"))
    weights_HLM = seen.weights_NHLM[layer]
    rows, columns = np.indices(weights_HLM.shape[1:]).reshape(2, -1)
    weights_LM = weights_HLM.mean(0) if mean else weights_HLM[head]
    said = _sentence(mean).format(
        kind=_(NAMES[seen.kind]),
        layer=layer + 1,
        head=head + 1,
        heads=len(weights_HLM),
        query=seen.rows[link.row],
        key=seen.columns[link.column],
        weight=link.weight,
    )
    expression = f"seen.weights_NHLM[{layer}]" + (".mean(0)" if mean else f"[{head}]")
    return Picture.of(
        "attention-head",
        head_figure,
        {expression: weights_LM, "seen.rows": seen.rows, "seen.columns": seen.columns},
        setup="from transformer.analysis.view import view\n"
        f"seen = view(translation, {seen.kind!r}, {unit!r}, {hide!r})",
        said=said,
        table={
            _("Query"): [seen.rows[row] for row in rows],
            _("Key"): [seen.columns[column] for column in columns],
            _("Weight"): weights_LM.ravel(),
        },
        row_title=_(ROWS[seen.kind]),
        column_title=_(COLUMNS[seen.kind]),
        stretch=st.session_state["stretch"],
        dark=st.context.theme.type == "dark",
    )


def _rules(seen: View, special: float) -> str:
    """What the numbers are: how rows sum, what a word's weight is, how much is special."""
    said = [
        _("Rows are queries, columns are keys; every row sums to one, special tokens included.")
    ]
    if st.session_state["unit"] == "words":
        said.append(_(WORD_RULE))
    marks = (
        _("Special tokens are hidden; they take {share} percent of the weight of these rows.")
        if st.session_state["hide"]
        else _("Special tokens take {share} percent of the weight of these rows.")
    )
    said.append(marks.format(share=round(100 * special)))
    return " ".join(said)


main()
