"""Cutting texts: the parts are the text again, abbreviations and numbers end nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.sentences import split_sentences, split_text

TYPED = st.text(alphabet=" \tabÉ1.!?…»«\"'’(),;:-😀\u00a0\u0301", max_size=60) | st.text(
    max_size=40
)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Le four chauffe.", "Sors le gratin !", "Où sont les assiettes ?"],
        ["le four chauffe.", "sors le gratin !", "où sont les assiettes ?"],
        ["Mme Ursule et M. Octave arrivent.", "Ils dansent."],
        ["« Recule ! » cria-t-elle.", "Il recula."],
        ["Il cria : « Je recule. »", "Puis il tomba."],
        ['Il cria : "Je recule."', "Puis il tomba."],
        ["Il en pesa 3.", "Elle en pesa 4,5."],
        ["1. Pesez.", "2. Versez."],
        ["Vercingétorix mourut en 46 av. J.-C. à Rome."],
        ["Hum... je doute.", "Hum…", "Peut-être."],
        ["Hein ?! !", "Jamais."],
        ["S. N. Octave écrit.", "Ursule lit."],
        ["Voyez p. 12 et fig. 3.", "Fin."],
        ["Des clous, des vis, etc.", "Puis un marteau, etc. et une scie."],
        ["Pèse-le.", "– Non.", "– Si."],
        ["... Rien."],
        ["Allez-y.", "Version 3.14 de l'outil."],
    ],
    ids=" | ".join,
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert [part.strip() for part in split_sentences(" ".join(sentences))] == sentences


@pytest.mark.parametrize("signs", ["!" * 2000, "! " * 1000 + "!", "?!" * 1000 + "x", "." * 2000])
def test_a_run_of_signs_takes_no_exponential_time(signs: str) -> None:
    assert "".join(split_sentences("Ah " + signs)) == "Ah " + signs


@given(TYPED)
def test_joined_the_sentences_are_the_text(text: str) -> None:
    parts = split_sentences(text)
    assert "".join(parts) == text
    assert len(parts) == 1 or all(part.strip() for part in parts)


@given(TYPED, st.integers(1, 20))
def test_joined_the_parts_are_the_text_and_each_fits(text: str, longest: int) -> None:
    parts = split_text(text, lambda part: len(part.strip()) <= longest)
    assert "".join(parts) == text
    assert all(len(part.strip()) <= longest for part in parts)
    assert len(parts) == 1 or all(part.strip() for part in parts)


@given(TYPED)
def test_what_fits_is_left_whole(text: str) -> None:
    assert split_text(text, lambda part: True) == split_sentences(text)


@given(TYPED)
def test_what_never_fits_ends_in_single_characters(text: str) -> None:
    parts = split_text(text, lambda part: False)
    assert "".join(parts) == text
    assert all(len(part.strip()) == 1 for part in parts) or not text.strip()


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("un, deux trois ; quatre cinq", ["un, deux trois ; ", "quatre cinq"]),
        ("un deux, trois quatre cinq", ["un deux, ", "trois quatre cinq"]),
        ("un deux trois quatre", ["un deux ", "trois quatre"]),
        ("anticonstitutionnellement", ["anticonstitu", "tionnellement"]),
    ],
)
def test_a_long_sentence_is_cut_at_the_best_place(sentence: str, parts: list[str]) -> None:
    assert split_text(sentence, lambda part: len(part) <= 18) == parts
