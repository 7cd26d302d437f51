"""How many heads does a translation need? One switched off at a time, and more and more."""

from collections.abc import Iterator, Mapping

import streamlit as st

from pages import N_
from pages.shared.attention import SHORT_NAMES
from pages.shared.head_study import SETUP, current_study
from pages.shared.language import _
from pages.shared.live import by_itself
from pages.shared.picture import Picture, show
from transformer import KINDS
from transformer.analysis.head_measures import Place
from transformer.analysis.head_study import NOTICED, HeadStudy, Order
from transformer.figures.pruning import curves_figure, one_off_figure

ORDER_NAMES = {
    "importance": N_("smallest gradient first"),
    "loss": N_("cheapest alone first"),
}
ALL_HEADS: tuple[Order, ...] = ("importance", "loss")


def main() -> None:
    st.header(_("How many heads does it need?"))
    st.write(
        _(
            "Switching a head off multiplies what it fetched by 0. Two findings of 2019 made heads "
            "famous: most can go one at a time, and of the three attentions cross-attention needs "
            "its heads most. Do they hold for this model? Measured, without training it again."
        )
    )
    by_itself(_draw)


def _draw() -> None:
    study = current_study()
    st.subheader("1. " + _("One head at a time"))
    show(_one_off(study))
    for line in _first_verdict(study):
        st.text(line)
    st.subheader("2. " + _("One attention after the other"))
    show(_by_kind(study))
    for line in _second_verdict(study):
        st.text(line)
    st.subheader("3. " + _("All attentions together"))
    show(_together(study))
    show(_left(study))
    st.text(_third_verdict(study))
    st.caption(_how(study))


def _one_off(study: HeadStudy) -> Picture:
    names = {kind: _(name) for kind, name in SHORT_NAMES.items()}
    heads = sorted(study.heads, key=lambda head: head.off.bleu)
    worst, best = heads[0], heads[-1]
    return Picture.of(
        "one-head-off",
        one_off_figure,
        {
            "[head.off for head in study.heads]": [head.off for head in study.heads],
            "[head.place for head in study.heads]": [head.place for head in study.heads],
        },
        setup=SETUP.format(model=st.session_state["model"]),
        said=_(
            "Without {worst}, BLEU changes most: {loss} points. Without {best} it changes by "
            "{gain}. The whole model has BLEU {bleu}."
        ).format(
            worst=_name(worst.place),
            loss=f"{worst.off.bleu:+.1f}",
            best=_name(best.place),
            gain=f"{best.off.bleu:+.1f}",
            bleu=f"{study.bleu:.1f}",
        ),
        table={
            _("Head"): [_name(head.place) for head in heads],
            _("BLEU when off"): [head.off.bleu for head in heads],
            _("from (95 percent)"): [head.off.low for head in heads],
            _("to (95 percent)"): [head.off.high for head in heads],
            _("Gradient of its gate"): [head.importance for head in heads],
        },
        kinds=names,
        noticed=NOTICED,
        title=_("BLEU without one head, minus BLEU of the whole model"),
        axes=(_("heads, the worst loss first"), _("points of BLEU")),
        dark=st.context.theme.type == "dark",
    )


def _first_verdict(study: HeadStudy) -> Iterator[str]:
    count = len(study.heads)
    holds = study.spared > count / 2
    line = (
        _("“Most heads can go, one at a time” (Michel et al. 2019): holds for this model.")
        if holds
        else _("“Most heads can go, one at a time” (Michel et al. 2019): does not hold here.")
    )
    yield ("✓ " if holds else "✗ ") + line
    yield _(
        "{spared} of {count} heads cost less than {points} point of BLEU when they go alone; of "
        "{missed} the whole 95-percent interval lies below zero, of {gained} above. By chance "
        "alone there would be about {chance} of each."
    ).format(
        spared=study.spared,
        count=count,
        points=f"{NOTICED:g}",
        missed=study.missed,
        gained=study.gained,
        chance=f"{count / 40:.0f}",
    )
    yield _(
        "There, 8 of the 96 heads of an encoder changed BLEU significantly (p < 0.01), half of "
        "them for the better (section 3.2)."
    )


def _second_verdict(study: HeadStudy) -> Iterator[str]:
    """It holds if cross-attention leaves least of the three, with half and with all of it off."""
    at, _half_count = _half(study, "cross")
    halves, without = ({kind: study.curve(kind)[i][1] for kind in KINDS} for i in (at, -1))
    holds = all(min(left, key=left.__getitem__) == "cross" for left in (halves, without))
    line = (
        _(
            "“Cross-attention can spare its heads least” (Michel et al. 2019, section 5; Voita et "
            "al. 2019, section 6.3): holds for this model."
        )
        if holds
        else _(
            "“Cross-attention can spare its heads least” (Michel et al. 2019, section 5; Voita et "
            "al. 2019, section 6.3): does not hold here in every respect."
        )
    )
    yield ("✓ " if holds else "✗ ") + line
    yield _(
        "So many heads of one attention can go together before {points} point of BLEU is lost: "
        "{found}."
    ).format(
        points=f"{NOTICED:g}",
        found=", ".join(f"{_(SHORT_NAMES[kind])} {study.affordable(kind)}" for kind in KINDS),
    )
    yield _("With all heads of one attention off, BLEU is: {found}.").format(
        found=", ".join(f"{_(SHORT_NAMES[kind])} {without[kind]:.1f}" for kind in KINDS)
    )


def _by_kind(study: HeadStudy) -> Picture:
    at, half = _half(study, "cross")
    return _curves(
        study,
        "one-attention",
        KINDS,
        SHORT_NAMES,
        title=_("BLEU when heads of one attention are off, smallest gradient first"),
        said=_("With {count} heads of one attention off, BLEU is: {found}.").format(
            count=half,
            found=", ".join(
                f"{_(SHORT_NAMES[kind])} {study.curve(kind)[at][1]:.1f}" for kind in KINDS
            ),
        ),
    )


def _together(study: HeadStudy) -> Picture:
    at, half = _half(study, "importance")
    return _curves(
        study,
        "all-attentions",
        ALL_HEADS,
        ORDER_NAMES,
        title=_("BLEU when heads of all attentions are off"),
        said=_(
            "{spared} of {count} heads can go together before {points} point of BLEU is lost; with "
            "{half} off, BLEU is {bleu}."
        ).format(
            spared=max(study.affordable(order) for order in ALL_HEADS),
            count=len(study.heads),
            points=f"{NOTICED:g}",
            half=half,
            bleu=", ".join(
                f"{study.curve(order)[at][1]:.1f} ({_(ORDER_NAMES[order])})" for order in ALL_HEADS
            ),
        ),
    )


def _half(study: HeadStudy, order: Order) -> tuple[int, int]:
    """The point in the middle of a curve, and how many heads are off there."""
    points = study.curves[order]
    return len(points) // 2, points[len(points) // 2].removed


def _curves(
    study: HeadStudy,
    name: str,
    orders: tuple[Order, ...],
    names: Mapping[str, str],
    title: str,
    said: str,
) -> Picture:
    curves = {order: study.curve(order) for order in orders}
    rows = [
        (_(names[order]), off, bleu, *change)
        for order, curve in curves.items()
        for (off, bleu), (_removed, change) in zip(curve, study.curves[order], strict=True)
    ]
    titles = (
        _("order"),
        _("heads off"),
        "BLEU",
        _("change of BLEU"),
        _("from (95 percent)"),
        _("to (95 percent)"),
    )
    return Picture.of(
        name,
        curves_figure,
        {f"{{order: study.curve(order) for order in {orders!r}}}": curves},
        setup=SETUP.format(model=st.session_state["model"]),
        said=said,
        table=dict(zip(titles, zip(*rows, strict=True), strict=True)),
        names={order: _(names[order]) for order in orders},
        title=title,
        axes=(_("heads off"), "BLEU"),
        dark=st.context.theme.type == "dark",
    )


def _left(study: HeadStudy) -> Picture:
    left = {kind: study.left("importance", kind) for kind in KINDS}
    at, half = _half(study, "importance")
    names = {kind: _(name) for kind, name in SHORT_NAMES.items()}
    return Picture.of(
        "heads-left",
        curves_figure,
        {f"{{kind: study.left('importance', kind) for kind in {KINDS!r}}}": left},
        setup=SETUP.format(model=st.session_state["model"]),
        said=_(
            "Smallest gradient first: when {half} heads are off, these are left: {found}."
        ).format(
            half=half, found=", ".join(f"{names[kind]} {left[kind][at][1]}" for kind in KINDS)
        ),
        table={_("heads off"): [off for off, _count in left["cross"]]}
        | {names[kind]: [count for _off, count in left[kind]] for kind in KINDS},
        names=names,
        title=_("Heads left of each attention"),
        axes=(_("heads off"), _("heads left")),
        dark=st.context.theme.type == "dark",
    )


def _third_verdict(study: HeadStudy) -> str:
    """It holds if most of the heads left are cross-attention's once half of all are off."""
    at, _half_count = _half(study, "importance")
    left = {kind: study.left("importance", kind)[at][1] for kind in KINDS}
    if max(left, key=left.__getitem__) == "cross":
        return "✓ " + _(
            "“Cross-attention keeps its heads longest” (Voita et al. 2019, section 6.3): holds for "
            "this order."
        )
    return "✗ " + _(
        "“Cross-attention keeps its heads longest” (Voita et al. 2019, section 6.3): does not hold "
        "for this order, in which the gradients of every sub-layer are scaled to the same norm."
    )


def _how(study: HeadStudy) -> str:
    return _(
        "{data}, {sentences} sentences, greedy search, sacrebleu ({signature}), intervals by "
        "paired bootstrap (Koehn 2004, 1000 resamples). The order comes from one pass: the mean "
        "size of the gradient of the loss with respect to a head's gate, divided by its norm over "
        "the heads of the same sub-layer (Michel et al. 2019, section 4.1). Both papers' "
        "models had 6 layers; Voita et al. trained while they pruned, here nothing is trained "
        "again. “{flattered}” was put in order on the same sentences, which flatters it. Measured "
        "by “python -m transformer heads”."
    ).format(
        data=study.data,
        sentences=study.sentences,
        signature=study.signature,
        flattered=_(ORDER_NAMES["loss"]),
    )


def _name(place: Place) -> str:
    kind, layer, head = place
    return f"{_(SHORT_NAMES[kind])} {layer + 1}.{head + 1}"


main()
