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
class Scores:
    """BLEU and chrF of a corpus; the signatures say how sacrebleu counted (Post 2018)."""

    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str


@dataclass(frozen=True)
class Quality(Scores):
    """The scores of one beam size."""

    beam_size: int
    sentences_per_second: float


def evaluate(translator: Translator, pairs: Sequence[Pair], beam_size: int) -> Quality:
    """Translate the French sides freely and compare with the English ones."""
    import_sacrebleu()
    begun = time.monotonic()
    found = translate_all(translator, [french for french, _ in pairs], beam_size)
    seconds = time.monotonic() - begun
    scores = score(found, [english for _, english in pairs])
    return Quality(**vars(scores), beam_size=beam_size, sentences_per_second=len(pairs) / seconds)


def translate_all(translator: Translator, texts: Sequence[str], beam_size: int) -> list[str]:
    """The best translation of every text, behind a progress bar; alike lengths go together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = [""] * len(texts)
    groups = [order[i : i + AT_ONCE] for i in range(0, len(order), AT_ONCE)]
    for group in track(groups, f"beam {beam_size}"):
        translated = translator.translate_batch([texts[i] for i in group], beam_size)
        for i, line in zip(group, translated, strict=True):
            found[i] = line.text
    return found


def score(found: Sequence[str], references: Sequence[str]) -> Scores:
    """BLEU and chrF of all translations together, each against one reference."""
    sacrebleu = import_sacrebleu()
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    return Scores(
        bleu=bleu.corpus_score(found, [references]).score,
        chrf=chrf.corpus_score(found, [references]).score,
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
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
