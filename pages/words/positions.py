"""Where a word stands: the sines and cosines that are added to every vector."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.side import pick_dimension, pick_piece, pick_side
from pages.shared.stage import Stage, draw, pick_depth
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.embedding import (
    EmbeddingByHand,
    embedding_by_hand,
    sinusoid,
    wavelengths,
)
from transformer.analysis.stack import Stack
from transformer.figures.positions import positions_figure, waves_figure
from transformer.model import sinusoids

POSITIONS = 48  # that the picture of all positions shows
CURVE = 24  # positions that a curve shows at least
STEPS = 20  # points of a curve for each position
SETUP = """\
import numpy as np
from transformer.analysis.embedding import sinusoid
from transformer.analysis.stack import stack
read = stack(translation, {side!r})
"""


def main() -> None:
    st.header(_("Where a word stands"))
    st.write(
        _(
            "Attention looks at all words at once and has no first or last. So every position "
            "gets a pattern of its own, made of waves, that is added to the word standing there."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        read = pick_side(translation)
        piece = pick_piece(read.pieces)
        begin = pick_dimension(read.input_LD.shape[1], _("Dimension"))
        pick_depth()
    found = embedding_by_hand(load(st.session_state["model"]), read, piece)
    draw(1, _position(read, found, piece))
    st.subheader(_("One dimension is a wave"))
    show(_waves(read, piece, begin))


def _position(read: Stack, found: EmbeddingByHand, piece: int) -> Stage:
    width = found.rows_LD.shape[1]
    count = max(POSITIONS, len(read.ids))
    table_PD = sinusoid(np.arange(count), width)
    said = _(
        "“{piece}” stands at position {position}, counted from 0. Every position has its own row "
        "of {width} sines and cosines, the same in every sentence: nothing here is learned."
    ).format(piece=read.pieces[piece], position=piece, width=width)
    return Stage(
        title=_("A row for every position"),
        picture=Picture.of(
            "positions",
            positions_figure,
            {f"sinusoid(np.arange({count}), {width})": table_PD, "len(read.ids)": len(read.ids)},
            setup=SETUP.format(side=read.side),
            chosen=piece,
            title=_("Framed: this sentence; blue: “{piece}”").format(piece=read.pieces[piece]),
            axes=(_("dimension"), _("position")),
            dark=st.context.theme.type == "dark",
            said=said,
            table={_("dimension"): np.arange(1, width + 1), _("number"): found.positions_LD[piece]},
        ),
        formula=r"\begin{aligned} p_{2i} &= \sin\!\left(\mathrm{pos} / 10000^{2i / d}\right) \\ "
        r"p_{2i+1} &= \cos\!\left(\mathrm{pos} / 10000^{2i / d}\right) \end{aligned} \quad "
        rf"\mathrm{{pos}} = {piece}, \; d = {width}",
        source=sinusoids,
        check=found.positions,
    )


def _waves(read: Stack, piece: int, begin: int) -> Picture:
    """The chosen dimension and its partner of the same wavelength, with the pieces on them."""
    width = read.input_LD.shape[1]
    pair = [begin, begin ^ 1]
    points = (max(len(read.ids), CURVE) - 1) * STEPS + 1
    waves = sinusoid(np.arange(points) / STEPS, width)[:, pair]
    lengths = wavelengths(width)
    names = [
        (_("dimension {number}: sine") if i % 2 == 0 else _("dimension {number}: cosine")).format(
            number=i + 1
        )
        for i in pair
    ]
    return Picture.of(
        "position-waves",
        waves_figure,
        {
            f"sinusoid(np.arange({points}) / {STEPS}, {width})[:, {pair}]": waves,
            "read.pieces": read.pieces,
        },
        setup=SETUP.format(side=read.side),
        steps=STEPS,
        names=names,
        chosen=piece,
        title=_("Dimension {number} and its partner").format(number=begin + 1),
        axis=_("position"),
        dark=st.context.theme.type == "dark",
        said=_(
            "One dot a piece. Dimension {number} repeats after {own} positions; the fastest after "
            "{fast}, the slowest after {slow}. Together they tell any two positions apart, like "
            "the hands of a clock."
        ).format(
            number=begin + 1,
            own=f"{lengths[begin]:.1f}",
            fast=f"{lengths[0]:.1f}",
            slow=f"{lengths[-1]:,.0f}",
        ),
        table={_("position"): np.arange(points) / STEPS} | dict(zip(names, waves.T, strict=True)),
    )


main()
