"""Your own English: where the model is surprised by it, and what it would have written instead."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from pages import N_
from pages.change.against import against_the_models_own, edits_argument
from pages.shared.changes import current_edits, current_english
from pages.shared.english_box import english_box
from pages.shared.examples import EXAMPLES
from pages.shared.guard import literal
from pages.shared.language import _, explain
from pages.shared.live import live
from pages.shared.odds import odds
from pages.shared.picture import Picture, show
from pages.shared.sentence import current_text
from pages.shared.side import pick_piece
from pages.shared.translation import load, translate
from transformer import Translation, UsageError
from transformer.analysis.continuation import Alternative, alternatives
from transformer.analysis.view import numbered
from transformer.edit_codes import read_edits, write_edits
from transformer.figures.expected import expected_figure
from transformer.figures.score import row_figure
from transformer.translator import Step

STEPS = """\
import numpy as np
from transformer.analysis.view import numbered
steps = translation.search.steps
"""
THERE = """\
import numpy as np
from transformer.analysis.continuation import alternatives
there = alternatives(translator, translation, {place}{edits})
odds = np.array([other.probability for other in there])
"""


class Own(NamedTuple):
    """English of ours for a French example, and what is wrong or unexpected at which ``piece``."""

    text: str
    english: str
    piece: int
    shows: str


OWN = (
    Own(EXAMPLES[0].text, "The black cat sleeps on the sofa.", 8, N_("another word: sofa")),
    Own(EXAMPLES[2].text, "She lost his keys last night.", 3, N_("the wrong word: his")),
    Own(EXAMPLES[2].text, "He lost his keys last night.", 3, N_("the wrong person: he")),
    Own(EXAMPLES[2].text, "She lost her key last night.", 4, N_("one key instead of several")),
    Own(EXAMPLES[0].text, "The cat black sleeps on the couch.", 2, N_("the adjective last")),
    Own(EXAMPLES[2].text, "Last night she lost her keys.", 1, N_("right, but in another order")),
)


def main() -> None:
    st.header(_("Your own English"))
    st.write(
        _(
            "Type any English. The model reads it along with the French and says before every "
            "piece how probable it finds it, given the pieces before it. The likeliest of all "
            "pieces has rank 1."
        )
    )
    english_box(_("Your English (empty: the model's own translation)"), _("Show it to the model"))
    with st.container(horizontal=True, vertical_alignment="center"):
        for number, own in enumerate(OWN):
            st.button(
                _(own.shows),
                key=f"own_{number}",
                on_click=st.session_state.update,
                args=({"text": own.text, "english": own.english, "piece": own.piece},),
            )
    live(_draw)


def _draw(translation: Translation) -> None:
    if current_english():
        against_the_models_own(translation)
    else:
        st.text(_("The box is empty: this is the model's own translation."))
    pieces = numbered(translation.target.pieces)
    st.subheader("1. " + _("How far the model expected this"))
    above = st.container()
    st.subheader("2. " + _("What would have come next here"))
    chosen = pick_piece(pieces)
    with above:
        show(_expected(translation.search.steps, pieces, chosen))
    _next(translation, pieces, chosen)


def _expected(steps: tuple[Step, ...], pieces: tuple[str, ...], chosen: int) -> Picture:
    probabilities = np.array([step.probability for step in steps])
    ranks = [step.rank for step in steps]
    least = int(probabilities.argmin())
    return Picture.of(
        "expected",
        expected_figure,
        {
            "np.array([step.probability for step in steps])": probabilities,
            "[step.rank for step in steps]": ranks,
            "numbered(translation.target.pieces)": pieces,
        },
        setup=STEPS,
        chosen=chosen,
        title=_("Probability of every piece; the number above it is its rank"),
        dark=st.context.theme.type == "dark",
        said=(
            _(
                "“{worst}” was expected least: probability {least}, yet rank 1, as {first} of "
                "{count} pieces."
            )
            if ranks[least] == 1
            else _(
                "“{worst}” surprised most: probability {least}, rank {rank}; the likeliest there "
                "was “{instead}” with {most}. {first} of {count} pieces have rank 1."
            )
        ).format(
            worst=pieces[least],
            least=odds(probabilities[least]),
            rank=ranks[least],
            instead=steps[least].likeliest[0][0],
            most=odds(steps[least].likeliest[0][1]),
            first=ranks.count(1),
            count=len(pieces),
        ),
        table={_("Piece"): pieces, _("probability"): probabilities, _("rank"): ranks},
    )


# Ten sentences written at once: once for a place.
@st.cache_data(max_entries=256, show_spinner=False)
def _alternatives(
    model: str, text: str, edits: str, english: str, place: int
) -> tuple[Alternative, ...]:
    held = read_edits(edits)
    translation = translate(model, text, held, english).translation
    return alternatives(load(model), translation, place, edits=held)


def _next(translation: Translation, pieces: tuple[str, ...], place: int) -> None:
    """The ten likeliest pieces at that place, and the sentence that each would have led to."""
    model, text = st.session_state["model"], current_text()
    code = write_edits(current_edits())
    try:
        there = _alternatives(model, text, code, current_english(), place)
    except UsageError as error:
        st.info(literal(explain(error)))
        return
    show(_likeliest(translation, there, pieces, place, code))
    st.dataframe(
        {
            _("If this came next"): [other.piece for other in there],
            _("probability"): [odds(other.probability) for other in there],
            _("the model would write"): [other.text for other in there],
            _("Log-probability"): [f"{other.log_probability:.3f}" for other in there],
            _("Score"): [f"{other.score:.3f}" for other in there],
        },
        column_config={_("the model would write"): st.column_config.Column(width="large")},
        hide_index=True,
        width="stretch",
    )
    st.caption(
        _(
            "The pieces before this place stay as they are; after it the model takes the likeliest "
            "piece each time (greedy search) until </s>, which ends the sentence."
        )
    )


def _likeliest(
    translation: Translation,
    there: tuple[Alternative, ...],
    pieces: tuple[str, ...],
    place: int,
    code: str,
) -> Picture:
    chances = np.array([other.probability for other in there])
    names = [other.piece for other in there]
    step = translation.search.steps[place]
    return Picture.of(
        "next-here",
        row_figure,
        {
            "odds": chances,
            "np.log(odds)": np.log(chances),
            "odds > 0": chances > 0,
            "[other.piece for other in there]": names,
        },
        setup=THERE.format(place=place, edits=edits_argument(code)),
        chosen=step.rank - 1,
        title=_("The ten likeliest pieces at place {place}").format(place=place + 1),
        dark=st.context.theme.type == "dark",
        said=_(
            "After “{before}” the likeliest piece is “{best}” with {most}; “{piece}”, which stands "
            "there, has {probability} and rank {rank}. All but these ten share {rest}."
        ).format(
            before=" ".join(("<s>", *pieces[:place])),
            best=names[0],
            most=odds(chances[0]),
            piece=pieces[place],
            probability=odds(step.probability),
            rank=step.rank,
            rest=odds(1 - chances.sum()),
        ),
        table={
            _("Piece"): names,
            _("probability"): chances,
            _("the model would write"): [other.text for other in there],
        },
    )


main()
