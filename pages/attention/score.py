"""One score by hand: query times key, divided, masked, through softmax, times the values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.attention import pick_attention, pick_tokens
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture
from pages.shared.stage import Stage, draw, pick_depth
from pages.shared.translation import load
from transformer import Translation
from transformer.analysis.score_by_hand import ScoreByHand, score_by_hand
from transformer.attention import MultiHeadAttention, attend
from transformer.figures import Figure
from transformer.figures.score import (
    products_figure,
    row_figure,
    scores_figure,
)
from transformer.figures.vectors import vectors_figure

# What the cells of the figures compute first.
_SETUP = """\
import numpy as np
from transformer.analysis.score_by_hand import score_by_hand
from transformer.analysis.view import piece_names
keys = piece_names(translation, {kind!r})[1]
output_weight = translator.projections({kind!r}, {layer})["output"]
sublayer = translation.trace.sublayer({kind!r}, {layer})
found = score_by_hand(sublayer, output_weight, {head}, {query}, {key})
"""


def main() -> None:
    st.header(_("One score by hand"))
    st.write(
        _(
            "Pick a query and a key, and follow one number from its two vectors to the output of "
            "the layer. Everything shown is the model's own; after each step it is computed again "
            "from what is shown, in double precision, and compared."
        )
    )
    live(_draw)


@dataclass(frozen=True)
class Row:
    """The chosen query's row, with all that its five steps are drawn from."""

    found: ScoreByHand
    keys: tuple[str, ...]
    query: str
    key: int
    head: int
    setup: str

    def picture(
        self, name: str, draw: Callable[..., Figure], arguments: Mapping[str, Any], **told: Any
    ) -> Picture:
        dark = st.context.theme.type == "dark"
        return Picture.of(name, draw, arguments, setup=self.setup, dark=dark, **told)


def _draw(translation: Translation) -> None:
    kind, layer, head = pick_attention(translation.trace)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        queries, keys, query, key = pick_tokens(translation, kind)
        pick_depth()
    output_weight = load(st.session_state["model"]).projections(kind, layer)["output"]
    sublayer = translation.trace.sublayer(kind, layer)
    found = score_by_hand(sublayer, output_weight, head, query, key)
    setup = _SETUP.format(kind=kind, layer=layer, head=head, query=query, key=key)
    row = Row(found, keys, queries[query], key, head, setup)
    for number, stage in enumerate((_product, _division, _softmax, _weighted_sum, _output), 1):
        draw(number, stage(row))


def _product(row: Row) -> Stage:
    found, key = row.found, row.keys[row.key]
    width = len(found.query_K)
    order = np.argsort(-np.abs(found.products_K))
    return Stage(
        title=_("Query times key"),
        picture=row.picture(
            "score-products",
            products_figure,
            {"found.products_K": found.products_K},
            title=_("The {width} products, farthest from 0 first").format(width=width),
            axis=_("dimension of query and key"),
            said=_(
                "“{query}” asks with {width} numbers, “{key}” answers with {width}: multiply them "
                "in pairs and add up. The raw score is {score}."
            ).format(query=row.query, key=key, width=width, score=f"{found.score.model:.4f}"),
            table={
                _("dimension"): order + 1,
                "q": found.query_K[order],
                "k": found.key_K[order],
                "q × k": found.products_K[order],
            },
        ),
        formula=r"\mathrm{score} = q \cdot k = \sum_{i=1}^{d_k} q_i k_i"
        + f" = {found.score.model:.4f}, \\quad d_k = {width}",
        source=attend,
        check=found.score,
    )


def _division(row: Row) -> Stage:
    found, width = row.found, len(row.found.query_K)
    return Stage(
        title=_("Divide by √d_k"),
        picture=row.picture(
            "score-scaled",
            scores_figure,
            {
                "found.scores_M": found.scores_M,
                "found.scaled_scores_M": found.scaled_scores_M,
                "keys": row.keys,
            },
            names=(_("raw score"), _("scaled score")),
            title=_("The query's scores for all keys, before and after"),
            said=_(
                "Divide by √d_k. d_k is the width of one head's keys (not of the whole embedding): "
                "here {width}, so √{width} = {root}; for d_k = 64 it is the 8 of the textbooks. "
                "The scaled score is {score}."
            ).format(width=width, root=f"{width**0.5:.4f}", score=f"{found.scaled.model:.4f}"),
            table={
                _("key"): row.keys,
                _("raw score"): found.scores_M,
                _("scaled score"): found.scaled_scores_M,
            },
        ),
        formula=r"\frac{q \cdot k}{\sqrt{d_k}} = "
        + rf"\frac{{{found.score.model:.4f}}}{{\sqrt{{{width}}}}} = {found.scaled.model:.4f}",
        source=attend,
        check=found.scaled,
    )


def _softmax(row: Row) -> Stage:
    found, key = row.found, row.key
    return Stage(
        title=_("Mask and softmax"),
        picture=row.picture(
            "score-weights",
            row_figure,
            {
                "found.weights_M": found.weights_M,
                "found.scaled_scores_M": found.scaled_scores_M,
                "found.mask_M": found.mask_M,
                "keys": row.keys,
                str(key): key,
            },
            title=_("The weights of this query: what it looks at"),
            said=_(
                "Softmax: e to the power of each score, divided by the sum of all, {total}. So the "
                "row of “{query}” sums to one, and “{key}” gets {weight}. The mask hides {hidden} "
                "keys."
            ).format(
                total=f"{found.total:.4f}",
                query=row.query,
                key=row.keys[key],
                weight=f"{found.weights_M[key]:.4f}",
                hidden=int((~found.mask_M).sum()),
            ),
            table={
                _("key"): row.keys,
                _("may look"): found.mask_M,
                _("scaled score"): found.scaled_scores_M,
                _("e^(score - largest)"): found.exponentials_M,
                _("weight"): found.weights_M,
            },
        ),
        formula=r"w_j = \frac{e^{s_j - \max s}}{\sum_m e^{s_m - \max s}}, \quad "
        + rf"w_{{{key + 1}}} = \frac{{{found.exponentials_M[key]:.5f}}}{{{found.total:.5f}}} "
        + f"= {found.weights_M[key]:.5f}",
        source=attend,
        check=found.weight,
    )


def _weighted_sum(row: Row) -> Stage:
    found, keys = row.found, row.keys
    strongest = int(found.weights_M.argmax())
    total = _("sum = context")
    return Stage(
        title=_("Weights times values"),
        picture=row.picture(
            "score-context",
            vectors_figure,
            {
                "np.vstack([found.contributions_MK, found.context_K])": np.vstack(
                    [found.contributions_MK, found.context_K]
                ),
                f"[*keys, {total!r}]": [*keys, total],
            },
            chosen=len(keys),
            axis=_("dimension of the value"),
            title=_("Weight times value of every key, and their sum"),
            green=True,
            said=_(
                "Each key brings a value vector. Times its weight, and added up, they are what "
                "“{query}” takes up: the context of this head, mostly the value of “{key}” "
                "({weight})."
            ).format(
                query=row.query, key=keys[strongest], weight=f"{found.weights_M[strongest]:.4f}"
            ),
            table={_("dimension"): np.arange(1, len(found.context_K) + 1)}
            | dict(zip(keys, found.contributions_MK, strict=True))
            | {total: found.context_K},
        ),
        formula=rf"\mathrm{{context}} = \sum_{{j=1}}^{{{len(keys)}}} w_j v_j",
        source=attend,
        check=found.context,
    )


def _output(row: Row) -> Stage:
    found = row.found
    heads, width = found.contexts_HK.shape
    names = [_("Head {number}").format(number=number + 1) for number in range(heads)]
    return Stage(
        title=_("Join the heads, times W_O"),
        picture=row.picture(
            "score-output",
            vectors_figure,
            {"found.contexts_HK": found.contexts_HK, repr(names): names},
            chosen=row.head,
            axis=_("dimension of the context"),
            title=_("The contexts that are joined; the chosen head in bold"),
            said=_(
                "The contexts of all {heads} heads, {width} numbers each, are joined to {joined} "
                "and multiplied by W_O: the output of this attention, added to the query's "
                "residual stream."
            ).format(heads=heads, width=width, joined=heads * width),
            table={
                _("dimension"): np.arange(1, len(found.output_D) + 1),
                _("output"): found.output_D,
            },
        ),
        formula=r"\mathrm{output} = [\mathrm{context}_1; \ldots; "
        + rf"\mathrm{{context}}_{{{heads}}}] \, W_O, "
        + rf"\quad {heads * width} \to {len(found.output_D)}",
        source=MultiHeadAttention.forward,
        check=found.output,
    )


main()
