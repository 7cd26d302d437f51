"""All scores at once: softmax(Q K^T / sqrt(d_k)) V of one head, matrix by matrix."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.attention import COLUMNS, ROWS, pick_attention, pick_tokens
from pages.shared.components.product import Axis, Matrix
from pages.shared.examples import SMALLEST
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture
from pages.shared.product import Layout, draw_steps, latex_sizes, sizes
from pages.shared.stage import Stage, pick_depth
from transformer import Kind, Translation
from transformer.analysis.head_by_hand import HeadByHand, head_by_hand
from transformer.attention import attend
from transformer.figures import Figure
from transformer.figures.attention import head_figure
from transformer.figures.product import product_figure, scores_matrix_figure

# What the cells of the figures compute first.
_SETUP = """\
from transformer.analysis.view import piece_names
from transformer.analysis.head_by_hand import head_by_hand
queries, keys = piece_names(translation, {kind!r})
found = head_by_hand(translation.trace.sublayer({kind!r}, {layer}).heads, {head})
"""


@dataclass(frozen=True)
class Head:
    """The chosen head with all that its four steps are drawn from."""

    found: HeadByHand
    queries: tuple[str, ...]
    keys: tuple[str, ...]
    kind: Kind
    setup: str

    @property
    def width(self) -> int:
        return self.found.query_LK.shape[1]

    @property
    def sizes(self) -> dict[str, int]:
        return {"rows": len(self.queries), "columns": len(self.keys), "width": self.width}

    def picture(
        self, name: str, draw: Callable[..., Figure], parts: str, names: str, **told: Any
    ) -> Picture:
        """A figure of these parts of ``found``, and with these of "queries", "keys" and "()"."""
        known = {"queries": self.queries, "keys": self.keys, "()": ()}
        values = {f"found.{part}": getattr(self.found, part) for part in parts.split()}
        values |= {name: known[name] for name in names.split()}
        dark = st.context.theme.type == "dark"
        return Picture.of(name, draw, values, setup=self.setup, dark=dark, **told)

    def table(self, values_LM: np.ndarray) -> dict[str, Any]:
        return {_("query"): self.queries} | dict(zip(self.keys, values_LM.T, strict=True))


def main() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(_("All scores at once"), width="content")
        st.button(_("3 queries and 4 keys"), key="smallest", on_click=_take_smallest)
    st.write(
        _(
            "One score by hand, for every query and every key together: attention is two products "
            "of matrices with a softmax between them. Point at a number to see the row and the "
            "column that made it; a click keeps its query and key on every page."
        )
    )
    live(_draw)


def _take_smallest() -> None:
    st.session_state["text"], st.session_state["kind"] = SMALLEST.text, "cross"


def _draw(translation: Translation) -> None:
    kind, layer, number = pick_attention(translation.trace)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queries, keys, query, key = pick_tokens(translation, kind)
        pick_depth()
    found = head_by_hand(translation.trace.sublayer(kind, layer).heads, number, query, key)
    setup = _SETUP.format(kind=kind, layer=layer, head=number)
    head = Head(found, queries, keys, kind, setup)
    draw_steps(
        [_scores(head), _scaled(head), _weights(head), _context(head)],
        _matrices(head),
        _axes(head, query, key),
    )


def _matrices(head: Head) -> dict[str, Matrix]:
    found = head.found
    hidden = None if found.mask_LM.all() else ~found.mask_LM
    shown = {
        "Q": ("Q", found.query_LK, _("queries Q: {rows} x {width}"), "signed", "query"),
        "K": ("Kᵀ", found.key_KM, _("keys, upright, Kᵀ: {width} x {columns}"), "signed", "key"),
        "S": ("S", found.scores_LM, _("scores S: {rows} x {columns}")),
        "V": ("V", found.value_MK, _("values V: {columns} x {width}"), "signed", "value"),
        "C": ("C", found.context_LK, _("context C: {rows} x {width}")),
    }
    matrices = {
        name: Matrix(letter, values, heading.format(**head.sizes), *drawn)
        for name, (letter, values, heading, *drawn) in shown.items()
    }
    for name, values, heading, scale in (
        ("S′", found.scaled_scores_LM, _("scaled scores S′: {rows} x {columns}"), "signed"),
        ("A", found.weights_LM, _("weights A: {rows} x {columns}"), "weights"),
    ):
        heading = heading.format(**head.sizes)
        matrices[name] = Matrix(name, values, heading, scale, hidden=hidden)
    return matrices


def _axes(head: Head, query: int, key: int) -> dict[str, Axis]:
    width = head.width
    return {
        "query": Axis(len(head.queries), query, head.queries, "query"),
        "key": Axis(len(head.keys), key, head.keys, "key"),
        "dimension": Axis(width, 0),
        "value": Axis(width, int(np.abs(head.found.context_LK[query]).argmax())),
    }


def _scores(head: Head) -> tuple[Stage, Layout]:
    shape = len(head.queries), head.width, len(head.keys)
    stage = Stage(
        title=_("Every query times every key"),
        picture=head.picture(
            "matrix-scores",
            product_figure,
            "query_LK key_KM scores_LM",
            "queries keys",
            titles=tuple(_matrices(head)[name].heading for name in ("Q", "K", "S")),
            said=_(
                "Each of the {rows} queries times each of the {columns} keys, {width} numbers "
                "each: {rows} x {columns} raw scores."
            ).format(**head.sizes),
            table=head.table(head.found.scores_LM),
        ),
        formula=r"S = Q K^\top, \quad " + latex_sizes(*shape),
        source=attend,
        check=head.found.scores,
    )
    equation = f"Q · Kᵀ = S\n{sizes(*shape)}"
    return stage, Layout("product", ("Q", "K", "S"), ("query", "dimension", "key"), equation)


def _scaled(head: Head) -> tuple[Stage, Layout]:
    found, width = head.found, head.width
    stage = Stage(
        title=_("Divide by √d_k, then mask"),
        picture=head.picture(
            "matrix-scaled",
            scores_matrix_figure,
            "scaled_scores_LM mask_LM",
            "queries keys",
            title=_matrices(head)["S′"].heading,
            said=_(
                "Every score divided by √d_k = √{width} = {root}, the root of the width of one "
                "head's keys. The mask then hides {hidden} of the {count} cells."
            ).format(
                width=width,
                root=f"{width**0.5:.4f}",
                hidden=int((~found.mask_LM).sum()),
                count=found.mask_LM.size,
            ),
            table=head.table(np.where(found.mask_LM, found.scaled_scores_LM, np.nan)),
        ),
        formula=rf"S' = \frac{{S}}{{\sqrt{{d_k}}}} = \frac{{S}}{{\sqrt{{{width}}}}}",
        source=attend,
        check=found.scaled,
    )
    equation = f"S′ = S / √d_k = S / √{width}"
    return stage, Layout("divide", ("S", "S′"), ("query", "key"), equation, width**0.5)


def _weights(head: Head) -> tuple[Stage, Layout]:
    stage = Stage(
        title=_("Softmax in every row"),
        picture=head.picture(
            "matrix-weights",
            head_figure,
            "weights_LM",
            "queries keys",
            row_title=_(ROWS[head.kind]),
            column_title=_(COLUMNS[head.kind]),
            said=_(
                "In every row e to the power of each score, divided by the row's total: "
                "{columns} weights that sum to one, for each of the {rows} queries."
            ).format(**head.sizes),
            table=head.table(head.found.weights_LM),
        ),
        formula=r"A_{ij} = \frac{e^{S'_{ij}}}{\sum_m e^{S'_{im}}}",
        source=attend,
        check=head.found.weights,
    )
    return stage, Layout("softmax", ("S′", "A"), ("query", "key"), "A = softmax(S′)")


def _context(head: Head) -> tuple[Stage, Layout]:
    found, shape = head.found, (len(head.queries), len(head.keys), head.width)
    stage = Stage(
        title=_("Weights times values"),
        picture=head.picture(
            "matrix-context",
            product_figure,
            "weights_LM value_MK context_LK",
            "queries () keys",
            scales=("weights", "signed", "signed"),
            titles=tuple(_matrices(head)[name].heading for name in ("A", "V", "C")),
            said=_(
                "Each query takes up the values of all keys, weighted by its row: {rows} contexts "
                "of {width} numbers. The number of keys is gone."
            ).format(**head.sizes),
            table={_("dimension"): np.arange(1, head.width + 1)}
            | dict(zip(head.queries, found.context_LK, strict=True)),
        ),
        formula=r"C = A V, \quad " + latex_sizes(*shape),
        source=attend,
        check=found.context,
    )
    equation = f"A · V = C\n{sizes(*shape)}"
    return stage, Layout("product", ("A", "V", "C"), ("query", "key", "value"), equation)


main()
