"""Altered as people type: each way changes what it names and nothing else."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.tokenizer import normalise
from transformer.typed import LEARNED, WAYS, alter

TEXT = "Ursule, l'aînée d’Octave, a-t-elle reçu Noël ?"
ALTERED = {
    "no capital at the beginning": "ursule, l'aînée d’Octave, a-t-elle reçu Noël ?",
    "no capitals at all": "ursule, l'aînée d’octave, a-t-elle reçu noël ?",
    "no final stop": "Ursule, l'aînée d’Octave, a-t-elle reçu Noël",
    "no accents": "Ursule, l'ainee d’Octave, a-t-elle recu Noel ?",
    "straight apostrophes": "Ursule, l'aînée d'Octave, a-t-elle reçu Noël ?",
    "curly apostrophes": "Ursule, l’aînée d’Octave, a-t-elle reçu Noël ?",
    "double spaces": "Ursule,  l'aînée  d’Octave,  a-t-elle  reçu  Noël  ?",
}


@pytest.mark.parametrize("name", WAYS)
def test_each_way_changes_what_it_names(name: str) -> None:
    assert WAYS[name](TEXT) == ALTERED[name]


def test_what_need_not_be_learned_the_tokenizer_undoes() -> None:
    for name, way in WAYS.items():
        assert (normalise(way(TEXT)) == normalise(TEXT)) == (way not in LEARNED), name


@given(st.text(min_size=1, max_size=30).filter(str.strip), st.integers(0, 99))
def test_something_is_left_of_any_text(text: str, seed: int) -> None:
    assert alter(text, 0, random.Random(seed)) == text
    if any(character.isalnum() for character in text):
        assert normalise(alter(text, 1, random.Random(seed)))


def test_every_way_and_their_mixtures_are_drawn() -> None:
    draw = random.Random(1)
    assert len({alter(TEXT, 1, draw) for _ in range(200)}) >= 8
