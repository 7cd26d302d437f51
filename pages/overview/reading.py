"""The first steps: what the encoder makes of the French."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.overview.step import Step
from pages.shared.language import _
from pages.shared.picture import Picture
from pages.shared.side import state_names
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.embedding import embedding_by_hand
from transformer.analysis.similarity import to_first_self
from transformer.analysis.stack import Stack, stack
from transformer.figures.pieces import pieces_figure
from transformer.figures.similarity import cosines_figure
from transformer.figures.vectors import matrix_figure

SETUP = """\
from transformer.analysis.stack import stack
read = stack(translation, {side!r})
"""
SIMILARITY = "from transformer.analysis.similarity import to_first_self\n"


def pieces(translation: Translation) -> Step:
    read = stack(translation, "source")
    said = _(
        "The sentence is cut into {count} pieces of words (▁ marks a space), each with an id from "
        "0 to {last}."
    )
    count, vocabulary = len(read.ids), len(load(st.session_state["model"]).tokenizer)
    return Step(
        picture_of_pieces(
            read,
            count,
            said.format(count=count, last=vocabulary - 1),
        ),
        _("1 text → {count} pieces → {count} ids").format(count=count),
        "vectors",
        {"side": "source"},
    )


def picture_of_pieces(read: Stack, count: int, said: str) -> Picture:
    """The pieces of one side, those after the first ``count`` still to come."""
    return Picture.of(
        "pieces",
        pieces_figure,
        {"read.pieces": read.pieces, "read.ids": read.ids},
        setup=SETUP.format(side=read.side),
        read=count,
        title=_("Pieces, and below each its id"),
        dark=st.context.theme.type == "dark",
        said=said,
        table={_("piece"): read.pieces, _("id"): read.ids},
    )


def embedding(translation: Translation) -> Step:
    read = stack(translation, "source")
    found = embedding_by_hand(load(st.session_state["model"]), read, 0)
    length, width = read.embedding_LD.shape
    said = _(
        "Every id picks a learned row of {width} numbers, times √{width}; the first is {value}."
    ).format(width=width, value=f"{read.embedding_LD[0, 0]:.2f}")
    return Step(
        _matrix("embedding-rows", read, "read.embedding_LD", read.embedding_LD, said),
        _("{length} ids → {length} × {width}").format(length=length, width=width),
        "vectors",
        {"side": "source"},
        found.scaled,
    )


def positions(translation: Translation) -> Step:
    read = stack(translation, "source")
    found = embedding_by_hand(load(st.session_state["model"]), read, 0)
    before, after = read.embedding_LD[0, 0], read.input_LD[0, 0]
    said = _(
        "Every position adds its own sines and cosines: the first number goes from {before} to "
        "{after}."
    ).format(before=f"{before:.2f}", after=f"{after:.2f}")
    return Step(
        _matrix("positions-added", read, "read.input_LD", read.input_LD, said),
        _same(read),
        "positions",
        {"side": "source"},
        found.sum,
    )


def encoder(translation: Translation) -> Step:
    read = stack(translation, "source")
    cosines, states = to_first_self(read), state_names(len(read.layers))
    row = int(cosines[:, -2].argmin())
    said = _(
        "{layers} layers let pieces look at each other: “{piece}” changes most, to cosine {cosine} "
        "with its embedding."
    ).format(layers=len(read.layers), piece=read.pieces[row], cosine=f"{cosines[row, -2]:.2f}")
    picture = Picture.of(
        "cosines-itself",
        cosines_figure,
        {"to_first_self(read)": cosines, "read.pieces": read.pieces, repr(states): states},
        setup=SIMILARITY + SETUP.format(side=read.side),
        chosen=row,
        title=_("Cosine with its own embedding"),
        dark=st.context.theme.type == "dark",
        said=said,
        table={_("piece"): read.pieces} | dict(zip(states, cosines.T, strict=True)),
    )
    return Step(picture, _same(read), "layers", {"side": "source", "against": "itself"})


def memory(translation: Translation) -> Step:
    read = stack(translation, "source")
    length, width = read.final_LD.shape
    said = _(
        "The encoder is done: {length} vectors of {width} numbers, {count} in all, are all that "
        "the decoder sees of the French."
    ).format(length=length, width=width, count=f"{length * width:,}")
    return Step(
        _matrix("memory", read, "read.final_LD", read.final_LD, said),
        _same(read),
        "roles",
        {"kind": "cross"},
    )


def _same(read: Stack) -> str:
    length, width = read.final_LD.shape
    return f"{length} × {width} → {length} × {width}"


def _matrix(name: str, read: Stack, expression: str, rows_LD: np.ndarray, said: str) -> Picture:
    """Vectors of all pieces, a row a piece."""
    width = rows_LD.shape[1]
    numbers: dict[str, Sequence] = {
        _("dimension {number}").format(number=i + 1): rows_LD[:, i] for i in range(width)
    }
    return Picture.of(
        name,
        matrix_figure,
        {expression: rows_LD, "read.pieces": read.pieces, "read.ids": read.ids},
        setup=SETUP.format(side=read.side),
        chosen=None,
        title=_("{length} pieces, {width} numbers each").format(length=len(rows_LD), width=width),
        axis=_("dimension"),
        dark=st.context.theme.type == "dark",
        said=said,
        table={_("piece"): read.pieces, _("id"): read.ids} | numbers,
    )
