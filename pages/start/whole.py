"""The translation of the whole text, of which the pages show one sentence at a time."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.guard import guarded
from pages.shared.language import _
from pages.shared.sentence import sentences
from pages.shared.translation import BEAM_SIZE, load
from transformer import UsageError

# French of as many characters as the bar takes stays below. Chinese is spelled in bytes: all that
# fits the bar would keep the model busy for a minute and a half.
MOST_PIECES = 1200
MOST_ROWS = 6  # without scrolling


def whole_text() -> None:
    """All English, and a table of the sentences to pick one from; nothing if there is only one."""
    parts = sentences()
    if len(parts) == 1:
        return
    st.subheader(_("The whole text"))
    shown = st.session_state["sentence"]
    with guarded():
        _table(parts, shown, _english(st.session_state["model"], parts))


def _table(parts: Sequence[str], shown: int, english: Sequence[str]) -> None:
    st.text(" ".join(text for text in english if text))
    st.dataframe(
        {
            _("Shown"): ["▶" if number == shown else "" for number in range(1, len(parts) + 1)],
            _("French"): [part.strip() for part in parts],
            _("English"): english,
        },
        hide_index=True,
        width="stretch",
        # A new table for each sentence, so that none keeps the mark of the one before.
        key=f"whole_{shown}",
        column_config={_("Shown"): st.column_config.Column(width="small")},
        on_select=_pick,
        selection_mode="single-row",
        height="auto" if len(parts) <= MOST_ROWS else 300,
    )
    st.caption(
        _(
            "The model translates each sentence by itself, as it was trained to; these are its own "
            "translations, without your changes. Tick a sentence to see it below and on all pages."
        )
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _english(model: str, parts: tuple[str, ...]) -> list[str]:
    translator = load(model)
    pieces = sum(map(len, translator.tokenizer.encode_corpus(parts)))
    if pieces > MOST_PIECES:
        raise UsageError(
            "The text has {pieces} pieces; this page translates up to {most} at a time. Pick a "
            "sentence, or shorten the text.",
            pieces=pieces,
            most=MOST_PIECES,
        )
    return [found.text for found in translator.translate_batch(parts, BEAM_SIZE)]


def _pick() -> None:
    """Show the ticked sentence."""
    rows = st.session_state[f"whole_{st.session_state['sentence']}"].selection.rows
    if rows:
        st.session_state["sentence"] = rows[0] + 1
