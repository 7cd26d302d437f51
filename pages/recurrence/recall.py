"""Remember one letter for k steps: two recurrent networks and a Transformer, trained here."""

import math
from collections.abc import Iterator, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages import N_
from pages.shared.export import copy_link
from pages.shared.language import _
from pages.shared.picture import Picture, show
from pages.shared.slots import moment, paced, slot
from pages.shared.speed import BENCHMARKS
from transformer.figures.recall import recall_figure
from transformer.recall import (
    BATCH,
    CHANCE,
    DISTANCES,
    ENOUGH,
    KINDS,
    LETTERS,
    STEPS,
    UNSEEN,
    Recalled,
    accuracies,
    measure,
    reach,
)
from transformer.results import load_results

NAMES = {"tanh": N_("RNN (tanh)"), "rnn": N_("RNN (LSTM)"), "transformer": "Transformer"}
FORGET_GATE = 1 / (1 + math.exp(-1))  # of an LSTM before training
OWN = "_own_recall"  # what this visitor's own trainings can, in their order
OWN_DISTANCES = (5, 10, 20, 50)
CURVES = "{kind: accuracies(results, kind) for kind in KINDS if accuracies(results, kind).size}"
SETUP = """\
from transformer.recall import KINDS, Recalled, accuracies
from transformer.results import load_results
from transformer.translator import MODELS
path = MODELS.parent / "benchmarks" / "recall.json"
machine, results = load_results(path, Recalled, "recall")"""
SETUP_OWN = """\
from itertools import islice
from transformer.recall import KINDS, accuracies, measure
results = list(islice(measure({distances}), {count}))  # trains them again"""


def main() -> None:
    st.header(_("Who remembers longer?"))
    st.write(
        _(
            "A sequence of k random letters is read; then the model must say which letter stood at "
            "its beginning, k steps ago. Everything between is distraction. An RNN carries the "
            "letter through k steps of its state, and what it learns from must come back through "
            "as many; attention looks at the letter directly. The task is that of Hochreiter and "
            "Schmidhuber (1997, section 5.2)."
        )
    )
    machine, results = load_results(BENCHMARKS / "recall.json", Recalled, "recall")
    st.subheader("1. " + _("Measured beforehand"))
    show(_picture(results, "recall", SETUP, DISTANCES))
    for line in _verdicts(results):
        st.text(line)
    _how(results, machine.processor)
    st.subheader("2. " + _("Train them now"))
    pressed = st.button(_("Start the training"), key="start", type="primary", icon="▶️")
    controls, place = st.container(), st.empty()
    if not pressed:
        with place.container():
            _own(results)
    st.divider()
    copy_link()
    if pressed:  # last: what follows a training in this script is not drawn until it ends
        st.session_state[OWN] = []
        with controls, slot():
            _train(place)
        st.rerun()


def _how(results: Sequence[Recalled], processor: str) -> None:
    st.caption(
        _(
            "Three models of 13,000 to 16,000 parameters, one layer each. For every k each one is "
            "trained anew, from {seeds} random beginnings, until it is right {enough} of the time, "
            "with at most {steps} steps of {batch} sequences; bars reach from the worst to the "
            "best. The share is of {unseen} sequences that it has not seen. With more steps an RNN "
            "may get further: what is compared is what is learned from equally many examples. "
            "The LSTM begins with forget gates of {gate} (Jozefowicz et al. 2015): after {k} steps "
            "{left} of a cell are left, until it learns to open them further. Why it is hard: "
            "Bengio et al. (1994). Measured on {processor}, one thread, by “python -m transformer "
            "benchmark recall”."
        ).format(
            seeds=len({found.seed for found in results}),
            enough=f"{ENOUGH:.0%}",
            steps=STEPS,
            batch=BATCH,
            unseen=UNSEEN,
            processor=processor,
            gate=f"σ(1) = {FORGET_GATE:.2f}",
            k=20,
            left=f"{FORGET_GATE**20:.1%}",
        )
    )


def _train(place: DeltaGenerator) -> None:
    """Every kind at a few distances, drawn as it goes; a click on Stop leaves what there is."""
    results = st.session_state[OWN]
    for number, last in enumerate(paced(_kept(results))):
        with place.container():
            done = sum(found.over for found in results)
            st.progress(
                done / (len(KINDS) * len(OWN_DISTANCES)),
                _("{model}, k = {distance}: {accuracy} after {steps} steps").format(
                    model=_(NAMES[last.kind]),
                    distance=last.distance,
                    accuracy=f"{last.accuracy:.0%}",
                    steps=last.steps,
                ),
            )
            if done:
                moment(_own_picture(results), number)


def _kept(results: list[Recalled]) -> Iterator[Recalled]:
    for found in measure(OWN_DISTANCES):
        results.append(found)
        yield found


def _own(shipped: Sequence[Recalled]) -> None:
    """What this visitor has trained, or how long that would take."""
    results = st.session_state.get(OWN, [])
    if not any(found.over for found in results):
        alike = [f for f in shipped if f.distance in OWN_DISTANCES and f.seed == 1 and f.over]
        st.text(
            _("The same at k = {distances}, once each: {seconds} seconds of work.").format(
                distances=", ".join(map(str, OWN_DISTANCES)),
                seconds=f"{sum(found.seconds for found in alike):.0f}",
            )
        )
        return
    show(_own_picture(results))
    for line in _verdicts(results):
        st.text(line)
    seconds = sum(found.seconds for found in results if found.over)
    st.caption(_("Work of the processor: {seconds} s.").format(seconds=f"{seconds:.1f}"))


def _own_picture(results: Sequence[Recalled]) -> Picture:
    setup = SETUP_OWN.format(distances=OWN_DISTANCES, count=len(results))
    return _picture(results, "own-recall", setup, OWN_DISTANCES)


def _picture(
    results: Sequence[Recalled], name: str, setup: str, distances: Sequence[int]
) -> Picture:
    curves = {kind: accuracies(results, kind) for kind in KINDS if accuracies(results, kind).size}
    names = {kind: _(NAMES[kind]) for kind in curves}
    table = [(names[kind], *column) for kind, curve in curves.items() for column in curve.T]
    titles = (_("model"), "k", _("mean accuracy"), _("worst"), _("best"))
    return Picture.of(
        name,
        recall_figure,
        {CURVES: curves},
        setup=setup,
        said=_said(results),
        table=dict(zip(titles, zip(*table, strict=True), strict=True)),
        names=names,
        chance=(CHANCE, _("guessing: 1 of {letters} letters").format(letters=LETTERS)),
        ticks=list(distances),
        title=_("Which letter stood k steps ago?"),
        axes=(_("k, steps to remember"), _("sequences answered rightly")),
        dark=st.context.theme.type == "dark",
    )


def _said(results: Sequence[Recalled]) -> str:
    """All kinds at the longest distance that all of them have been trained for."""
    means = {kind: dict(accuracies(results, kind)[:2].T.tolist()) for kind in KINDS}
    shared = set.intersection(*(set(mean) for mean in means.values() if mean))
    longest = max(shared)
    return _("After k = {distance} steps: {found}; guessing gives {chance}.").format(
        distance=int(longest),
        found=", ".join(
            f"{_(NAMES[kind])} {mean[longest]:.0%}" for kind, mean in means.items() if mean
        ),
        chance=f"{CHANCE:.1%}",
    )


def _verdicts(results: Sequence[Recalled]) -> Iterator[str]:
    """For every kind, how far it remembers without fail."""
    for kind in KINDS:
        if not accuracies(results, kind).size:
            continue
        far, last = reach(results, kind), int(accuracies(results, kind)[0].max())
        line = (
            _("{model}: remembers at every distance trained, up to k = {far}.")
            if far == last
            else _("{model}: learns it reliably up to k = {far}, no longer at every k beyond.")
            if far
            else _("{model}: does not learn it reliably at any distance trained.")
        )
        yield line.format(model=_(NAMES[kind]), far=far)


main()
