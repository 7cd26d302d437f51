"""How well a model translates: BLEU and chrF of free-running output, sentences per second.

The command also measures how well it links words (``alignments``), and how far its confidence can
be trusted (``analysis.confidence``).
"""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from transformer import alignments
from transformer.analysis.calibration import BINS
from transformer.analysis.confidence import Calibration, measure
from transformer.data import Pair, check_readable, read_pairs
from transformer.decoding import check_beam
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


def add_options(parser: ArgumentParser) -> None:
    """The options of ``python -m transformer evaluate``."""
    measured = parser.add_mutually_exclusive_group(required=True)
    measured.add_argument(
        "--data", type=Path, nargs="+", metavar="FILE.tsv", help="French<TAB>English lines"
    )
    measured.add_argument(
        "--alignments", type=Path, metavar="FILE.jsonl", help="sentence pairs with linked words"
    )
    add = parser.add_argument
    add("--beam", type=int, nargs="+", default=[1, 4], metavar="N", help="beam sizes (default 1 4)")
    says = "how well calibrated probabilities are; temperature and limit are set on this file"
    add("--calibration", type=Path, metavar="DEV.tsv", help=says)
    add("--json", action="store_true", help="of alignments: one JSON object for method and layer")
    says = "of alignments or calibration: keep what was measured in this file"
    add("--out", type=Path, metavar="FILE.json", help=says)


def run(options: Namespace) -> int:
    """What ``python -m transformer evaluate`` does."""
    if options.alignments:
        if options.calibration:
            raise UsageError("--calibration DEV.tsv goes with --data FILE.tsv.")
        return alignments.run(options)
    if options.json or (options.out and not options.calibration):
        raise UsageError(
            "--json goes with --alignments FILE.jsonl, --out also with --calibration DEV.tsv."
        )
    translator = Translator.load(options.model, options.device)
    for beam_size in options.beam:
        check_beam(beam_size)
    if options.calibration:
        return _calibration(translator, options)
    for path in options.data:
        pairs = read_pairs(path)
        check_readable([french for french, _ in pairs], translator.tokenizer, path)
        print(f"{translator.name} on {path.name}, {len(pairs)} sentences")
        for beam_size in options.beam:
            quality = evaluate(translator, pairs, beam_size)
            print(
                f"beam {beam_size}: BLEU {quality.bleu:.1f}, chrF {quality.chrf:.1f}, "
                f"{quality.sentences_per_second:.0f} sentences/s",
                flush=True,
            )
    print(f"BLEU {quality.bleu_signature}\nchrF {quality.chrf_signature}")
    return 0


def _calibration(translator: Translator, options: Namespace) -> int:
    """What the likeliest pieces and those of the largest beam are worth, on all files."""
    files = [options.calibration, *options.data]
    found = measure(
        translator, [(path.name, read_pairs(path)) for path in files], max(options.beam)
    )
    print("\n".join(_report(found)))
    if options.out:
        found.save(options.out)
    return 0


def _report(found: Calibration) -> Iterator[str]:
    """Lines for a terminal."""
    for corpus in found.corpora:
        yield f"{found.model} on {corpus.data}, {corpus.sentences} sentences, {BINS} bins"
        for name, way in (
            ("likeliest piece after the reference is the next", corpus.forced),
            (f"piece written, beam {found.beam_size}, is in the reference", corpus.own),
        ):
            yield (
                f"  {name}: {way.accuracy:.3f} right, {way.confidence:.3f} sure, ECE "
                f"{way.error:.3f}; with temperature {found.temperature:.2f} {way.fitted:.3f} "
                f"({way.pieces} pieces)"
            )
        for says, low, high in (("up to", 0.0, found.limit), ("above", found.limit, 1.0)):
            pieces, missing = corpus.own.between(low, high)
            yield (
                f"  {says} probability {found.limit:.2f}: {missing} of {pieces} pieces written "
                "are not in the reference"
            )
