"""From words to vectors: pieces, ids, rows of the embedding matrix, plus positions."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.side import pick_piece, pick_side, pick_window
from pages.shared.stage import Stage, draw, pick_depth
from pages.shared.strips import strips
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.embedding import EmbeddingByHand, embedding_by_hand
from transformer.analysis.stack import Stack
from transformer.figures.vectors import matrix_figure
from transformer.model import Transformer

SETUP = """\
import numpy as np
from transformer.analysis.embedding import embedding_by_hand
from transformer.analysis.stack import stack
read = stack(translation, {side!r})
found = embedding_by_hand(translator, read, {piece})
"""


def main() -> None:
    st.header(_("From words to vectors"))
    st.write(
        _(
            "A Transformer cannot read. It looks up a list of numbers for each piece of a word, "
            "adds where the piece stands, and from then on knows nothing but these numbers."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        read = pick_side(translation)
        piece = pick_piece(read.pieces)
        begin = pick_window(read.input_LD.shape[1])
        pick_depth()
    translator = load(st.session_state["model"])
    found = embedding_by_hand(translator, read, piece)
    setup = SETUP.format(side=read.side, piece=piece)
    show(_matrix(read, len(translator.tokenizer), piece, setup))
    stages = (
        _lookup(read, found, piece, begin, setup),
        _sum(read, found, piece, begin, setup),
    )
    for number, stage in enumerate(stages, start=1):
        draw(number, stage)


def _matrix(read: Stack, vocabulary: int, piece: int, setup: str) -> Picture:
    """All pieces with their ids, and the matrix that goes into the first layer."""
    length, width = read.input_LD.shape
    return Picture.of(
        "input-matrix",
        matrix_figure,
        {"read.input_LD": read.input_LD, "read.pieces": read.pieces, "read.ids": read.ids},
        setup=setup,
        chosen=piece,
        title=_("x, {length} x {width}: {length} pieces, {width} numbers each").format(
            length=length, width=width
        ),
        axis=_("dimension"),
        dark=st.context.theme.type == "dark",
        said=_(
            "{length} pieces, each with its id, its number in a vocabulary of {vocabulary}. Every "
            "id picks a vector of {width} numbers, so the sentence is a matrix x of {length} x "
            "{width}. The mark ▁ stands for the space before a word."
        ).format(length=length, width=width, vocabulary=vocabulary),
        table={_("piece"): read.pieces, _("id"): read.ids}
        | {_("dimension {number}").format(number=i + 1): read.input_LD[:, i] for i in range(width)},
    )


def _lookup(read: Stack, found: EmbeddingByHand, piece: int, begin: int, setup: str) -> Stage:
    width, id = len(found.rows_LD[piece]), read.ids[piece]
    labels = [_("learned row {id} of E").format(id=id), _("times √{width}").format(width=width)]
    rows = np.stack([found.rows_LD[piece], found.scaled_LD[piece]])
    before, after, position = np.linalg.norm([*rows, found.positions_LD[piece]], axis=1)
    said = _(
        "“{piece}” has the id {id}: row {id} of the learned embedding matrix E. Times √{width} = "
        "{factor} its length grows from {before} to {after}; the position, added next, has the "
        "length {position} and would drown it otherwise."
    ).format(
        piece=read.pieces[piece],
        id=id,
        width=width,
        factor=f"{found.factor:.4g}",
        before=f"{before:.2f}",
        after=f"{after:.2f}",
        position=f"{position:.2f}",
    )
    return Stage(
        title=_("Look the piece up"),
        picture=strips(
            "embedding-row",
            rows,
            f"rows_LD[{piece}] scaled_LD[{piece}]",
            labels,
            begin,
            said,
            setup,
            learned=[0],
        ),
        formula=rf"e = E_{{{id}}} \cdot \sqrt{{d_\mathrm{{model}}}} = E_{{{id}}} \cdot "
        rf"\sqrt{{{width}}}",
        source=Transformer.embed,
        check=found.scaled,
    )


def _sum(read: Stack, found: EmbeddingByHand, piece: int, begin: int, setup: str) -> Stage:
    said = _(
        "Added number by number, the two make the vector of “{piece}” in the matrix x. Nothing "
        "marks which part came from where: the layers learn to tell them apart."
    ).format(piece=read.pieces[piece])
    width, id = len(found.rows_LD[piece]), read.ids[piece]
    rows = np.stack([found.scaled_LD[piece], found.positions_LD[piece], found.sum_LD[piece]])
    labels = [
        _("row times √{width}").format(width=width),
        _("+ position {position}").format(position=piece),
        "= x",
    ]
    fields = f"scaled_LD[{piece}] positions_LD[{piece}] sum_LD[{piece}]"
    return Stage(
        title=_("Add the two"),
        picture=strips("input-row", rows, fields, labels, begin, said, setup),
        formula=rf"x_{{{piece}}} = E_{{{id}}} \cdot \sqrt{{{width}}} + p_{{{piece}}}",
        source=Transformer.embed,
        check=found.sum,
    )


main()
