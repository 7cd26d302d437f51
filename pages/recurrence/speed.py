"""Why not an RNN? What its layers cost by length: in theory, measured, and in trained models."""

from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.recurrence.compared import compared_models
from pages.shared.export import copy_link
from pages.shared.language import _
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.slots import paced, slot
from pages.shared.speed import (
    ARCHITECTURE_NAMES,
    BATCH_NAMES,
    BENCHMARKS,
    LENGTH_CODES,
    TIMED_NAMES,
)
from transformer.analysis.layer_costs import LayerCost, recurrent_cost, self_attention_cost
from transformer.benchmark import SIZE, all_cases, measure, this_machine
from transformer.config import ModelConfig, RecurrentConfig
from transformer.figures.architectures import timing_figure
from transformer.timings import BreakEven, Curve, Measured, Sample, against
from transformer.translator import pick_device

SHIPPED = BENCHMARKS / "recurrence.json"
OWN = "_own_timings"  # what this visitor measured
OWN_LENGTHS, OWN_ROUNDS, OWN_AT_MOST = (8, 16, 32, 64, 128, 256), 3, 0.5
CURVES = "{{arch: curve.rows for arch, curve in measured.curves({timed!r}, {pieces}).items()}}"
SETUP = """\
from transformer.timings import Measured
from transformer.translator import MODELS
measured = Measured.load(MODELS.parent / "benchmarks" / "recurrence.json")
"""
SETUP_OWN = """\
from transformer.benchmark import all_cases, measure, this_machine
from transformer.timings import Measured
from transformer.translator import pick_device
# Measured anew, on the machine of the notebook.
device = pick_device()
cases = all_cases({lengths}, [{timed!r}], [{pieces}])
measured = Measured.of(this_machine(device), list(measure(cases, {rounds}, device, {at_most})))
"""


def main() -> None:
    st.header(_("Is a Transformer faster?"))
    st.write(
        _(
            "A recurrent network (RNN) reads one piece after the other: each state waits for the "
            "one before. Self-attention computes all positions at once. What that buys depends on "
            "the length of the sentence, on its width d, and on the machine."
        )
    )
    st.subheader("1. " + _("What a layer costs"))
    _costs()
    st.subheader("2. " + _("What was measured"))
    _shipped()
    own = st.container()
    st.subheader("3. " + _("Four models, trained alike"))
    compared_models()
    st.divider()
    copy_link()
    _own(own)  # last: what follows a measurement in this script is not drawn until it ends


def _costs() -> None:
    """Table 1 of the paper for the layers of our models, with numbers for a length."""
    st.select_slider(
        _("n, pieces of the sentence"), LENGTH_CODES, key="length", persist_state="session"
    )
    n = int(st.session_state["length"])
    transformer = ModelConfig.preset(SIZE)
    one, both = (RecurrentConfig.preset(arch, SIZE) for arch in ("rnn", "birnn"))
    attention = self_attention_cost(n, transformer)
    forwards, two_way = recurrent_cost(n, one), recurrent_cost(n, both)
    width, half = transformer.heads * transformer.d_k, both.d_state // 2
    rows = (
        (_("Self-attention"), attention, "1", rf"n^2 d = {n}^2 \cdot {width}"),
        (_("RNN, one direction"), forwards, "n", rf"n d^2 = {n} \cdot {one.d_state}^2"),
        (
            _("RNN, both directions"),
            two_way,
            "n",
            rf"2 n (\tfrac d2)^2 = 2 \cdot {n} \cdot {half}^2",
        ),
    )
    head = (
        _("Layer"),
        _("Longest path of a signal"),
        _("Steps one after the other"),
        _("Operations"),
        _("All multiplications"),
    )
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    st.markdown("\n".join(lines + [_row(*row) for row in rows]))
    st.text(
        _(
            "From the first of {n} pieces to the last, a signal passes 1 link in self-attention "
            "and {path} in an RNN. With these widths d, self-attention takes fewer operations than "
            "the RNN in one direction up to n = {even}; at n = {n} it takes {share} times as many."
        ).format(
            n=n,
            path=forwards.path,
            even=one.d_state**2 // width,
            share=f"{attention.operations / forwards.operations:.2f}",
        )
    )
    st.caption(
        _(
            "Longest path, sequential steps and operations as in table 1 of Vaswani et al. (2017), "
            "with the widths d of the models measured below. In one direction nothing ever gets "
            "from a later piece to an earlier one; two directions read at the same time, each half "
            "as wide. The last column also counts the matrices W_Q, W_K, W_V and W_O of attention "
            "and the four gates of an LSTM, the kind of RNN here."
        )
    )


def _row(name: str, cost: LayerCost, symbol: str, operations: str) -> str:
    """A line of the table in Markdown; all of it is our own text."""
    path = "1" if symbol == "1" else f"$n = {cost.path}$"
    waits = "1" if symbol == "1" else f"$n = {cost.waits}$"
    total = f"{cost.operations:,}".replace(",", r"\,")
    return f"| {name} | {path} | {waits} | ${operations} = {total}$ | {cost.multiplications:,} |"


def _shipped() -> None:
    """The curves that come with the app, and what they say."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, names, key in (
            (_("Timed"), TIMED_NAMES, "timed"),
            (_("Batch"), BATCH_NAMES, "batch"),
        ):
            pick(label, list(names), key, names)
    measured = Measured.load(SHIPPED)
    show(_picture(measured, "timings", SETUP))
    st.text("\n".join(_verdicts(measured.curves(*_chosen()))))
    _how(measured)


def _chosen() -> tuple[str, int]:
    """What is timed, and the pieces of a batch."""
    return st.session_state["timed"], int(st.session_state["batch"])


def _picture(measured: Measured, name: str, setup: str) -> Picture:
    timed, pieces = _chosen()
    curves = measured.curves(timed, pieces)
    names = {arch: _(ARCHITECTURE_NAMES[arch]) for arch in curves}
    return Picture.of(
        name,
        timing_figure,
        {
            CURVES.format(timed=timed, pieces=pieces): {
                arch: curve.rows for arch, curve in curves.items()
            }
        },
        setup=setup,
        names=names,
        title=_("Seconds forward and backward: {timed}, {batch}").format(
            timed=_(TIMED_NAMES[timed]), batch=_(BATCH_NAMES[str(pieces)])
        ),
        axes=(_("length in pieces"), _("seconds")),
        dark=st.context.theme.type == "dark",
        said=_said(curves),
        table={
            _("model"): [names[a] for a, curve in curves.items() for _n in curve.lengths],
            _("length"): [n for curve in curves.values() for n in curve.lengths],
            _("seconds"): [s for curve in curves.values() for s in curve.seconds],
            _("lower quartile"): [s for curve in curves.values() for s in curve.low],
            _("upper quartile"): [s for curve in curves.values() for s in curve.high],
        },
    )


def _said(curves: dict[str, Curve]) -> str:
    """The times of the longest sequence that most kinds were timed with."""
    lengths = [curve.lengths for curve in curves.values()]
    longest = max(sum(lengths, ()), key=lambda n: (sum(n in own for own in lengths), n))
    times = [
        f"{_(ARCHITECTURE_NAMES[arch])} {1000 * curve.at([longest])[0]:.0f} ms"
        for arch, curve in curves.items()
        if longest in curve.lengths
    ]
    return _("{length} pieces take: {times}.").format(length=longest, times="; ".join(times))


def _verdicts(curves: dict[str, Curve]) -> Iterator[str]:
    """For each kind of RNN, from which length on the Transformer is faster or slower."""
    for arch in curves:
        if arch != "transformer":
            yield _verdict(arch, against(curves, "transformer", arch))


def _verdict(arch: str, found: BreakEven) -> str:
    if found.first == "transformer":
        line = (
            _("{other}: the Transformer is faster at every length measured.")
            if found.always
            else _(
                "{other}: break-even at about {length} pieces; beyond, the Transformer is faster."
            )
        )
    else:
        line = (
            _("{other}: faster than the Transformer at every length measured.")
            if found.always
            else _("{other}: break-even at about {length} pieces; beyond, this RNN is faster.")
        )
    return line.format(other=_(ARCHITECTURE_NAMES[arch]), length=f"{found.length:.0f}")


def _how(measured: Measured) -> None:
    machine = measured.machine
    st.caption(
        _(
            "Measured on {processor}, {device}, threads: {threads}, torch {torch}: medians of "
            "{rounds} rounds in which the models take turns; the bars are quartiles, and where "
            "they overlap the difference is noise. Float32, models of 5.5 million parameters each; "
            "what takes longer than a second or two is left out. Computing all positions at once "
            "pays off where a machine can do much at once; this one has {cores} cores. An LSTM "
            "layer is one call of the library; the decoder with attention goes piece by piece, "
            "since where it looks depends on its last state. “python -m transformer benchmark "
            "recurrence” measures the same on your machine, also on a GPU."
        ).format(
            processor=machine.processor,
            device=machine.device.upper(),
            threads=machine.threads,
            cores=machine.cores,
            torch=machine.torch,
            rounds=measured.rounds,
        )
    )


def _own(place: DeltaGenerator) -> None:
    """A short measurement on the machine that the app runs on."""
    with place:
        pressed = st.button(_("Measure on this machine"), key="measure_now", icon="⏱️")
        found = st.empty()
        if pressed:
            with slot():
                _measure(found)
        own = st.session_state.get(OWN)
        if own and own.curves(*_chosen()):
            with found.container():
                _show_own(own)


def _measure(place: DeltaGenerator) -> None:
    """Keeps after each step what there is so far: that is what a click on Stop leaves."""
    device = pick_device()
    timed, pieces = _chosen()
    cases = all_cases(OWN_LENGTHS, [timed], [pieces])
    for samples in paced(_growing(measure(cases, OWN_ROUNDS, device, OWN_AT_MOST))):
        place.progress(samples[-1].share, _("measuring ..."))
        found = Measured.of(this_machine(device), samples)
        if found.seconds:
            st.session_state[OWN] = found


def _growing(samples: Iterator[Sample]) -> Iterator[list[Sample]]:
    so_far: list[Sample] = []
    for sample in samples:
        so_far.append(sample)
        yield so_far


def _show_own(own: Measured) -> None:
    timed, pieces = _chosen()
    setup = SETUP_OWN.format(
        lengths=OWN_LENGTHS, timed=timed, pieces=pieces, rounds=OWN_ROUNDS, at_most=OWN_AT_MOST
    )
    show(_picture(own, "own-timings", setup))
    st.caption(
        _("On this machine: {processor}, {device}, threads: {threads}, rounds: {rounds}.").format(
            processor=own.machine.processor,
            device=own.machine.device.upper(),
            threads=own.machine.threads,
            rounds=own.rounds,
        )
    )


main()
