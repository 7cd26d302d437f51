"""Does attention explain? How well it agrees with what words bring and cost, over a corpus."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from transformer.analysis.explanations import PAIRS, compare, rolled_out, spearman
from transformer.analysis.leave_one_out import leave_one_out
from transformer.data import check_readable, read_pairs
from transformer.errors import UsageError
from transformer.progress import track
from transformer.translator import Translator

SENTENCES = 60
TITLES = [f"{one}-{other}" for one, other in PAIRS]


class Agreement(NamedTuple):
    """Means over the English pieces of all sentences, for a layer's heads together, or rollout.

    ``correlations`` are those of ``Compared``; of rollout only that with leave-one-out is there,
    others are NaN. ``same_word``: how often the largest weight is on the word that costs most.
    """

    name: str
    pieces: int
    correlations: tuple[float, ...]
    same_word: float


def agreements(translator: Translator, texts: Sequence[str]) -> list[Agreement]:
    """Each layer of cross-attention, then rollout, on the model's translations (greedy).

    Raises UsageError for a recurrent model, and for a text that cannot be read.
    """
    layers = translator.transformer.config.decoder_layers
    names = [*(f"layer {n + 1}" for n in range(layers)), "rollout"]
    rows: list[list[np.ndarray]] = [[] for _ in names]  # (L, three correlations and same_word)
    for text in track(texts, "explaining"):
        translation = translator.translate(text, beam_size=1)
        left_out = leave_one_out(translator, translation)
        lost_LM = left_out.lost_LM
        for n in range(layers):
            found = compare(translator, translation, left_out, n)
            same_L = found.attention_LM.argmax(1) == lost_LM.argmax(1)
            rows[n].append(np.column_stack([*found.correlations().values(), same_L]))
        rolled_LM = rolled_out(translation)
        costs_L = [spearman(*pair) for pair in zip(rolled_LM, lost_LM, strict=True)]
        none_L = np.full(len(lost_LM), np.nan)
        same_L = rolled_LM.argmax(1) == lost_LM.argmax(1)
        rows[-1].append(np.column_stack([none_L, costs_L, none_L, same_L]))
    return [_means(name, np.concatenate(parts)) for name, parts in zip(names, rows, strict=True)]


def _means(name: str, rows: np.ndarray) -> Agreement:
    known = np.isfinite(rows)
    counts = known.sum(0)
    means = np.where(known, rows, 0).sum(0) / np.where(counts, counts, np.nan)
    return Agreement(name, len(rows), tuple(map(float, means[:-1])), float(means[-1]))


def add_options(parser: ArgumentParser) -> None:
    """What ``run`` wants to know."""
    add = parser.add_argument
    add("--data", required=True, type=Path, metavar="FILE.tsv", help="French<TAB>English lines")
    says = f"how many, evenly spread over the file (default {SENTENCES})"
    add("--sentences", type=int, default=SENTENCES, metavar="N", help=says)


def run(options: Namespace) -> int:
    """Measure and print a table."""
    if options.sentences < 1:
        raise UsageError("--sentences must be at least 1.")
    torch.set_num_threads(1)  # the sentences are short
    translator = Translator.load(options.model, options.device)
    pairs = read_pairs(options.data)
    french = [side for side, _ in pairs]
    check_readable(french, translator.tokenizer, options.data)
    count = min(options.sentences, len(french))
    texts = [french[i * len(french) // count] for i in range(count)]
    found = agreements(translator, texts)
    print(f"{len(texts)} sentences, {found[0].pieces} English pieces; mean rank correlation of")
    print("".join(f"{title:>16}" for title in ("", *TITLES, "same word")))
    for row in found:
        numbers = [f"{number:.2f}" for number in row.correlations]
        cells = ["" if number == "nan" else number for number in numbers]
        print("".join(f"{cell:>16}" for cell in (row.name, *cells, f"{row.same_word:.1%}")))
    return 0
