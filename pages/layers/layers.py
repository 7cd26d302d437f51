"""Layer by layer: what becomes of each vector, and one sub-layer's norm and sum in numbers."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.residual import norm_stage, sum_stage
from pages.shared.side import (
    AGAINST,
    pick_layer,
    pick_part,
    pick_piece,
    pick_side,
    pick_window,
    state_names,
)
from pages.shared.stage import draw, pick_depth
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.residual import norm_by_hand
from transformer.analysis.similarity import to_first_self, to_next, to_piece
from transformer.analysis.stack import Stack
from transformer.figures.similarity import cosines_figure

MAPS = {
    "itself": "to_first_self(read)",
    "piece": "to_piece(read, {piece})",
    "next": "to_next(translator, translation, read)",
}
SETUP = """\
from transformer.analysis.similarity import to_first_self, to_next, to_piece
from transformer.analysis.stack import stack
read = stack(translation, {side!r})
"""


def main() -> None:
    st.header(_("Layer by layer"))
    st.write(
        _(
            "Every piece has one vector that runs through all layers, and each sub-layer adds "
            "something to it. See how far each vector has come from the word it once was, and one "
            "of the additions in numbers."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        read = pick_side(translation)
        piece = pick_piece(read.pieces)
        against = _pick_against(read)
    show(_map(translation, read, piece, against))
    st.subheader(_("One sub-layer in numbers"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, part = pick_layer(read), pick_part(read)
        begin = pick_window(read.input_LD.shape[1])
        pick_depth()
    translator = load(st.session_state["model"])
    normed = norm_by_hand(translator, read, layer, part, piece)
    expression = f"norm_by_hand(translator, read, {layer}, {part!r}, {piece})"
    title = _("LayerNorm: what the sub-layer reads")
    draw(1, norm_stage(title, read, piece, normed, expression, begin))
    draw(2, sum_stage(read, layer, part, piece, begin))


def _pick_against(read: Stack) -> str:
    """What the vectors are compared with; only the decoder has a word to write."""
    offered = [name for name in AGAINST if name != "next" or read.side == "target"]
    if st.session_state["against"] not in offered:
        st.session_state["against"] = offered[0]
    return pick(_("Cosine with"), offered, "against", AGAINST)


def _map(translation: Translation, read: Stack, piece: int, against: str) -> Picture:
    if against == "itself":
        cosines = to_first_self(read)
    elif against == "piece":
        cosines = to_piece(read, piece)
    else:
        cosines = to_next(load(st.session_state["model"]), translation, read)
    states = state_names(len(read.layers))
    title = {
        "itself": _("Cosine with its own embedding"),
        "piece": _("Cosine with “{piece}” in the same state"),
        "next": _("Cosine with the word written next"),
    }[against]
    return Picture.of(
        f"cosines-{against}",
        cosines_figure,
        {
            MAPS[against].format(piece=piece): cosines,
            "read.pieces": read.pieces,
            repr(states): states,
        },
        setup=SETUP.format(side=read.side),
        chosen=piece,
        title=title.format(piece=read.pieces[piece]),
        dark=st.context.theme.type == "dark",
        said=_said(read, cosines, piece, against),
        table={_("piece"): read.pieces} | dict(zip(states, cosines.T, strict=True)),
    )


def _said(read: Stack, cosines: np.ndarray, piece: int, against: str) -> str:
    """What the map shows, in one sentence; the last layer stands before the last norm."""
    last = cosines[:, -2]
    if against == "itself":
        low, high = int(last.argmin()), int(last.argmax())
        template = _(
            "1.00 is the embedding itself. After the last layer “{high}” is most like its own "
            "({highest}), “{low}” least ({lowest})."
        )
    elif against == "piece":
        others = np.delete(np.arange(len(last)), piece)
        low, high = piece, int(others[last[others].argmax()])
        template = _(
            "“{low}” has cosine 1.00 with itself. After the last layer “{high}” is most like it, "
            "with {highest}."
        )
    else:
        low, high = int(last.argmin()), int(last.argmax())
        template = _(
            "The decoder turns what it has read into what it will write: on average the cosine "
            "with the embedding of the next word goes from {before} to {after}."
        )
    return template.format(
        high=read.pieces[high],
        low=read.pieces[low],
        highest=f"{last[high]:.2f}",
        lowest=f"{last[low]:.2f}",
        before=f"{cosines[:, 0].mean():.2f}",
        after=f"{last.mean():.2f}",
    )


main()
