"""The second half of the simulation: what the softmax makes of the scores, and of the gradient."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture, show
from pages.shared.scaling import KEYS
from transformer.analysis import scaling
from transformer.analysis.scaling import (
    RowMeasures,
    divide,
    draw_rows,
    measure_rows,
    quartiles,
)
from transformer.analysis.softmax import softmax
from transformer.figures.scaling import against_width_figure, groups_figure

FEW = 3  # keys whose scores are shown as numbers
NARROW = 2  # the d_k that the chosen one is compared with
GRADIENT = r"""\begin{aligned}
J_{ij} &= \frac{\partial w_i}{\partial s_j} = w_i\,(\delta_{ij} - w_j) \\
\lVert J \rVert^2 &= \textstyle\sum w^2 - 2 \sum w^3 + \left(\sum w^2\right)^2
\end{aligned}"""
# The lines of a cell that draw the same numbers again.
THREE = """\
from transformer.analysis.scaling import divide, draw_rows
from transformer.analysis.softmax import softmax
scores = {scores}[0][:, {places}].T"""
ROWS = """\
from transformer.analysis.scaling import WIDTHS, divide, draw_rows, measure_rows, quartiles
scores = draw_rows({keys}, seed={seed}, law={law!r})
raw, scaled = measure_rows(scores), measure_rows(divide(scores))"""


@st.cache_data(max_entries=8, show_spinner=False)
def _rows(keys: int, seed: int, law: scaling.Law) -> tuple[np.ndarray, RowMeasures, RowMeasures]:
    """Rows of scores, and their measures without and with the division."""
    scores = draw_rows(keys, seed, law)
    return scores, measure_rows(scores), measure_rows(divide(scores))


def _dark() -> bool:
    return st.context.theme.type == "dark"


def three_scores(width: int, seed: int, law: scaling.Law) -> None:
    """One query and three keys, narrow and wide, without and with the division."""
    st.subheader("4. " + _("Three scores become weights"))
    scores_RMW, *_measures = _rows(FEW, seed, law)
    widths = sorted({NARROW, width})
    places = [scaling.WIDTHS.index(each) for each in widths]
    drawn = f"draw_rows({FEW}, seed={seed}, law={law!r})"
    for column, name, title, scores_GM, setup in zip(
        st.columns(2, gap="medium"),
        ("three-raw", "three-scaled"),
        (_("Softmax of q · k"), _("Softmax of q · k / √d_k")),
        (scores_RMW[0][:, places].T, divide(scores_RMW)[0][:, places].T),
        (drawn, f"divide({drawn})"),
        strict=True,
    ):
        weights_GM = softmax(scores_GM)
        with column:
            show(
                Picture.of(
                    name,
                    groups_figure,
                    {"scores": scores_GM, "softmax(scores)": weights_GM},
                    setup=THREE.format(scores=setup, places=places),
                    said=_say_three(widths, scores_GM, weights_GM),
                    table={
                        "d_k": np.repeat(widths, FEW),
                        _("score"): scores_GM.reshape(-1),
                        _("weight"): weights_GM.reshape(-1),
                    },
                    names=[f"d_k = {each}" for each in widths],
                    title=title,
                    axis=_("score"),
                    scaled=name == "three-scaled",
                    dark=_dark(),
                )
            )


def _say_three(widths: Sequence[int], scores_GM: np.ndarray, weights_GM: np.ndarray) -> str:
    template = _("d_k = {width}: the scores {scores} become the weights {weights}.")
    return " ".join(
        template.format(
            width=width,
            scores=", ".join(f"{score:z.1f}" for score in scores),
            weights=", ".join(f"{weight:.2f}" for weight in weights),
        )
        for width, scores, weights in zip(widths, scores_GM, weights_GM, strict=True)
    )


def taken_over(width: int, seed: int, law: scaling.Law) -> None:
    """Largest weight, entropy and gradient of many rows, against d_k."""
    st.subheader("5. " + _("At what d_k does one key take over?"))
    st.select_slider(
        _("Keys that each query chooses from"), KEYS, key="keys", persist_state="session"
    )
    keys = int(st.session_state["keys"])
    _scores, raw, scaled = _rows(keys, seed, law)
    _answer(raw, scaled)
    setup = ROWS.format(keys=keys, seed=seed, law=law)
    show(_largest(raw, scaled, width, setup))
    left, right = st.columns(2, gap="medium")
    with left:
        show(_entropy(raw, scaled, width, keys, setup))
    with right:
        show(_gradient(raw, scaled, width, keys, setup))
        st.latex(GRADIENT)
    st.caption(
        _(
            "The gradient through the softmax is the matrix J of what each weight w gains when "
            "each score s grows; its size is the root of the sum of its squared entries "
            "(Frobenius norm). Where one key has all the weight it is 0, and nothing is learned "
            "from that query. The division makes all gradients smaller by the same factor, which "
            "an optimiser such as Adam makes up for; a gradient of 0 nothing makes up for."
        )
    )


def _answer(raw: RowMeasures, scaled: RowMeasures) -> None:
    """The number asked for, or that there is none, without and with the division."""
    st.text(
        _(
            "We say that a key has taken over when it gets more than {limit} of its query's "
            "weight. The first d_k at which this happens to more than half of {rows} queries:"
        ).format(limit=scaling.TAKEN_OVER, rows=len(raw.largest_RW))
    )
    with st.container(horizontal=True):
        for scores, measures in (("q · k", raw), ("q · k / √d_k", scaled)):
            shares = scaling.taken_over(measures)
            first = int((shares > 0.5).argmax())
            if shares[first] > 0.5:
                answer = f"d_k = {scaling.WIDTHS[first]}"
                detail = _("{share} percent there, {last} percent at d_k = {widest}")
            else:
                answer = _("never")
                detail = _("{last} percent at d_k = {widest}, {most} percent at most")
            st.metric(
                _("Softmax of {scores}").format(scores=scores),
                answer,
                detail.format(
                    share=f"{100 * shares[first]:.1f}",
                    last=f"{100 * shares[-1]:.1f}",
                    most=f"{100 * shares.max():.1f}",
                    widest=scaling.WIDTHS[-1],
                ),
                delta_color="off",
                delta_arrow="off",
            )


def _largest(raw: RowMeasures, scaled: RowMeasures, width: int, setup: str) -> Picture:
    return _against_width(
        "largest",
        raw.largest_RW,
        scaled.largest_RW,
        width,
        setup,
        template=_(
            "Half of the queries lie above the line, half below; the band holds the middle half. "
            "At d_k = {width} the largest weight is {raw} without the division, {scaled} with it."
        ),
        level=(scaling.TAKEN_OVER, _("{limit}: taken over").format(limit=scaling.TAKEN_OVER)),
        title=_("The largest weight of a row"),
    )


def _entropy(raw: RowMeasures, scaled: RowMeasures, width: int, keys: int, setup: str) -> Picture:
    most = float(np.log2(keys))
    return _against_width(
        "entropy",
        raw.entropy_RW,
        scaled.entropy_RW,
        width,
        setup,
        template=_(
            "Entropy is 0 bits when one key has all the weight. At d_k = {width} it is {raw} bits "
            "without the division, {scaled} with it."
        ),
        level=(most, _("all {keys} keys alike: {most}").format(keys=keys, most=f"{most:.2f}")),
        title=_("Entropy of a row, in bits"),
    )


def _gradient(raw: RowMeasures, scaled: RowMeasures, width: int, keys: int, setup: str) -> Picture:
    alike = (keys - 1) ** 0.5 / keys
    return _against_width(
        "gradient",
        raw.gradient_RW,
        scaled.gradient_RW,
        width,
        setup,
        template=_(
            "At d_k = {width} the gradient that gets through has the size {raw} without the "
            "division, {scaled} with it."
        ),
        level=(alike, _("all {keys} keys alike: {most}").format(keys=keys, most=f"{alike:.2f}")),
        title=_("Size of the gradient through the softmax"),
    )


def _against_width(
    measure: str,
    raw_RW: np.ndarray,
    scaled_RW: np.ndarray,
    width: int,
    setup: str,
    *,
    template: str,
    level: tuple[float, str],
    title: str,
) -> Picture:
    """``measure`` is the name of the figure and, with its axes, of the field of the measures."""
    place = scaling.WIDTHS.index(width)
    raw_3W, scaled_3W = quartiles(raw_RW), quartiles(scaled_RW)
    return Picture.of(
        f"{measure}-by-width",
        against_width_figure,
        {
            "WIDTHS": scaling.WIDTHS,
            f"quartiles(raw.{measure}_RW)": raw_3W,
            f"quartiles(scaled.{measure}_RW)": scaled_3W,
        },
        setup=setup,
        said=template.format(
            width=width, raw=f"{raw_3W[1, place]:.3f}", scaled=f"{scaled_3W[1, place]:.3f}"
        ),
        table={
            "d_k": scaling.WIDTHS,
            _("lower quartile, q · k"): raw_3W[0],
            _("median, q · k"): raw_3W[1],
            _("upper quartile, q · k"): raw_3W[2],
            _("lower quartile, q · k / √d_k"): scaled_3W[0],
            _("median, q · k / √d_k"): scaled_3W[1],
            _("upper quartile, q · k / √d_k"): scaled_3W[2],
        },
        names=("q · k", "q · k / √d_k"),
        level=level,
        title=title,
        axis="d_k",
        dark=_dark(),
    )
