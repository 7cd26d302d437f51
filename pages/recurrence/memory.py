"""Long memory: how much an encoder still knows of a word, by distance, in every kind of model."""

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from pages.recurrence.curves import Line, alike, curves_of, label_of, percent, picture, rate
from pages.recurrence.gain import scaled_weights
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.memory import compared, is_transformer, missing
from pages.shared.picture import show
from pages.shared.translation import MANY_PIECES, load
from transformer import Translation
from transformer.analysis.dependence import Curve
from transformer.analysis.gradients import PROBES
from transformer.analysis.untrained import ROUNDING, distance_to_start
from transformer.figures.dependence import LEVEL
from transformer.translator import MODELS

FAR = 5  # pieces back: the distance that the sentence names, if there are as many


def main() -> None:
    st.header(_("How far back does it remember?"))
    st.write(
        _(
            "A recurrent network (RNN) reads one word after the other: what it knows of an early "
            "word has to survive every later step. A Transformer looks straight at it. How much "
            "does the encoder's state at one piece depend on a piece further away? A gradient "
            "says how much one changes with the other; here it is measured for your sentence."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    if missing():
        st.text(
            _("Not compared, as this copy comes without them: {models}.").format(
                models=", ".join(missing())
            )
        )
    st.toggle(_("Before training: first, random weights"), key="before", persist_state="session")
    names = compared(st.session_state["model"])
    lines = [Line(name, 1.0, label_of(name)) for name in names]
    curves = dict(zip(names, curves_of(lines).values(), strict=True))
    st.text(_verdict(curves))
    _numbers(lines, list(curves.values()))
    _all_models(lines, curves)
    st.caption(_method(curves, len(translation.source.ids)))
    if st.session_state["before"]:
        st.caption(_say_start(names))
    scaled_weights([line for line in lines if not is_transformer(line.model)])
    st.page_link(
        "pages/recurrence/chain.py", label=_("Next: one word's encoding, as chain or sum"), icon="⛓️"
    )


def _verdict(curves: Mapping[str, Curve]) -> str:
    """Whether the first recurrent model forgets faster than the first Transformer, and why not."""
    attending = next(name for name, curve in curves.items() if curve.arch == "transformer")
    reading = next((name for name, curve in curves.items() if curve.arch != "transformer"), "")
    if not reading:
        return _("There is no recurrent model here to compare {model} with.").format(
            model=attending
        )
    one, other = curves[reading], curves[attending]
    if math.isnan(one.rate) or math.isnan(other.rate):
        return _("This sentence is too short to tell who forgets faster: add some words.")
    farthest = int(min(one.distances.max(), other.distances.max()))
    template = _slope(one, other) + " " + _level(one, other, farthest)
    return template.format(
        reading=reading,
        attending=attending,
        rate=f"{one.rate:.2f}",
        other_rate=f"{other.rate:.2f}",
        distance=farthest,
        left=percent(one.at(farthest)),
        other_left=percent(other.at(farthest)),
        first=percent(other.at(1)),
    )


def _slope(reading: Curve, attending: Curve) -> str:
    """Which of them falls faster from one piece to the next."""
    if alike(reading.rate, attending.rate):
        return _(
            "Each piece further back multiplies the dependence by {rate} in {reading} and by "
            "{other_rate} in {attending}: in this sentence both forget about equally fast."
        )
    if reading.rate < attending.rate:
        return _(
            "Each piece further back multiplies the dependence by {rate} in {reading} and by "
            "{other_rate} in {attending}: in this sentence the RNN forgets faster, as the "
            "textbook says."
        )
    return _(
        "Each piece further back multiplies the dependence by {rate} in {reading} and by "
        "{other_rate} in {attending}: in this sentence the RNN does not forget faster. The "
        "textbook argues about plain RNNs; this one is an LSTM, which adds to a memory cell so "
        "that gradients last (Hochreiter and Schmidhuber 1997)."
    )


def _level(reading: Curve, attending: Curve, farthest: int) -> str:
    """How much is left where the two are farthest, which is another question than how fast."""
    if reading.at(farthest) < attending.at(farthest):
        return _(
            "At the largest distance, {distance}, {left} is left in {reading}, {other_left} in "
            "{attending}."
        )
    return _(
        "At the largest distance, {distance}, more is left in {reading}, {left}, than in "
        "{attending}, {other_left}, where {first} was left after the first step."
    )


def _numbers(lines: Sequence[Line], curves: Sequence[Curve]) -> None:
    """Each model's rate, large."""
    st.text(
        _(
            "What each piece further back multiplies the dependence by (the slope of a straight "
            "line through the curve below):"
        )
    )
    with st.container(horizontal=True):
        for line, curve in zip(lines, curves, strict=True):
            first = curve.below(LEVEL)
            st.metric(
                line.label,
                rate(curve),
                _("never below {level}").format(level=percent(LEVEL))
                if math.isinf(first)
                else _("first below {level} {distance} back").format(
                    level=percent(LEVEL), distance=int(first)
                ),
                delta_color="off",
                delta_arrow="off",
            )


def _all_models(lines: Sequence[Line], curves: Mapping[str, Curve]) -> None:
    far = min(FAR, *(int(curve.distances.max()) for curve in curves.values()))
    shares = [f"{name} {percent(curve.at(far))}" for name, curve in curves.items()]
    said = _(
        "100 %: how much a state depends on its own piece. How much on a piece {distance} back: "
        "{shares}."
    ).format(distance=far, shares=", ".join(shares))
    title = _("Dependence on a piece, by its distance")
    show(picture("dependence", lines, said, title))


def _method(curves: Mapping[str, Curve], pieces: int) -> str:
    """What was measured, how exactly, and what is exactly zero."""
    said = [
        _(
            "Measured: the norm (Frobenius) of the Jacobian of the encoder's top state with "
            "respect to an embedding, by automatic differentiation, each state relative to its own "
            "piece. Line: mean over {states} states, band: smallest to largest. The norm is "
            "estimated from {probes} directions (Hutchinson 1990); standard error up to {error}."
        ).format(
            states=max(int(curve.states.max()) for curve in curves.values()),
            probes=PROBES,
            error=percent(max(float(curve.error.max()) for curve in curves.values())),
        )
    ]
    if any(curve.arch == "rnn" for curve in curves.values()):
        said.append(_("What stands to the right, rnn has not read: there its gradient is 0."))
    if pieces > MANY_PIECES:
        said.append(
            _("Only the first {count} pieces of this sentence are read here.").format(
                count=MANY_PIECES
            )
        )
    return " ".join(said)


@st.cache_data(max_entries=8, show_spinner=False)
def _distance(model: str) -> float:
    return distance_to_start(load(model), MODELS / model / "snapshots" / "000000.npz")


def _say_start(names: Sequence[str]) -> str:
    """Which of the first weights are known to be those of the run."""
    proven = [name for name in names if _distance(name) <= ROUNDING]
    said = _("Before training: random weights, built again from seed 1, with which the runs began.")
    if not proven:
        return said
    return (
        said
        + " "
        + _(
            "Proof for {models}: attention weights recorded at step 0 differ by {distance} at "
            "most, which is what rounding them to float16 explains. A model without attention has "
            "no such record."
        ).format(
            models=", ".join(proven), distance=f"{max(_distance(name) for name in proven):.6f}"
        )
    )


main()
