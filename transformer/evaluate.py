"""How well a model translates: BLEU and chrF of free-running output, sentences per second."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from transformer.data import Pair
from transformer.errors import UsageError
from transformer.network import Network
from transformer.progress import track
from transformer.tokenizer import Tokenizer
from transformer.translator import Translator

AT_ONCE = 256  # sentences between two steps of the progress bar


@dataclass(frozen=True)
class Quality:
    """Scores of one beam size; the signatures say how sacrebleu counted (Post 2018)."""

    beam_size: int
    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str
    sentences_per_second: float


def evaluate(translator: Translator, pairs: Sequence[Pair], beam_size: int) -> Quality:
    """Translate the French sides freely and compare with the English ones."""
    sacrebleu = import_sacrebleu()
    begun = time.monotonic()
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]))  # alike lengths together
    found = [""] * len(pairs)
    groups = [order[i : i + AT_ONCE] for i in range(0, len(order), AT_ONCE)]
    for group in track(groups, f"beam {beam_size}"):
        translated = translator.translate_batch([pairs[i][0] for i in group], beam_size)
        for i, line in zip(group, translated, strict=True):
            found[i] = line.text
    seconds = time.monotonic() - begun
    references = [[english for _, english in pairs]]
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    return Quality(
        beam_size=beam_size,
        bleu=bleu.corpus_score(found, references).score,
        chrf=chrf.corpus_score(found, references).score,
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        sentences_per_second=len(pairs) / seconds,
    )


def dev_bleu(model: Network[Any], tokenizer: Tokenizer, pairs: Sequence[Pair]) -> float:
    """BLEU of greedy translations: the measure that training logs."""
    return evaluate(Translator(model, tokenizer), pairs, beam_size=1).bleu


def import_sacrebleu() -> ModuleType:
    """sacrebleu, which only measuring needs."""
    try:
        import sacrebleu
    except ImportError as error:
        raise UsageError(
            "BLEU needs sacrebleu, which is not installed: pip install sacrebleu."
        ) from error
    return sacrebleu
