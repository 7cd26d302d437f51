"""Vanishing and exploding: the same gradients with larger and with smaller recurrent weights."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.recurrence.curves import Line, alike, curves_of, picture, rate
from pages.shared.language import _
from pages.shared.memory import GAINS
from pages.shared.picture import show
from transformer.analysis.dependence import Curve


def scaled_weights(lines: Sequence[Line]) -> None:
    """The part of the page with the slider; ``lines`` are those of the recurrent models."""
    st.subheader(_("Vanishing and exploding gradients"))
    st.write(
        _(
            "In a plain RNN every step multiplies the state by the same matrix, and so the "
            "gradient over many steps by its powers: it vanishes or explodes (Bengio et al. 1994; "
            "Pascanu et al. 2013). An LSTM adds to a memory cell, so as to prevent just that. "
            "Make the encoder's recurrent weights W_hh larger or smaller, and see."
        )
    )
    if not lines:
        st.text(_("This takes a recurrent model, and none is here."))
        return
    st.select_slider(
        _("Recurrent weights times"),
        GAINS,
        key="gain",
        persist_state="session",
        width=420,
    )
    gain = float(st.session_state["gain"])
    scaled = [Line(line.model, gain, f"{line.label}, W × {gain:g}") for line in lines if gain != 1]
    curves = curves_of([*lines, *scaled])
    plain = [curves[line.label] for line in lines]
    changed = [curves[line.label] for line in scaled] or plain
    st.text(_verdict(lines[0].model, plain[0], changed[0], gain))
    rates = [
        _("{model} {rate} instead of {plain}").format(
            model=line.model, rate=rate(after), plain=rate(before)
        )
        for line, before, after in zip(lines, plain, changed, strict=True)
    ]
    said = _("What each piece further back multiplies the dependence by: {rates}.").format(
        rates=", ".join(rates)
    )
    title = _("With recurrent weights times {gain}").format(gain=f"{gain:g}")
    faint = [line.label for line in lines] if scaled else []
    show(picture("scaled-weights", [*scaled, *lines], said, title, faint))


def _verdict(model: str, plain: Curve, scaled: Curve, gain: float) -> str:
    """What the slider did to the first model, and whether that is what one reads in books."""
    if np.isnan(plain.rate):
        return _("This sentence is too short to tell: add some words.")
    if gain == 1:
        said = _("These are the weights as they are: move the slider.")
    elif alike(scaled.rate, plain.rate):
        said = _(
            "That hardly changes how {model} forgets, unlike in the textbook: its gradient runs "
            "through the memory cell, too, where the forget gate stands in place of W_hh."
        )
    elif alike(scaled.rate, 1):
        said = _(
            "With these weights the dependence in {model} is about the same at every distance: "
            "the gradient neither vanishes nor explodes."
        )
    elif gain > 1 and scaled.rate > 1:
        said = _(
            "With these weights the dependence in {model} grows with distance: the gradient "
            "explodes, as in the textbook."
        )
    elif (gain > 1) == (scaled.rate > plain.rate):
        said = (
            _("Larger weights make {model} forget more slowly, as in the textbook.")
            if gain > 1
            else _("Smaller weights make {model} forget faster, as in the textbook.")
        )
    else:
        said = _(
            "In {model} it goes the other way round than in the textbook: W_hh also drives the "
            "gates of an LSTM, so that a larger W_hh need not mean a larger gradient."
        )
    return said.format(model=model)
