"""Scores are those of sacrebleu on free-running output."""

import sys
from collections.abc import Callable, Sequence

import pytest

from transformer import Translator, UsageError
from transformer.data import Pair
from transformer.evaluate import AT_ONCE, dev_bleu, evaluate
from transformer.translator import ScoredText


class Pretender:
    """Translates with a function and remembers how it was asked."""

    def __init__(self, english_of: Callable[[str], str]) -> None:
        self.english_of = english_of
        self.asked: list[tuple[int, int]] = []

    def translate_batch(self, texts: Sequence[str], beam_size: int) -> list[ScoredText]:
        self.asked.append((len(texts), beam_size))
        return [ScoredText(self.english_of(text), 0.0) for text in texts]


def test_perfect_output_scores_a_hundred(pairs: list[Pair]) -> None:
    quality = evaluate(Pretender(dict(pairs).__getitem__), pairs, beam_size=4)
    assert quality.bleu == pytest.approx(100)
    assert quality.chrf == pytest.approx(100)
    assert quality.beam_size == 4
    assert quality.sentences_per_second > 0


def test_foreign_output_scores_low(pairs: list[Pair]) -> None:
    quality = evaluate(Pretender(lambda french: french), pairs, beam_size=1)
    assert quality.bleu < 30 and quality.chrf < 50


def test_the_signatures_say_how_sacrebleu_counted(pairs: list[Pair]) -> None:
    quality = evaluate(Pretender(str), pairs[:3], beam_size=1)
    assert "tok:13a" in quality.bleu_signature and "version:" in quality.bleu_signature
    assert "nc:6" in quality.chrf_signature


def test_many_sentences_are_asked_in_groups_with_the_beam(pairs: list[Pair]) -> None:
    many = pairs * 2
    pretender = Pretender(dict(pairs).__getitem__)
    assert evaluate(pretender, many, beam_size=3).bleu == pytest.approx(100)
    assert pretender.asked == [(AT_ONCE, 3), (len(many) - AT_ONCE, 3)]


def test_dev_bleu_is_that_of_greedy_output(
    translator: Translator, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretender = Pretender(dict(pairs).__getitem__)
    monkeypatch.setattr(
        Translator, "translate_batch", lambda _, *asked: pretender.translate_batch(*asked)
    )
    assert dev_bleu(translator.model, translator.tokenizer, pairs[:50]) == pytest.approx(100)
    assert pretender.asked == [(50, 1)]


def test_without_sacrebleu_it_says_what_to_install(
    pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(UsageError, match="pip install sacrebleu"):
        evaluate(Pretender(str), pairs, beam_size=1)
