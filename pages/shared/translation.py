"""The shared translator and its results: loaded once, kept within bounds, changed by nobody."""

import gc
import time
from typing import NamedTuple

import streamlit as st
import torch

from transformer import Translation, Translator, UsageError
from transformer.translator import MODELS

LONGEST_TEXT = 200  # characters: what one sentence on a projector can hold
BEAM_SIZE = 4


class Timed(NamedTuple):
    translation: Translation
    seconds: float


@st.cache_resource(max_entries=4, show_spinner=False)
def load(model: str) -> Translator:
    """The shipped model of that name, warm."""
    torch.set_num_threads(1)  # a class has many visitors: one core each, none waits for both
    translator = Translator.load(MODELS / model)
    translator.translate("Bonjour.", BEAM_SIZE)
    gc.collect()
    gc.freeze()  # Streamlit collects after every rerun: leave torch's objects out of it
    return translator


# Not cache_data: a Translation is frozen and its arrays are read-only, so that sharing it is safe
# and spares copying megabytes at every rerun.
@st.cache_resource(max_entries=64, show_spinner=False)
def _translate(model: str, text: str) -> Timed:
    translator = load(model)
    begun = time.perf_counter()
    translation = translator.translate(text, BEAM_SIZE)
    return Timed(translation, time.perf_counter() - begun)


def translate(model: str, text: str) -> Timed:
    """The translation of ``text`` and the seconds it took; UsageError if it cannot be read."""
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            "The sentence has {length} characters; this page takes up to {longest}. Shorten it.",
            length=len(text),
            longest=LONGEST_TEXT,
        )
    return _translate(model, text)


def current() -> Timed:
    """The sentence in the bar, translated by the chosen model."""
    return translate(st.session_state["model"], st.session_state["text"])
