"""The raw scores of every head of this model, beside what the argument for sqrt(d_k) assumes."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.shared.attention import NAMES, SHORT_NAMES, pick_attention
from pages.shared.examples import EXAMPLES
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.translation import BEAM_SIZE, load, translate
from transformer import KINDS, Kind, Translation
from transformer.analysis.head_scores import HeadScores, measure_heads
from transformer.analysis.untrained import ROUNDING, distance_to_start, untrained_traces
from transformer.figures.head_scores import head_variances_figure, sharpness_figure
from transformer.figures.histogram import histogram_figure
from transformer.translator import MODELS

SHARPEST = 8  # heads offered as buttons
# The lines of a cell that measure the same heads again.
HEADS = f"""\
from pages.shared.examples import EXAMPLES
from transformer.analysis.head_scores import measure_heads
translations = [translator.translate(example.text, {BEAM_SIZE}) for example in EXAMPLES]
heads = measure_heads([found.trace for found in translations])"""
BEFORE = f"""\
{HEADS}
from transformer.analysis.untrained import untrained_traces
before = measure_heads(untrained_traces(translator, translations))"""


Heads = tuple[HeadScores, ...]


def main() -> None:
    st.header(_("Scores of this model"))
    st.write(
        _(
            "The argument for √d_k assumes queries and keys whose numbers are independent, with "
            "mean 0 and variance 1. Are they, in this model? Here are the raw scores q · k of "
            "every head for all {count} example sentences, where the mask lets a query look: "
            "before the first step of training, and after the last."
        ).format(count=len(EXAMPLES))
    )
    live(_draw)


@st.cache_data(max_entries=4, show_spinner=False)
def _measure(model: str) -> tuple[Heads, Heads, float]:
    """All heads as trained, before training, and how far the latter lie from what was recorded."""
    translator = load(model)
    translations = [translate(model, example.text).translation for example in EXAMPLES]
    return (
        measure_heads([found.trace for found in translations]),
        measure_heads(untrained_traces(translator, translations)),
        distance_to_start(translator, MODELS / model / "snapshots" / "000000.npz"),
    )


def _draw(translation: Translation) -> None:
    place = pick_attention(translation.trace)
    heads, before, distance = _measure(st.session_state["model"])
    chosen = [head.place for head in heads].index(place)
    show(_all_heads(heads, before, chosen))
    st.caption(_say_start(distance))
    _one_head(heads[chosen], before[chosen], chosen)
    _sharpest(heads, chosen)


def _dark() -> bool:
    return st.context.theme.type == "dark"


def _label(head: HeadScores) -> str:
    return _("{kind}, layer {layer}, head {head}").format(
        kind=_(NAMES[head.kind]), layer=head.layer + 1, head=head.head + 1
    )


def _kinds() -> dict[str, str]:
    return {kind: _(SHORT_NAMES[kind]) for kind in KINDS}


def _places(heads: Sequence[HeadScores]) -> dict[str, list]:
    """The columns that name the heads in a table."""
    return {
        _("attention"): [_(NAMES[head.kind]) for head in heads],
        _("layer"): [head.layer + 1 for head in heads],
        _("head"): [head.head + 1 for head in heads],
    }


def _all_heads(heads: Heads, before: Heads, chosen: int) -> Picture:
    variances = [head.variance for head in heads]
    at_start = [head.variance for head in before]
    least, most = heads[int(np.argmin(variances))], heads[int(np.argmax(variances))]
    width = heads[0].width
    said = _(
        "Theory says d_k = {width}. Before training, the raw scores of all {count} heads have a "
        "variance from {start_least} to {start_most}: the assumption holds. After training it "
        "runs from {least} ({least_head}) to {most} ({most_head}); divided by √d_k, from "
        "{scaled_least} to {scaled_most} instead of 1."
    ).format(
        width=width,
        count=len(heads),
        start_least=f"{min(at_start):.1f}",
        start_most=f"{max(at_start):.1f}",
        least=f"{least.variance:.1f}",
        least_head=_label(least),
        most=f"{most.variance:.1f}",
        most_head=_label(most),
        scaled_least=f"{least.scaled:.2f}",
        scaled_most=f"{most.scaled:.2f}",
    )
    return Picture.of(
        "head-variances",
        head_variances_figure,
        {
            "[head.variance for head in heads]": variances,
            "[head.variance for head in before]": at_start,
            "heads[0].width": width,
            "[head.place for head in heads]": [head.place for head in heads],
            f"heads[{chosen}].place": heads[chosen].place,
        },
        setup=BEFORE,
        said=said,
        table=_places(heads)
        | {
            _("mean of q · k"): [head.mean for head in heads],
            _("variance of q · k"): variances,
            _("variance of q · k / √d_k"): [head.scaled for head in heads],
            _("variance of q · k before training"): at_start,
        },
        kinds=_kinds(),
        names=("q · k", "q · k / √d_k"),
        states=(_("before training"), _("after training")),
        title=_("Variance of the scores of every head"),
        dark=_dark(),
    )


def _say_start(distance: float) -> str:
    if distance > ROUNDING:
        return _(
            "Before training: a model of the same shape with random weights, from seed 1. This "
            "model's own first weights are not on record."
        )
    return _(
        "Before training: the weights this model began with, built again from the seed of its "
        "run. Proof: attention weights recorded at step 0 differ by {distance} at most, which is "
        "what rounding them to float16 explains."
    ).format(distance=f"{distance:.6f}")


def _one_head(head: HeadScores, before: HeadScores, chosen: int) -> None:
    st.subheader(_label(head))
    with st.container(horizontal=True):
        for label, value, theory in (
            (_("Mean of q · k"), f"{head.mean:z.2f}", _("theory {theory}").format(theory=0)),
            (
                _("Variance of q · k"),
                f"{head.variance:.1f}",
                _("theory {theory}").format(theory=head.width),
            ),
            (
                _("Variance of q · k / √d_k"),
                f"{head.scaled:.2f}",
                _("theory {theory}").format(theory=1),
            ),
            (
                _("Entropy of its rows, in bits"),
                f"{head.entropy:.2f}",
                _("{percent} percent of what its keys allow").format(
                    percent=f"{100 * head.relative:.0f}"
                ),
            ),
        ):
            st.metric(label, value, theory, delta_color="off", delta_arrow="off")
    show(_histogram(head, before, chosen))


def _histogram(head: HeadScores, before: HeadScores, chosen: int) -> Picture:
    said = _(
        "{count} scores. The numbers of this head's queries and keys are neither of variance 1 "
        "nor independent: their sizes alone would give a variance of {sizes}, and since they "
        "depend on each other it is {variance}. Before training it was {before}."
    ).format(
        count=f"{len(head.scores):,}",
        sizes=f"{head.sizes:.1f}",
        variance=f"{head.variance:.1f}",
        before=f"{before.variance:.1f}",
    )
    return Picture.of(
        "head-scores",
        histogram_figure,
        {
            f"heads[{chosen}].scores": head.scores,
            f"heads[{chosen}].width ** 0.5": head.width**0.5,
            f"before[{chosen}].scores": before.scores,
        },
        setup=BEFORE,
        said=said,
        table={
            _("q · k after training"): head.scores,
            _("q · k before training"): before.scores,
        },
        names=(
            _("q · k after training"),
            _("theory: normal, mean 0, variance {width}").format(width=head.width),
            _("before training"),
        ),
        title=_("The raw scores of this head"),
        dark=_dark(),
    )


def _sharpest(heads: Sequence[HeadScores], chosen: int) -> None:
    st.subheader(_("Which heads are sharpest?"))
    st.text(
        _(
            "Entropy of its rows, as a share of what the number of keys allows: 0 looks at one "
            "key, 1 at all alike. The lower, the sharper. The sharpest heads, to choose:"
        )
    )
    ranked = sorted(range(len(heads)), key=lambda place: heads[place].relative)
    with st.container(horizontal=True):
        for rank, place in enumerate(ranked[:SHARPEST], start=1):
            head = heads[place]
            st.button(
                f"{rank}. {_(SHORT_NAMES[head.kind])} {head.layer + 1}.{head.head + 1}: "
                f"{head.relative:.2f}",
                key=f"sharpest_{rank}",
                type="primary" if place == chosen else "secondary",
                on_click=_choose,
                args=(head.kind, head.layer, head.head),
            )
    show(_sharpness(heads, ranked, chosen))
    st.page_link(
        "pages/attention/attention.py",
        label=_("See where this head looks"),
        icon="👀",
    )
    st.page_link(
        "pages/laboratory/scale.py", label=_("Next: translate without the division"), icon="🧪"
    )


def _choose(kind: Kind, layer: int, head: int) -> None:
    st.session_state["kind"] = kind
    st.session_state["layer"], st.session_state["head"] = layer + 1, head + 1


def _sharpness(heads: Sequence[HeadScores], ranked: Sequence[int], chosen: int) -> Picture:
    variances = [head.variance for head in heads]
    entropies = [head.relative for head in heads]
    correlation = float(np.corrcoef(np.log(variances), entropies)[0, 1])
    said = _(
        "Each point is a head. The larger the variance of its scores, the sharper it looks "
        "(correlation {correlation} with the logarithm). Chosen: {head}, {place} of {count}."
    ).format(
        correlation=f"{correlation:.2f}",
        head=_label(heads[chosen]),
        place=ranked.index(chosen) + 1,
        count=len(heads),
    )
    sorted_heads = [heads[place] for place in ranked]
    return Picture.of(
        "head-sharpness",
        sharpness_figure,
        {
            "[head.variance for head in heads]": variances,
            "[head.relative for head in heads]": entropies,
            "[head.place for head in heads]": [head.place for head in heads],
            f"heads[{chosen}].place": heads[chosen].place,
        },
        setup=HEADS,
        said=said,
        table={_("rank"): list(range(1, len(heads) + 1))}
        | _places(sorted_heads)
        | {
            _("entropy as a share"): [head.relative for head in sorted_heads],
            _("entropy in bits"): [head.entropy for head in sorted_heads],
            _("variance of q · k"): [head.variance for head in sorted_heads],
        },
        kinds=_kinds(),
        axes=(_("variance of q · k"), _("entropy as a share")),
        title=_("Entropy against variance"),
        dark=_dark(),
    )


main()
