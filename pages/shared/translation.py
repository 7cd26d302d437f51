"""The shared translator and its results: loaded once, kept within bounds, changed by nobody."""

import gc
import time
from typing import NamedTuple

import streamlit as st
import torch

from transformer import Translation, Translator, UsageError
from transformer.edits import ScaleScores
from transformer.translator import MODELS

LONGEST_TEXT = 200  # characters: what one sentence on a projector can hold
MANY_PIECES = 64  # French of LONGEST_TEXT stays below; other scripts are spelled in bytes
BEAM_SIZE = 4


class Timed(NamedTuple):
    translation: Translation
    seconds: float


@st.cache_resource(max_entries=8, show_spinner=False)
def load(model: str) -> Translator:
    """The shipped model of that name, warm."""
    torch.set_num_threads(1)  # a class has many visitors: one core each, none waits for both
    translator = Translator.load(MODELS / model)
    translator.translate("Bonjour.", BEAM_SIZE)
    gc.collect()
    gc.freeze()  # Streamlit collects after every rerun: leave torch's objects out of it
    return translator


def _translate(model: str, text: str, edits: tuple[ScaleScores, ...]) -> Timed:
    translator = load(model)
    begun = time.perf_counter()
    translation = translator.translate(text, BEAM_SIZE, edits=edits)
    return Timed(translation, time.perf_counter() - begun)


# Not cache_data: a Translation is frozen and its arrays are read-only, so that sharing it is safe
# and spares copying megabytes at every rerun. A trace of `small` takes 2 MB for seven words and
# 5 MB for twenty, but 120 MB for 256 pieces of gibberish: few of those are kept.
@st.cache_resource(max_entries=64, show_spinner=False)
def _translate_short(model: str, text: str, edits: tuple[ScaleScores, ...]) -> Timed:
    return _translate(model, text, edits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _translate_long(model: str, text: str, edits: tuple[ScaleScores, ...]) -> Timed:
    return _translate(model, text, edits)


def translate(model: str, text: str, edits: tuple[ScaleScores, ...] = ()) -> Timed:
    """The translation of ``text`` and the seconds it took; UsageError if it cannot be read."""
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            "The sentence has {length} characters; this page takes up to {longest}. Shorten it.",
            length=len(text),
            longest=LONGEST_TEXT,
        )
    pieces = len(load(model).tokenizer.encode(text).pieces)
    return (_translate_short if pieces <= MANY_PIECES else _translate_long)(model, text, edits)


def current() -> Timed:
    """The sentence in the bar, translated by the chosen model."""
    return translate(st.session_state["model"], st.session_state["text"])
