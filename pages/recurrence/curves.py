"""Measured dependence as curves: kept for the next visitor, drawn, and put into words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture
from pages.shared.sentence import current_text
from pages.shared.speed import ARCHITECTURE_NAMES
from pages.shared.translation import MANY_PIECES, load
from transformer.analysis.dependence import Curve
from transformer.analysis.gradients import dependence
from transformer.analysis.untrained import untrained
from transformer.figures.dependence import dependence_figure

SETUP = """\
from transformer import Translator
from transformer.analysis.gradients import dependence
from transformer.analysis.untrained import untrained
from transformer.translator import MODELS
curves = {{}}
for name, gain, label in {lines!r}:
    reader = Translator.load(MODELS / name)
    ids = reader.tokenizer.encode({text!r}).ids[:{longest}]
    curves[label] = dependence({model}, ids, gain).curve()
"""


ALIKE = 0.05  # rates that differ by a smaller share are said to be the same


class Line(NamedTuple):
    """One curve: of which model, its recurrent weights times ``gain``, under which name."""

    model: str
    gain: float
    label: str


# A curve takes a few kilobytes, and a tenth of a second to some seconds to measure.
@st.cache_resource(max_entries=512, show_spinner=False)
def measured(model: str, text: str, before: bool, gain: float = 1.0) -> Curve:
    """The curve of a shipped model, trained or with its first weights."""
    translator = load(model)
    ids = translator.tokenizer.encode(text).ids[:MANY_PIECES]
    network = untrained(translator.model.config) if before else translator.model
    return dependence(network, ids, gain).curve()


def label_of(model: str) -> str:
    """What kind of model it is, and its name."""
    return f"{_(ARCHITECTURE_NAMES[load(model).model.config.arch])} ({model})"


def curves_of(lines: Sequence[Line]) -> dict[str, Curve]:
    """The curves of the sentence in the bar, by their labels."""
    text, before = current_text(), st.session_state["before"]
    return {line.label: measured(line.model, text, before, line.gain) for line in lines}


def percent(share: float) -> str:
    """Whole percent, or two digits where that would be next to nothing."""
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def rate(curve: Curve) -> str:
    """What each further piece multiplies the dependence by; a dash where nobody can tell."""
    return "–" if np.isnan(curve.rate) else f"× {curve.rate:.2f}"


def alike(one: float, other: float) -> bool:
    """Whether two rates are the same, for what can be said of them."""
    return abs(np.log(one / other)) < ALIKE


def picture(
    name: str, lines: Sequence[Line], said: str, title: str, faint: Sequence[str] = ()
) -> Picture:
    """The curves of these lines in one figure."""
    curves = curves_of(lines)
    before = st.session_state["before"]
    return Picture.of(
        name,
        dependence_figure,
        {"curves": curves},
        setup=SETUP.format(
            lines=[tuple(line) for line in lines],
            text=current_text(),
            longest=MANY_PIECES,
            model="untrained(reader.model.config)" if before else "reader.model",
        ),
        faint=list(faint),
        title=title,
        axes=(_("pieces to the left – the piece itself – pieces to the right"), ""),
        dark=st.context.theme.type == "dark",
        said=said,
        table=_table(curves),
    )


def _table(curves: Mapping[str, Curve]) -> dict[str, Sequence]:
    """One row for each distance of each curve, the raw norms among them."""
    models = [name for name, curve in curves.items() for _number in curve.distances]

    def column(field: str) -> np.ndarray:
        return np.concatenate([getattr(curve, field) for curve in curves.values()])

    return {
        _("model"): models,
        _("pieces back"): column("distances"),
        _("mean, relative"): column("mean"),
        _("smallest"): column("low"),
        _("largest"): column("high"),
        _("norm of the Jacobian, mean"): column("norm"),
        _("its standard error, as a share"): column("error"),
        _("states"): column("states"),
    }
