"""The shared translator and its results: loaded once, kept within bounds, changed by nobody."""

import gc
import time
from typing import NamedTuple

import streamlit as st
import torch

from transformer import Translation, Translator, UsageError
from transformer.edit_codes import read_edits, write_edits
from transformer.edits import Edits
from transformer.translator import MODELS

LONGEST_TEXT = 2000  # characters: what the bar takes
LONGEST_SENTENCE = 200  # characters: what one sentence on a projector can hold
MANY_PIECES = 64  # French of LONGEST_SENTENCE stays below; other scripts are spelled in bytes
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


def _translate(model: str, text: str, edits: str, english: str) -> Timed:
    translator = load(model)
    begun = time.perf_counter()
    translation = translator.translate(text, BEAM_SIZE, english or None, read_edits(edits))
    return Timed(translation, time.perf_counter() - begun)


# Not cache_data: a Translation is frozen and its arrays are read-only, so that sharing it is safe
# and spares copying megabytes at every rerun. A trace of `small` takes 2 MB for seven words and
# 5 MB for twenty, but 120 MB for 256 pieces of gibberish: few of those are kept.
@st.cache_resource(max_entries=64, show_spinner=False)
def _translate_short(model: str, text: str, edits: str, english: str) -> Timed:
    return _translate(model, text, edits, english)


@st.cache_resource(max_entries=4, show_spinner=False)
def _translate_long(model: str, text: str, edits: str, english: str) -> Timed:
    return _translate(model, text, edits, english)


def translate(model: str, text: str, edits: Edits = (), english: str = "") -> Timed:
    """The translation of ``text``, or the visitor's own ``english``, and the seconds it took.

    Raises UsageError if it cannot be read or an edit cannot be.
    """
    for written in (text, english):
        if len(written) > LONGEST_SENTENCE:
            raise UsageError(
                "The sentence has {length} characters; this page takes up to {longest}. "
                "Shorten it.",
                length=len(written),
                longest=LONGEST_SENTENCE,
            )
    encode = load(model).tokenizer.encode
    pieces = max(len(encode(written).pieces) for written in (text, english or text))
    kept = _translate_short if pieces <= MANY_PIECES else _translate_long
    # By their code: Streamlit tells two dataclasses of equal fields not apart.
    return kept(model, text, write_edits(edits), english)
