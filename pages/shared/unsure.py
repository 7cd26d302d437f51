"""Where the model is unsure of its English, and what that was measured to mean."""

from collections.abc import Sequence

import streamlit as st

from pages import N_
from pages.shared.changes import current_edits, current_english
from pages.shared.language import _
from pages.shared.translation import load
from transformer.analysis.confidence import Calibration, Doubt, kept_calibration

WAY_NAMES = {"own": N_("as it writes by itself"), "forced": N_("after the reference")}


@st.cache_resource(max_entries=8, show_spinner=False)
def _load(model: str) -> Calibration | None:
    return kept_calibration(model)


def measured() -> Calibration | None:
    """How well calibrated the chosen model is; None if nobody measured it with these weights."""
    model = st.session_state["model"]
    found = _load(model)
    return found if found and found.sha256 == load(model).sha256 else None


def measured_here() -> Calibration | None:
    """The same, for the English on this page; None also if that is not what was measured: if the
    visitor wrote it or changed the model."""
    return None if current_edits() or current_english() else measured()


def say_unsure(doubts: Sequence[Doubt], limit: float) -> str:
    """The words that are marked, in a sentence."""
    if not doubts:
        return _("No word has a piece below {limit}.").format(limit=f"{limit:.2f}")
    words = ", ".join(f"“{doubt.text}” ({_shown(doubt.probability)})" for doubt in doubts)
    return _("Unsure here (with the least probable piece): {words}.").format(words=words)


def say_what_it_means(found: Calibration) -> str:
    """What happened on test sentences where the model was as unsure, and where it was not."""
    test, limit = found.corpora[1], found.limit
    below, above = (
        f"{100 * missing / max(1, pieces):.0f}"
        for pieces, missing in (test.own.between(0, limit), test.own.between(limit, 1))
    )
    return _(
        "Marked: words with a piece of a probability below {limit}. Of 100 such pieces {below} are "
        "not in the reference translation, of 100 others {above} ({data}, {sentences} sentences). "
        "What that one translation lacks can be right, too."
    ).format(
        limit=f"{limit:.2f}",
        below=below,
        above=above,
        data=test.data,
        sentences=f"{test.sentences:,}",
    )


def _shown(probability: float) -> str:
    """As under the words: none is shown as 0."""
    return "<0.01" if probability < 0.005 else f"{probability:.2f}"
