"""Do attention, contribution and leave-one-out agree: in this row, in all rows, and by rollout?"""

import math

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture
from transformer.analysis.explanations import Compared, spearman
from transformer.figures.attention import head_figure
from transformer.figures.similarity import cosines_figure


def numbers(found: Compared, step: int) -> None:
    """The three rank correlations, large."""
    st.text(
        _(
            "Do they put the words into the same order? Rank correlation (Spearman 1904): 1 the "
            "same order, 0 none in common, -1 the opposite one."
        )
    )
    mean = _("mean of all {count} pieces: {mean}")
    with st.container(horizontal=True):
        for label, row_L in zip(_pairs(), found.correlations().values(), strict=True):
            st.metric(
                label,
                _two_digits(row_L[step]),
                mean.format(count=len(row_L), mean=_two_digits(_mean(row_L))),
                delta_color="off",
                delta_arrow="off",
            )


def _pairs() -> list[str]:
    """In the order of ``Compared.correlations``."""
    return [
        _("attention and contribution"),
        _("attention and leave-one-out"),
        _("contribution and leave-one-out"),
    ]


def _mean(row_L: np.ndarray) -> float:
    """Of the rows that have a correlation."""
    return float(np.nanmean(row_L)) if np.isfinite(row_L).any() else math.nan


def _two_digits(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:z.2f}"


def correlations(found: Compared, written: tuple[str, ...], step: int, setup: str) -> Picture:
    correlations, pairs = found.correlations(), _pairs()
    means = [_two_digits(_mean(row_L)) for row_L in correlations.values()]
    apart = found.attention_LM.argmax(1) != np.nanargmax(found.lost_LM, axis=1)
    return Picture.of(
        "rank-correlations",
        cosines_figure,
        {
            "np.stack(list(found.correlations().values()), axis=1)": np.stack(
                list(correlations.values()), axis=1
            ),
            "numbered(translation.target.pieces)": written,
        },
        setup="import numpy as np\n" + setup,
        columns=pairs,
        chosen=step,
        title=_("Rank correlation of the rows of each English piece"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Mean of all {count} pieces: attention and contribution {first}, attention and "
            "leave-one-out {second}, contribution and leave-one-out {third}. For {apart} of them "
            "the largest weight is not on the word whose hiding costs most."
        ).format(
            count=len(written),
            first=means[0],
            second=means[1],
            third=means[2],
            apart=int(apart.sum()),
        ),
        table={_("English piece"): written} | dict(zip(pairs, correlations.values(), strict=True)),
    )


def rollout(
    found: Compared,
    rolled_LM: np.ndarray,
    words: tuple[str, ...],
    written: tuple[str, ...],
    step: int,
    setup: str,
) -> Picture:
    agrees_L = np.array([spearman(*rows) for rows in zip(rolled_LM, found.lost_LM, strict=True)])
    most = int(rolled_LM[step].argmax())
    rows, columns = np.indices(rolled_LM.shape).reshape(2, -1)
    return Picture.of(
        "rollout",
        head_figure,
        {
            "rolled_out(translation)": rolled_LM,
            "numbered(translation.target.pieces)": written,
            "words": words,
        },
        setup=setup,
        row_title=_("English"),
        column_title=_("French"),
        dark=st.context.theme.type == "dark",
        stretch=True,
        said=_(
            "The attention of all layers multiplied (Abnar and Zuidema 2020): “{piece}” is made of "
            "“{word}” most ({share}). Rank correlation with leave-one-out: {row} in this row, "
            "{mean} in the mean."
        ).format(
            piece=written[step],
            word=words[most],
            share=f"{rolled_LM[step, most]:.2f}",
            row=_two_digits(agrees_L[step]),
            mean=_two_digits(_mean(agrees_L)),
        ),
        table={
            _("English"): [written[i] for i in rows],
            _("French"): [words[i] for i in columns],
            _("share"): rolled_LM.ravel(),
        },
    )


def caveat(rolled_LM: np.ndarray) -> str:
    return _(
        "Read rollout with care: it multiplies weights alone, without values, W_O and feed-forward "
        "networks, and counts each residual stream as one half whatever it holds, so that every "
        "row is French to {share} and English for the rest, in every sentence. Abnar and Zuidema "
        "roll out an encoder; we go on through the decoder by the same rule."
    ).format(share=f"{rolled_LM[0].sum():.4f}")
