"""The visitor's English beside the model's own: what each is worth to the model, and who wins."""

import numpy as np
import streamlit as st

from pages.shared import goto
from pages.shared.changes import current_edits, current_english
from pages.shared.compare import compare
from pages.shared.guard import literal
from pages.shared.language import _, explain
from pages.shared.picture import Picture, show
from pages.shared.sentence import current_text
from pages.shared.stage import proof
from pages.shared.translation import BEAM_SIZE, load, translate
from transformer import Translation, UsageError
from transformer.analysis.check import Check
from transformer.analysis.continuation import score_by_steps
from transformer.analysis.view import numbered
from transformer.edit_codes import read_edits, write_edits
from transformer.figures.cumulated import cumulated_figure

OWN_SETUP = """\
import numpy as np
from transformer.analysis.view import numbered
own = translator.translate({text!r}, beam_size={beam}{edits})
"""
LOGS = "np.log([step.probability for step in {name}.search.steps])"


def against_the_models_own(translation: Translation) -> None:
    """Both texts, what each is worth to the model, and who wins."""
    model, text, edits = st.session_state["model"], current_text(), current_edits()
    own = translate(model, text, edits).translation
    compare(own, translation, titles=(_("The model's own"), _("Yours")), key="texts")
    both = [found.search.hypotheses[0] for found in (translation, own)]
    totals = np.array([found.log_probability for found in both])
    scores = np.array([found.score for found in both])
    lengths = np.array([len(found.ids) for found in both])
    means = totals / lengths
    if translation.target.ids == own.target.ids:
        st.text(_("You wrote what the model writes itself, piece by piece."))
    else:
        st.text(_verdict(totals, means, scores))
    st.dataframe(
        {
            _("English"): [_("Yours"), _("The model's own"), _("Difference")],
            _("Pieces"): [*map(str, lengths), f"{lengths[0] - lengths[1]}"],
            _("Log-probability"): _with_difference(totals),
            _("Log-probability per piece"): _with_difference(means),
            _("Score"): _with_difference(scores),
        },
        hide_index=True,
        width="stretch",
    )
    try:
        proof(_by_steps(model, text, write_edits(edits), current_english()))
    except UsageError as error:
        st.caption(literal(explain(error)))
    st.caption(
        _(
            "Log-probabilities are in nats: one nat less is 2.72 times less probable. The score is "
            "the log-probability divided by ((5 + pieces) / 6), so that long translations are not "
            "put at a disadvantage (Wu et al. 2016, section 7). Recomputed: the log-probability of "
            "your English, piece by piece as when the model writes."
        )
    )
    show(_race(translation, own))
    if own.record.maps() and st.button(_("Look at all heads with your English")):
        goto.go("attention")


def _race(translation: Translation, own: Translation) -> Picture:
    """Both sentences piece by piece: where yours falls behind."""
    yours_L, own_L = (
        np.log([step.probability for step in found.search.steps]) for found in (translation, own)
    )
    yours, pieces = numbered(translation.target.pieces), numbered(own.target.pieces)
    names = (_("Yours"), _("The model's own"))
    length = max(len(yours), len(pieces))
    columns = [
        [*column, *[""] * (length - len(column))] for column in (yours, yours_L, pieces, own_L)
    ]
    code = write_edits(current_edits())
    return Picture.of(
        "race",
        cumulated_figure,
        {
            LOGS.format(name="translation"): yours_L,
            LOGS.format(name="own"): own_L,
            "numbered(translation.target.pieces)": yours,
            "numbered(own.target.pieces)": pieces,
        },
        setup=OWN_SETUP.format(text=current_text(), beam=BEAM_SIZE, edits=edits_argument(code)),
        names=names,
        title=_("Log-probability so far, from piece to piece"),
        axes=(_("pieces so far"), _("nats")),
        dark=st.context.theme.type == "dark",
        said=_(
            "In yours “{piece}” costs most, {cost} of {total} nats; in the model's own translation "
            "“{other}”, {least} of {sum}."
        ).format(
            piece=yours[yours_L.argmin()],
            cost=f"{-yours_L.min():.2f}",
            total=f"{-yours_L.sum():.2f}",
            other=pieces[own_L.argmin()],
            least=f"{-own_L.min():.2f}",
            sum=f"{-own_L.sum():.2f}",
        ),
        table={
            names[0]: columns[0],
            _("Log-probability of yours"): columns[1],
            names[1]: columns[2],
            _("Log-probability of its own"): columns[3],
        },
    )


def edits_argument(code: str) -> str:
    """What a notebook's call takes besides: its head imports ``read_edits`` if there are any."""
    return f", edits=read_edits({code!r})" if code else ""


def _with_difference(both: np.ndarray) -> list[str]:
    return [*(f"{number:.3f}" for number in both), f"{both[0] - both[1]:+.3f}"]


def _verdict(totals: np.ndarray, means: np.ndarray, scores: np.ndarray) -> str:
    """Each is a pair: yours, the model's own."""
    wins = (
        _(
            "Yours wins: its score is {yours}, that of the model's own translation {own}. The "
            "model finds yours better; its search did not come across it."
        )
        if scores[0] > scores[1]
        else _("The model's own translation wins: its score is {own}, yours has {yours}.")
    )
    nats = _("Log-probability of yours less that of its own: {total} nats, per piece {mean}.")
    return " ".join([wins, nats]).format(
        yours=f"{scores[0]:.3f}",
        own=f"{scores[1]:.3f}",
        total=f"{totals[0] - totals[1]:+.2f}",
        mean=f"{means[0] - means[1]:+.2f}",
    )


# Written piece by piece: once for a text.
@st.cache_data(max_entries=256, show_spinner=False)
def _by_steps(model: str, text: str, edits: str, english: str) -> Check:
    held = read_edits(edits)
    return score_by_steps(load(model), translate(model, text, held, english).translation, held)
