"""The searches of the current sentence, kept within bounds: several figures share them."""

import streamlit as st

from pages.shared.changes import current_edits
from pages.shared.sentence import current_text
from pages.shared.translation import load
from transformer.analysis.search_tree import SearchTree, search_tree
from transformer.decoding import Hypothesis, sample
from transformer.edit_codes import read_edits, write_edits


def searched(beam: int, penalty: float) -> SearchTree:
    """The tree of a beam search of the sentence in the bar, with the edits of the address."""
    return _search(*_current(), beam, penalty)


def sampled(temperature: float, seed: int) -> Hypothesis:
    """The same sentence, sampled."""
    return _sample(*_current(), temperature, seed)


def _current() -> tuple[str, str, str]:
    return (
        st.session_state["model"],
        current_text(),
        write_edits(current_edits()),
    )


# Not cache_data: what is found is frozen, so that sharing it is safe.
@st.cache_resource(max_entries=64, show_spinner=False)
def _search(model: str, text: str, edits: str, beam: int, penalty: float) -> SearchTree:
    translator = load(model)
    source = translator.tokenizer.encode(text)
    return search_tree(translator, source, beam, penalty, read_edits(edits))


@st.cache_resource(max_entries=64, show_spinner=False)
def _sample(model: str, text: str, edits: str, temperature: float, seed: int) -> Hypothesis:
    translator = load(model)
    source = translator.tokenizer.encode(text)
    [found] = sample(translator.model, [source.ids], temperature, seed, edits=read_edits(edits))
    return found
