"""What every head of a model does, and what is lost without it: one measurement over a corpus.

Kept as a small file beside the model, which the pages read. Two published findings are measured
again: most heads can go, one at a time (Michel et al. 2019), and of the three attentions it is
cross-attention that can spare its heads least (Michel et al., section 5; Voita et al. 2019).
"""

from __future__ import annotations

import hashlib
import json
import math
from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from transformer.alignments import Aligned, check_aligned, pieces_of, read_aligned, sharing
from transformer.analysis.head_measures import Measures, Place, head_measures, linked_words
from transformer.analysis.head_study import (
    KEPT,
    NOTICED,
    ORDERS,
    Change,
    Head,
    HeadStudy,
    Point,
    pruning_order,
)
from transformer.analysis.importance import head_importance, places
from transformer.bootstrap import Resampled, statistics
from transformer.checkpoint import replace_file
from transformer.data import Pair, check_readable, read_pairs
from transformer.edits import Edits, GateHeads
from transformer.errors import UsageError
from transformer.evaluate import import_sacrebleu, score
from transformer.progress import track
from transformer.trace import KINDS
from transformer.translator import MODELS, Translator, default_model

SENTENCES, POINTS = 500, 20  # sentences translated; steps of a curve
DIGITS = 6  # after the point, of every number that is kept


class Ablations:
    """Greedy translations of a corpus with heads switched off, each set of heads only once.

    What was measured is kept in the file ``path``, so that a measurement that was interrupted goes
    on where it was: with the same weights, sentences and references.
    """

    def __init__(self, translator: Translator, pairs: Sequence[Pair], path: Path) -> None:
        self._translator, self._path = translator, path
        self._sources = [translator.tokenizer.encode(french) for french, _ in pairs]
        self._references = [english for _, english in pairs]
        text = json.dumps([translator.sha256, list(pairs)])
        self._what = hashlib.sha256(text.encode()).hexdigest()
        self._known: dict[str, Sequence[float]] = {}
        whole = self._translations(())
        self.scores = score(whole, self._references)
        self._resampled = Resampled(statistics(whole, self._references))
        self._read()

    def change(self, off: Collection[Place]) -> Change:
        """What switching these heads off does to BLEU."""
        code = "_".join(sorted(f"{kind}.{layer + 1}.{head + 1}" for kind, layer, head in off))
        if code not in self._known:
            other = statistics(self._translations(off), self._references)
            found = self._resampled.change(other)
            self._known[code] = [round(value, DIGITS) for value in found]
            text = json.dumps({"what": self._what, "known": self._known})
            replace_file(self._path, lambda beside: beside.write_text(text, encoding="utf-8"))
        return Change(*self._known[code])

    def _translations(self, off: Collection[Place]) -> list[str]:
        edits = switched_off(self._translator.transformer.config.heads, off)
        found = self._translator.search_batch(self._sources, 1, edits)
        return [candidates[0].text for candidates in found]

    def _read(self) -> None:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept["what"] == self._what:
                self._known = dict(kept["known"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing was kept, or what was is damaged: begin anew


def switched_off(heads: int, off: Collection[Place]) -> Edits:
    """Edits that switch these heads off, one for each sub-layer, of ``heads`` heads, they are in.

    The same as a ``SwitchOff`` for each of them, but cheaper where there are many.
    """
    gates: dict[tuple, torch.Tensor] = {}
    for kind, layer, head in off:
        gates.setdefault((kind, layer), torch.ones(heads))[head] = 0.0
    return [GateHeads(kind, layer, gate_H) for (kind, layer), gate_H in gates.items()]


def study(
    translator: Translator,
    pairs: Sequence[Pair],
    data: str,
    aligned: Sequence[Aligned],
    aligned_data: str,
    kept: Path,
) -> HeadStudy:
    """Measure everything; ``kept`` is a file for what a resumed measurement need not do again."""
    ablations = Ablations(translator, pairs, kept)
    heads = measured_heads(translator, pairs, aligned, ablations)
    todo = [(order, removed) for order in ORDERS for removed in steps(heads, order)]
    curves: dict = {order: () for order in ORDERS}
    for order, removed in track(todo, "curves"):
        off = pruning_order(heads, order)[:removed]
        curves[order] += (Point(removed, ablations.change(off)),)
    return HeadStudy(
        model=translator.name,
        sha256=translator.sha256,
        data=data,
        sentences=len(pairs),
        aligned=aligned_data,
        aligned_sentences=len(aligned),
        signature=ablations.scores.bleu_signature,
        bleu=round(ablations.scores.bleu, DIGITS),
        heads=heads,
        curves=curves,
    )


def measured_heads(
    translator: Translator,
    pairs: Sequence[Pair],
    aligned: Sequence[Aligned],
    ablations: Ablations,
) -> tuple[Head, ...]:
    """A record of every head, its numbers rounded as they are kept."""
    model = translator.transformer
    importance = head_importance(model, translator.tokenizer, pairs)
    french = [side for side, _ in pairs]
    measures = head_measures(translator.translate(t, 1) for t in track(french, "attention"))
    agreement = link_agreement(translator, aligned)
    return tuple(
        Head(
            place=place,
            measures=Measures(*(round(value, DIGITS) for value in measures[place])),
            writing=round(agreement[place][0], DIGITS) if place in agreement else math.nan,
            written=round(agreement[place][1], DIGITS) if place in agreement else math.nan,
            importance=round(importance[place], DIGITS),
            off=ablations.change([place]),
        )
        for place in track(places(model.config), "one head off")
    )


def link_agreement(
    translator: Translator, aligned: Sequence[Aligned]
) -> dict[Place, tuple[float, float]]:
    """For every head of cross-attention how often it looks most at a word linked by hand, sure or
    possible: in the row that writes a word and in the one after; nothing where there are no links.

    Teacher-forced on the English of ``aligned``.
    """
    right, words = [], 0
    for pair in track(aligned, "alignments"):
        source, target = map(translator.tokenizer.encode, (pair.french, pair.english))
        weights_NHLM = translator.transformer.trace(source.ids, target.ids).weights("cross")
        french = sharing(pieces_of(source, pair.french, pair.french_words))
        english = sharing(pieces_of(target, pair.english, pair.english_words))
        french_place, english_place = (
            {word: place for place, words in enumerate(side.values()) for word in words}
            for side in (french, english)
        )
        links = {(french_place[f], english_place[e]) for f, e in pair.sure | pair.possible}
        (writing, linked), (written, _) = (
            linked_words(weights, list(english), list(french), links)
            for weights in (weights_NHLM, weights_NHLM[..., 1:, :])
        )
        right.append(np.stack([writing, written]))
        words += linked
    if not right:
        return {}
    writing_NH, written_NH = np.sum(right, axis=0) / max(1, words)
    return {
        ("cross", layer, head): (float(writing_NH[layer, head]), float(written_NH[layer, head]))
        for layer, head in np.ndindex(writing_NH.shape)
    }


def steps(heads: Sequence[Head], order: str) -> list[int]:
    """How many heads are off at the points of a curve, from none to all."""
    count = sum(order not in KINDS or head.place[0] == order for head in heads)
    return sorted({round(count * point / POINTS) for point in range(POINTS + 1)})


def report(found: HeadStudy) -> Iterator[str]:
    """Lines for a terminal."""
    yield (
        f"{found.model} on {found.data}, {found.sentences} sentences, greedy: BLEU "
        f"{found.bleu:.1f}\n{found.spared} of {len(found.heads)} heads cost less than {NOTICED:g} "
        f"point when they go alone; {found.missed} are clearly missed (95 % bootstrap interval)"
    )
    for head in sorted(found.heads, key=lambda head: head.off.bleu)[:5]:
        kind, layer, number = head.place
        change = "{:+.2f} ({:+.2f} to {:+.2f})".format(*head.off)
        yield f"without {kind} {layer + 1}.{number + 1}: BLEU {change}"
    for order, points in found.curves.items():
        curve = ", ".join(f"{removed}: {found.bleu + off.bleu:.1f}" for removed, off in points)
        yield f"heads off by {order}, and BLEU: {curve}"


def add_options(parser: ArgumentParser) -> None:
    """The options of ``python -m transformer heads``."""
    add = parser.add_argument
    add("--data", required=True, type=Path, metavar="FILE.tsv", help="French<TAB>English lines")
    add(
        "--sentences",
        type=int,
        default=SENTENCES,
        metavar="N",
        help=f"take the first N (default {SENTENCES})",
    )
    add("--alignments", type=Path, metavar="FILE.jsonl", help="sentences with links made by hand")
    add("--threads", type=int, metavar="N", help="threads of the processor (default: all cores)")
    add("--out", type=Path, metavar="FILE.json", help=f"default: {KEPT} in the model's folder")


def run(options: Namespace) -> int:
    """What ``python -m transformer heads`` does."""
    import_sacrebleu()
    if options.sentences < 1:
        raise UsageError("--sentences must be at least 1.")
    if options.threads is not None:
        if options.threads < 1:
            raise UsageError("--threads must be at least 1.")
        torch.set_num_threads(options.threads)
    pairs = read_pairs(options.data)[: options.sentences]
    aligned = read_aligned(options.alignments) if options.alignments else []
    folder = Path(options.model) if options.model else MODELS / default_model()
    translator = Translator.load(folder, options.device)
    for side in zip(*pairs, strict=True):
        check_readable(side, translator.tokenizer, options.data)
    check_aligned(aligned, translator.tokenizer, options.alignments)
    out = options.out or folder / KEPT
    kept = out.with_name(f"{out.stem}.partial{out.suffix}")
    name = options.alignments.name if options.alignments else ""
    found = study(translator, pairs, options.data.name, aligned, name, kept)
    found.save(out)
    kept.unlink(missing_ok=True)
    print("\n".join(report(found)))
    return 0
