"""One tensor of the page of parameters: as a picture, in numbers, and against its beginning."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture, show
from pages.shared.translation import load
from transformer import Translator
from transformer.analysis.parameters import (
    COLUMNS,
    ROWS,
    Histogram,
    Parameter,
    histogram,
    values,
    window,
    windows,
)
from transformer.analysis.untrained import untrained
from transformer.analysis.wordmap import mean_cosine
from transformer.figures.parameters import histogram_figure, tensor_figure

MATRIX = """\
from transformer.analysis.parameters import values, window
matrix = values(translator.model, {name!r})
"""
NOW = """\
from transformer.analysis.parameters import histogram, values
matrix = values(translator.model, {name!r})
"""
BEFORE = """\
from transformer.analysis.untrained import untrained
first = values(untrained(translator.model.config), {name!r})
"""


def draw_tensor(chosen: Parameter, title: str) -> None:
    """Part of it as a picture, all of it in numbers, and how its numbers are distributed."""
    matrix = values(load(st.session_state["model"]).model, chosen.name)
    show(_picture(chosen, matrix, title))
    st.caption(_how_to_read(chosen))
    _summary(matrix)
    show(_spread(chosen, title))


def _picture(chosen: Parameter, matrix: np.ndarray, title: str) -> Picture:
    down, across = _pick_window(matrix)
    shown = window(matrix, down, across)
    row, column = down * ROWS + 1, across * COLUMNS + 1
    place = np.unravel_index(np.abs(shown).argmax(), shown.shape)
    return Picture.of(
        "tensor",
        tensor_figure,
        {f"window(matrix, {down}, {across})": shown},
        setup=MATRIX.format(name=chosen.name),
        row=row,
        column=column,
        axes=(_("column"), _("row")),
        title=_("{symbol}, {shape} numbers").format(
            symbol=chosen.symbol, shape=" × ".join(map(str, chosen.shape))
        ),
        dark=st.context.theme.type == "dark",
        said=_(
            "{title}. Shown are {count} of its {all} numbers: rows {row} to {last_row} of {rows}, "
            "columns {column} to {last_column} of {columns}. Farthest from 0 is {largest}, in row "
            "{at_row}, column {at_column}."
        ).format(
            title=title,
            count=f"{shown.size:,}",
            all=f"{matrix.size:,}",
            row=row,
            last_row=row + shown.shape[0] - 1,
            rows=matrix.shape[0],
            column=column,
            last_column=column + shown.shape[1] - 1,
            columns=matrix.shape[1],
            largest=f"{shown[place]:.3f}",
            at_row=row + place[0],
            at_column=column + place[1],
        ),
        table={_("row"): np.arange(row, row + len(shown))}
        | {
            _("column {number}").format(number=column + i): shown[:, i]
            for i in range(shown.shape[1])
        },
    )


def _pick_window(matrix: np.ndarray) -> tuple[int, int]:
    """Which part of a large matrix is shown, both from 0; a smaller one brings it back."""
    labels = (_("Rows, {rows} at a time"), _("Columns, {columns} at a time"))
    counts = windows(matrix)
    for name, count in zip(("down", "across"), counts, strict=True):
        st.session_state[name] = min(st.session_state[name], count)
    with st.container(horizontal=True):
        for name, label, count in zip(("down", "across"), labels, counts, strict=True):
            if count > 1:
                st.slider(
                    label.format(rows=ROWS, columns=COLUMNS),
                    1,
                    count,
                    key=name,
                    persist_state="session",
                    width=320,
                )
    return st.session_state["down"] - 1, st.session_state["across"] - 1


def _how_to_read(chosen: Parameter) -> str:
    """What its numbers are, and what a row of it is where that can be said."""
    translator = load(st.session_state["model"])
    config = translator.model.config
    if chosen.symbol == "E":
        return _rows_of_pieces(translator)
    if chosen.path[-1] == "norm":
        return _(
            "LayerNorm brings every vector to mean 0 and variance 1, multiplies by the gain γ and "
            "adds the bias β (Ba et al. 2016), one number of each for every dimension."
        )
    if config.arch == "transformer" and chosen.symbol in ("W_Q", "W_K", "W_V", "W_O"):
        template = (
            _("{heads} heads side by side: every {d_k} columns belong to one of them.")
            if chosen.symbol == "W_O"
            else _("{heads} heads below each other: every {d_k} rows belong to one of them.")
        )
        return template.format(heads=config.heads, d_k=config.d_k)
    if len(chosen.shape) == 1:
        return _("A bias: one number for each dimension of the result, added to it.")
    return _("As torch keeps it: each row makes one number of the result.")


def _rows_of_pieces(translator: Translator) -> str:
    tokenizer = translator.tokenizer
    spelled = [id for id in range(len(tokenizer)) if tokenizer.piece(id).startswith("<0x")]
    return _(
        "Row i is the vector of the piece with the id i - 1. {count} rows, the first after four "
        "special ones, are single bytes that spell rare characters: two of these have a cosine of "
        "{cosine} on average."
    ).format(count=len(spelled), cosine=f"{mean_cosine(translator.embedding_rows(spelled)):.2f}")


def _summary(matrix: np.ndarray) -> None:
    """Of all its numbers, not only of those shown."""
    with st.container(horizontal=True):
        for label, number in (
            (_("Mean"), matrix.mean()),
            (_("Standard deviation"), matrix.std()),
            (_("Smallest"), matrix.min()),
            (_("Largest"), matrix.max()),
            (_("Norm: root of the sum of squares"), np.linalg.norm(matrix)),
        ):
            st.metric(label, f"{number:.4g}")


def _begun(model: str) -> bool:
    """Whether its first weights can be built again: those of a Transformer."""
    return load(model).model.config.arch == "transformer"


# Sorting the two million numbers of an embedding takes a third of a second, its first ones as long.
@st.cache_data(max_entries=64, show_spinner=False)
def _histogram(model: str, name: str) -> Histogram:
    translator = load(model)
    matrix = values(translator.model, name)
    if not _begun(model):
        return histogram(matrix)
    return histogram(matrix, values(untrained(translator.transformer.config), name))


def _spread(chosen: Parameter, title: str) -> Picture:
    model = st.session_state["model"]
    found, begun = _histogram(model, chosen.name), _begun(model)
    matrix = values(load(model).model, chosen.name)
    if not begun:
        said = _("All {count} numbers, standard deviation {now}.")
    elif found.deviation:
        said = _(
            "All {count} numbers have the standard deviation {now} now. Before training, drawn at "
            "random, they had {before}."
        )
    else:
        said = _("All {count} numbers began at {start}; now they have the mean {mean}.")
    names = (_("after training"), _("before the first step"))[: 1 + begun]
    shares = {_("after training"): found.now} | (
        {_("before the first step"): found.before} if begun else {}
    )
    return Picture.of(
        "tensor-spread",
        histogram_figure,
        {"histogram(matrix, first)" if begun else "histogram(matrix)": found},
        setup=(NOW + BEFORE * begun).format(name=chosen.name),
        names=names,
        title=_("How often values occur"),
        dark=st.context.theme.type == "dark",
        said=said.format(
            count=f"{matrix.size:,}",
            now=f"{matrix.std():.3g}",
            before=f"{found.deviation:.3g}",
            start=f"{found.start:g}",
            mean=f"{matrix.mean():.3g}",
        ),
        table={_("from"): found.edges[:-1], _("to"): found.edges[1:]} | shares,
    )
