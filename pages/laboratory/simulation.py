"""Why divide by sqrt(d_k)? The argument of the paper, with numbers drawn at random."""

import numpy as np
import streamlit as st

from pages.laboratory.saturation import taken_over, three_scores
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.scaling import DRAWS, LARGEST_SEED, LAW_NAMES, WIDTHS
from transformer import Translation
from transformer.analysis import scaling
from transformer.analysis.scaling import Products, Spread, draw_products, spread
from transformer.figures.histogram import histogram_figure, spreads_figure
from transformer.figures.scaling import error_figure, variance_figure

MARKED = (2, 100)  # widths named in the figure of the variances
VARIANCE = r"""\begin{aligned}
\operatorname{Var}(q \cdot k) &= \textstyle\sum_{i=1}^{d_k} \operatorname{Var}(q_i k_i) \\
&= \textstyle\sum_{i=1}^{d_k} \mathrm{E}[q_i^2]\,\mathrm{E}[k_i^2] \\
&= \textstyle\sum_{i=1}^{d_k} 1 \cdot 1 = d_k \\
\operatorname{Var}\!\left(\frac{q \cdot k}{\sqrt{d_k}}\right) &= \frac{d_k}{d_k} = 1
\end{aligned}"""
# The lines of a cell that draw the same numbers again.
PRODUCTS = """\
from transformer.analysis.scaling import WIDTHS, draw_products, spread
products = draw_products({draws}, seed={seed}, law={law!r})"""


def main() -> None:
    st.header(_("Why divide? A simulation"))
    st.write(
        _(
            "The paper gives its reason in a footnote (Vaswani et al. 2017, section 3.2.1): take "
            "a query and a key whose numbers are independent, with mean 0 and variance 1. Then "
            "their product has mean 0 and variance d_k. No model is needed to see it: everything "
            "here is drawn at random, from the seed you see, with the same result for everybody."
        )
    )
    live(_draw)


# A hundred thousand draws take 10 MB and two seconds, once.
@st.cache_data(max_entries=8, show_spinner=False)
def _products(draws: int, seed: int, law: scaling.Law) -> tuple[Products, Spread, Spread, Spread]:
    """The draws, and the spread of single products, of scores and of scaled scores."""
    found = draw_products(draws, seed, law)
    return found, *map(spread, (found.single_S, found.scores_SW, found.scaled_SW))


def _draw(_translation: Translation) -> None:
    _pick()
    width = int(st.session_state["width"])
    law, seed = st.session_state["law"], st.session_state["seed"]
    products, single, raw, scaled = _products(int(st.session_state["draws"]), seed, law)
    _one_product(products, single)
    _sum_of_products(products, raw, scaled, width)
    _every_width(raw, scaled)
    three_scores(width, seed, law)
    taken_over(width, seed, law)
    st.page_link(
        "pages/laboratory/measured.py",
        label=_("Next: the scores of this model"),
        icon="📏",
    )


def _pick() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.select_slider(
            _("d_k, the width of query and key"), WIDTHS, key="width", persist_state="session"
        )
        st.select_slider(
            _("Draws: pairs of a query and a key"), DRAWS, key="draws", persist_state="session"
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick(_("Numbers from"), list(LAW_NAMES), "law", LAW_NAMES)
        st.number_input(
            _("Seed"), 0, LARGEST_SEED, step=1, key="seed", width=150, persist_state="session"
        )
        st.button(_("Draw again"), key="draw_again", on_click=_draw_again, icon="🎲")


def _draw_again() -> None:
    st.session_state["seed"] = (st.session_state["seed"] + 1) % (LARGEST_SEED + 1)


def _dark() -> bool:
    return st.context.theme.type == "dark"


def _drawn() -> str:
    """The lines that draw the products again."""
    values = {name: st.session_state[name] for name in ("draws", "seed", "law")}
    return PRODUCTS.format(**values)


def _one_product(products: Products, measured: Spread) -> None:
    st.subheader("1. " + _("One number times one number"))
    said = _(
        "One number of a query times one of a key, drawn {draws} times: mean {mean}, variance "
        "{variance}. In theory 0 and 1."
    ).format(
        draws=f"{len(products.single_S):,}",
        mean=f"{measured.mean:z.3f}",
        variance=f"{measured.variance:.3f}",
    )
    show(
        Picture.of(
            "one-product",
            histogram_figure,
            {"products.single_S": products.single_S, "1.0": 1.0},
            setup=_drawn(),
            said=said,
            table={"q₁ k₁": products.single_S},
            title=_("How often each value of q₁ × k₁ occurs"),
            dark=_dark(),
        )
    )


def _sum_of_products(products: Products, raw: Spread, scaled: Spread, width: int) -> None:
    place = scaling.WIDTHS.index(width)
    st.subheader("2. " + _("Add up d_k of them: the score"))
    _numbers(raw, scaled, place)
    said = _(
        "q · k adds up {width} such products. They do not cancel: the sum lies about √{width} = "
        "{root} away from 0. Divided by √{width}, it is as wide as one product again."
    ).format(width=width, root=f"{width**0.5:.2f}")
    scores, divided = products.scores_SW[:, place], products.scaled_SW[:, place]
    show(
        Picture.of(
            "scores",
            spreads_figure,
            {
                f"products.scores_SW[:, {place}]": scores,
                f"products.scaled_SW[:, {place}]": divided,
                str(width): width,
            },
            setup=_drawn(),
            said=said,
            table={"q · k": scores, "q · k / √d_k": divided},
            names=("q · k", "q · k / √d_k"),
            curve=_("normal curve of variance d_k, and of 1"),
            title=_("Scores for d_k = {width}, on one axis").format(width=width),
            dark=_dark(),
        )
    )


def _numbers(raw: Spread, scaled: Spread, place: int) -> None:
    """Measured beside theory, large."""
    width = scaling.WIDTHS[place]
    error = _("theory {theory}, standard error {error}")
    with st.container(horizontal=True):
        for label, value, digits, theory, off in (
            (_("Variance of q · k"), raw.variance, 2, f"{width}", raw.error),
            (
                _("Standard deviation of q · k"),
                np.sqrt(raw.variance),
                3,
                f"√{width} = {width**0.5:.3f}",
                raw.error / (2 * np.sqrt(raw.variance)),
            ),
            (_("Variance of q · k / √d_k"), scaled.variance, 3, "1", scaled.error),
        ):
            st.metric(
                label,
                f"{value[place]:.{digits}f}",
                error.format(theory=theory, error=f"{off[place]:.{digits}f}"),
                delta_color="off",
                delta_arrow="off",
            )


def _every_width(raw: Spread, scaled: Spread) -> None:
    st.subheader("3. " + _("Every further dimension adds to the variance"))
    st.text(
        _(
            "The variance of a sum of independent numbers is the sum of their variances, and a "
            "number divided by √d_k has a d_k-th of its variance:"
        )
    )
    st.latex(VARIANCE)
    left, right = st.columns(2, gap="medium")
    with left:
        show(_variances(raw, scaled))
    with right:
        show(_errors(scaled))
    st.caption(
        _(
            "The standard error of a variance comes from the draws themselves: "
            "√((m₄ − s⁴ (n − 3) / (n − 1)) / n), where n is how many there are, s² their variance "
            "and m₄ their fourth central moment."
        )
    )


def _variances(raw: Spread, scaled: Spread) -> Picture:
    deviations = {
        width: f"{raw.variance[scaling.WIDTHS.index(width)] ** 0.5:.2f}" for width in MARKED
    }
    narrow, wide = MARKED
    said = _(
        "The variance follows d_k. Its root, the standard deviation s, is {first} for "
        "d_k = {narrow} (√{narrow} = {narrow_root}) and {second} for d_k = {wide} "
        "(√{wide} = {wide_root}). Divided by √d_k, the variance is 1 for every d_k."
    ).format(
        first=deviations[narrow],
        second=deviations[wide],
        narrow=narrow,
        wide=wide,
        narrow_root=f"{narrow**0.5:.2f}",
        wide_root=f"{wide**0.5:.0f}",
    )
    return Picture.of(
        "variances",
        variance_figure,
        {
            "WIDTHS": scaling.WIDTHS,
            "spread(products.scores_SW).variance": raw.variance,
            "spread(products.scaled_SW).variance": scaled.variance,
        },
        setup=_drawn(),
        said=said,
        table={
            "d_k": scaling.WIDTHS,
            _("variance of q · k"): raw.variance,
            _("standard error"): raw.error,
            _("variance of q · k / √d_k"): scaled.variance,
        },
        names=("q · k", "q · k / √d_k", _("theory: d_k and 1")),
        marks={width: f"s = {deviation} ≈ √{width}" for width, deviation in deviations.items()},
        title=_("Variance of the scores"),
        axis="d_k",
        dark=_dark(),
    )


def _errors(scaled: Spread) -> Picture:
    apart = np.abs(scaled.variance - 1) / np.maximum(scaled.error, 1e-12)
    said = _(
        "The same after the division, enlarged: each point with one standard error up and down. "
        "{near} of {count} lie within two standard errors of 1."
    ).format(near=int((apart <= 2).sum()), count=len(apart))
    return Picture.of(
        "variances-scaled",
        error_figure,
        {
            "WIDTHS": scaling.WIDTHS,
            "spread(products.scaled_SW).variance": scaled.variance,
            "spread(products.scaled_SW).error": scaled.error,
        },
        setup=_drawn(),
        said=said,
        table={
            "d_k": scaling.WIDTHS,
            _("variance of q · k / √d_k"): scaled.variance,
            _("standard error"): scaled.error,
        },
        names=("q · k / √d_k", _("theory: 1")),
        title=_("Variance after the division"),
        axis="d_k",
        dark=_dark(),
    )


main()
