"""One beginning of the text in the tree of a search: its log-probability, score and attention."""

import streamlit as st

from pages.shared.attention import COLUMNS, ROWS
from pages.shared.changes import current_edits
from pages.shared.language import _
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.stage import proof
from pages.shared.translation import load
from transformer import Trace, Translation
from transformer.analysis.check import Check
from transformer.analysis.search_tree import SearchTree, forced_totals
from transformer.analysis.view import numbered
from transformer.decoding import length_divisor
from transformer.edit_codes import read_edits, write_edits
from transformer.figures.attention import head_figure
from transformer.trace import RecurrentTrace

TRACE = """\
from transformer.analysis.view import numbered
record = translator.model.trace(translation.source.ids, tree.ids({place}){edits})
"""


@st.cache_resource(max_entries=4, show_spinner=False)
def _trace(
    model: str, source: tuple[int, ...], target: tuple[int, ...], edits: str
) -> Trace | RecurrentTrace:
    return load(model).model.trace(source, target, read_edits(edits))


def draw_beginning(translation: Translation, tree: SearchTree, place: int, setup: str) -> None:
    """How probable it is, how that is scored, and what it has looked at so far."""
    edits = write_edits(current_edits())
    ids = tree.ids(place)
    record = _trace(st.session_state["model"], translation.source.ids, ids, edits)
    forced = forced_totals(record, ids)
    _sum(tree, place)
    steps = record.depth + len(ids)
    proof(Check.of(forced[1:], tree.totals(place)[1:], len(ids) - 1, steps))
    _score(tree, place, float(forced[-1]), steps)
    show(_cross(translation, tree, place, record, setup, edits))


def _sum(tree: SearchTree, place: int) -> None:
    """The log-probabilities of the pieces, one by one."""
    totals = tree.totals(place)
    terms = totals[1:] - totals[:-1]
    pieces = zip(tree.pieces(place), terms, strict=True)
    st.text(
        _(
            "log P is the sum of the logarithms of the probabilities of all its pieces: {terms} = "
            "{total}"
        ).format(
            terms=" + ".join(f"({term:.3f} {piece})" for piece, term in pieces),
            total=f"{totals[-1]:.3f}",
        )
    )


def _score(tree: SearchTree, place: int, total: float, steps: int) -> None:
    """Normalised for length, with the numbers put in, recomputed from the forced pass."""
    node, length, penalty = tree.nodes[place], len(tree.ids(place)), tree.length_penalty
    st.text(
        _(
            "Every further piece makes log P smaller, so long texts would lose. The score divides "
            "by the length n, as the length penalty α says (Wu et al. 2016, section 7); α = 0 does "
            "not divide:"
        )
    )
    st.latex(
        r"s = \frac{\log P}{\left(\frac{5 + n}{6}\right)^{\alpha}} = "
        rf"\frac{{{node.log_probability:.4f}}}{{\left(\frac{{5 + {length}}}{{6}}\right)"
        rf"^{{{penalty:g}}}}} = {node.score:.4f}"
    )
    proof(Check.of(total / length_divisor(length, penalty), node.score, steps=steps))


def _cross(
    translation: Translation,
    tree: SearchTree,
    place: int,
    record: Trace | RecurrentTrace,
    setup: str,
    edits: str,
) -> Picture:
    """The mean over the heads of one layer, a row for every piece of the beginning."""
    weights_NHLM = record.weights("cross")
    st.session_state["layer"] = min(st.session_state["layer"], len(weights_NHLM))
    layer = pick(_("Layer"), range(1, len(weights_NHLM) + 1), "layer") - 1
    weights_LM = weights_NHLM[layer].mean(0)
    rows, columns = numbered(tree.pieces(place)), numbered(translation.source.pieces)
    best, kind = int(weights_LM[-1].argmax()), "cross"
    return Picture.of(
        "search-cross",
        head_figure,
        {
            f'record.weights("cross")[{layer}].mean(0)': weights_LM,
            f"numbered(tree.pieces({place}))": rows,
            "numbered(translation.source.pieces)": columns,
        },
        setup=setup + TRACE.format(place=place, edits=f", read_edits({edits!r})" if edits else ""),
        row_title=_(ROWS[kind]),
        column_title=_(COLUMNS[kind]),
        dark=st.context.theme.type == "dark",
        said=_(
            "Cross-attention of this beginning in layer {layer}, mean of {heads} heads: to write "
            "its last piece, “{piece}”, the decoder looked most at “{key}”, with weight {weight}."
        ).format(
            layer=layer + 1,
            heads=weights_NHLM.shape[1],
            piece=rows[-1],
            key=columns[best],
            weight=f"{weights_LM[-1, best]:.2f}",
        ),
        table={_("Piece"): rows} | dict(zip(columns, weights_LM.T, strict=True)),
    )
