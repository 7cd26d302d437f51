"""The same sentence written in other ways: greedy, with a beam, sampled."""

import streamlit as st

from pages.shared.beam import TEMPERATURES
from pages.shared.changes import current_english
from pages.shared.language import _
from pages.shared.scaling import LARGEST_SEED
from pages.shared.translation import BEAM_SIZE, load
from pages.writing.searched import sampled, searched
from transformer import Translation
from transformer.decoding import Hypothesis
from transformer.translator import Candidate


def draw_ways(translation: Translation) -> None:
    """Pickers, what sampling is, and the table."""
    st.text(
        _(
            "Greedy search takes the likeliest piece at every step. Sampling draws one at random: "
            "each probability p counts as p to the power of 1/T. The temperature T sharpens the "
            "choice below 1 and flattens it above."
        )
    )
    _pick()
    beam, penalty, temperature, seed = (
        st.session_state[name] for name in ("beam", "penalty", "temperature", "seed")
    )
    found = {
        "greedy": searched(1, 1.0).hypotheses[0],
        "usual": searched(BEAM_SIZE, 1.0).hypotheses[0],
        "beam": searched(int(beam), float(penalty)).hypotheses[0],
        "sampled": sampled(float(temperature), seed),
    }
    if (beam, penalty) == (str(BEAM_SIZE), "1"):
        del found["usual"]  # it is the one chosen
    names = {
        "greedy": _("greedy"),
        "usual": _("beam {size}, length penalty {penalty}").format(size=BEAM_SIZE, penalty=1),
        "beam": _("beam {size}, length penalty {penalty}").format(size=beam, penalty=penalty),
        "sampled": _("sampled, T = {temperature}, seed {seed}").format(
            temperature=temperature, seed=seed
        ),
    }
    if current_english():
        own = translation.search.hypotheses[0]
        found["own"] = Hypothesis(own.ids, own.log_probability, own.score)
        names["own"] = _("your English")
    ways = {way: _rated(hypothesis, float(penalty)) for way, hypothesis in found.items()}
    st.text(_compared(ways, temperature))
    st.dataframe(
        {
            _("way"): [names[way] for way in ways],
            _("English"): [written.text for written in ways.values()],
            _("pieces"): [len(written.ids) for written in ways.values()],
            _("log-probability"): [written.log_probability for written in ways.values()],
            _("score"): [written.score for written in ways.values()],
        },
        hide_index=True,
        width="stretch",
    )


def _rated(found: Hypothesis, penalty: float) -> Candidate:
    """With its text, and scored like all others."""
    rated = Hypothesis.rated(found.ids, found.log_probability, penalty)
    return load(st.session_state["model"]).candidate(rated)


def _pick() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.select_slider(
            _("Temperature"), TEMPERATURES, key="temperature", persist_state="session", width=300
        )
        st.number_input(
            _("Seed"), 0, LARGEST_SEED, step=1, key="seed", width=150, persist_state="session"
        )
        st.button(_("Draw again"), key="draw_again", on_click=_draw_again, icon="🎲")


def _draw_again() -> None:
    st.session_state["seed"] = (st.session_state["seed"] + 1) % (LARGEST_SEED + 1)


def _compared(ways: dict[str, Candidate], temperature: str) -> str:
    greedy, beam, sampled = (ways[way] for way in ("greedy", "beam", "sampled"))
    first = (
        _("Greedy search finds the same text as the beam.")
        if greedy.ids == beam.ids
        else _(
            "Greedy search writes another text, with score {greedy}; that of the beam is {beam}."
        ).format(greedy=f"{greedy.score:.3f}", beam=f"{beam.score:.3f}")
    )
    second = _("At temperature {temperature}, sampling wrote a text of log-probability {total}.")
    return (
        first + " " + second.format(temperature=temperature, total=f"{sampled.log_probability:.2f}")
    )
