"""Queries, keys and values: three products of the same kind, and why there are three."""

import numpy as np
import streamlit as st

from pages import N_
from pages.shared.attention import COLUMNS, NAMES, ROWS, pick_attention
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.stage import Stage, draw, pick_depth
from pages.shared.translation import load
from transformer import Kind, Translation
from transformer.analysis.roles import ROLES, Projection, project, similarity_weights
from transformer.analysis.view import axes, numbered
from transformer.attention import MultiHeadAttention
from transformer.figures.attention import head_figure
from transformer.figures.product import product_figure

TITLES = {
    "query": N_("Queries: what each position asks for"),
    "key": N_("Keys: what each position offers to be found by"),
    "value": N_("Values: what each position gives to those who look"),
}
LETTERS = {"query": "Q", "key": "K", "value": "V"}


def main() -> None:
    st.header(_("Query, key, value"))
    st.write(
        _(
            "Each head turns the vectors of a sentence into three others with three learned "
            "matrices. In self-attention all three come from the same words; in cross-attention "
            "the queries come from the English, the keys and values from the French."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    kind, layer, head = pick_attention(translation.trace)
    pick_depth()
    matrices = load(st.session_state["model"]).projections(kind, layer)
    found = project(translation.trace, kind, layer, head, matrices)
    rows, columns = (
        numbered([token.label for token in axis]) for axis in axes(translation, kind, "pieces")
    )
    for number, role in enumerate(ROLES, start=1):
        draw(number, _stage(role, found[role], rows if role == "query" else columns))
    _without(translation, kind, layer, head, found, rows, columns)


def _stage(role: str, found: Projection, labels: tuple[str, ...]) -> Stage:
    letter = LETTERS[role]
    count, width = found.inputs.shape
    narrow = found.matrix.shape[1]
    said = _(
        "{count} vectors of {width} numbers (input), times a matrix of {width} x {narrow} that "
        "training found (learned), give {count} vectors of {narrow} numbers (computed)."
    ).format(count=count, width=width, narrow=narrow)
    return Stage(
        title=_(TITLES[role]),
        said=said,
        figure=product_figure(
            found.inputs,
            found.matrix,
            found.computed,
            labels,
            titles=(
                _("input X: {count} x {width}").format(count=count, width=width),
                _("learned W_{letter}: {width} x {narrow}").format(
                    letter=letter, width=width, narrow=narrow
                ),
                _("computed {letter}: {count} x {narrow}").format(
                    letter=letter, count=count, narrow=narrow
                ),
            ),
            dark=st.context.theme.type == "dark",
        ),
        table={_("dimension"): np.arange(1, narrow + 1)}
        | {label: row for label, row in zip(labels, found.computed, strict=True)},
        formula=rf"{letter} = X \, W_{letter}, \quad "
        rf"({count} \times {width})({width} \times {narrow}) = {count} \times {narrow}",
        code=MultiHeadAttention.keys_values if role != "query" else MultiHeadAttention.forward,
        check=found.check,
    )


def _without(
    translation: Translation,
    kind: Kind,
    layer: int,
    head: int,
    found: dict[str, Projection],
    rows: tuple[str, ...],
    columns: tuple[str, ...],
) -> None:
    """The head as it is, beside what would be left of it without W_Q and W_K."""
    trace = translation.trace.sublayer(kind, layer).heads
    alike_LM = similarity_weights(found["query"].inputs, found["key"].inputs, trace.mask_LM)
    st.subheader(_("Why three roles? The same without W_Q and W_K"))
    own = " ".join(
        [
            _(
                "Without W_Q and W_K a vector could only look for vectors like itself: "
                "x · x / √d_model."
            ),
            _self_share(kind, alike_LM, trace.weights_HLM[head]),
        ]
    )
    st.text(own.strip())
    for column, title, weights_LM in zip(
        st.columns(2, gap="medium"),
        (_("As it is"), _("Without W_Q and W_K")),
        (trace.weights_HLM[head], alike_LM),
        strict=True,
    ):
        with column:
            st.text(title)
            st.plotly_chart(
                head_figure(
                    weights_LM,
                    rows,
                    columns,
                    row_title=_(ROWS[kind]),
                    column_title=_(COLUMNS[kind]),
                    dark=st.context.theme.type == "dark",
                ),
                key=title,
                width="stretch",
                alt=f"{title}: {_(NAMES[kind])}",
                config={"displaylogo": False},
            )


def _self_share(kind: Kind, alike_LM: np.ndarray, weights_LM: np.ndarray) -> str:
    """How much of its attention each word gives to itself; only where it can see itself."""
    if kind == "cross":
        return ""
    return _(
        "On average each word would give itself {alike} percent of its attention; in this head it "
        "gives itself {real}."
    ).format(
        alike=round(100 * float(np.diagonal(alike_LM).mean())),
        real=round(100 * float(np.diagonal(weights_LM).mean())),
    )


main()
