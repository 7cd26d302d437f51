"""Activation patching: a head in one sentence's run gets what it fetched in another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from transformer.analysis.check import Check
from transformer.edits import Edits, ReplaceHead
from transformer.errors import UsageError
from transformer.tokenizer import BEGIN, Tokens
from transformer.trace import KINDS, Kind, Trace
from transformer.translator import Translation, Translator


@dataclass(frozen=True)
class Patching:
    """Two runs over the same English ``beginning``, after which A writes one piece and B another.

    What is measured is how many nats more likely A's piece is than B's: ``lead_a`` in A's run,
    ``lead_b`` in B's. ``moved[kind]``, (layers, H): the share of the way from A to B that this
    measure goes when A's run is given what this one head fetched in B's (0: still A, 1: as in B);
    ``together[kind]``, (layers,): what all heads of a layer fetched; ``whole[kind]``: all heads of
    all layers. Shares do not add up: what comes later answers to what comes before.

    ``itself`` compares A's run with one in which every head gets its own context again, ``crossed``
    B's run with A's after all heads of cross-attention got B's: the English is the same, so that
    everything that differs comes through there.
    """

    beginning: tuple[int, ...]
    piece_a: int
    piece_b: int
    lead_a: float
    lead_b: float
    moved: Mapping[Kind, np.ndarray]
    together: Mapping[Kind, np.ndarray]
    whole: Mapping[Kind, float]
    itself: Check
    crossed: Check

    def strongest(self) -> tuple[Kind, int, int]:
        """Attention, layer and head (from 0) of the head that moves it furthest towards B."""
        kind = max(KINDS, key=lambda kind: float(self.moved[kind].max()))
        layer, head = np.unravel_index(self.moved[kind].argmax(), self.moved[kind].shape)
        return kind, int(layer), int(head)


def patching(translator: Translator, one: Translation, other: Translation) -> Patching:
    """Patch every head of every attention in the run of ``one`` (A) from that of ``other`` (B).

    Activation patching (Vig et al. 2020; its measures are compared in Zhang and Nanda 2024): what
    comes after the head is computed again. Raises UsageError if the French sentences differ in
    their numbers of pieces, or the English ones in nothing.
    """
    check_equal(one.source, other.source)
    shared = shared_beginning(one, other)
    beginning = one.target.ids[:shared]
    pieces = (one.target.ids[shared], other.target.ids[shared])
    run = _Run(translator, one, beginning)
    a, b = (
        translator.transformer.trace(translation.source.ids, [*beginning, pieces[0]])
        for translation in (one, other)
    )
    lead_a, lead_b = (_lead(trace.logits_LV[-1], pieces) for trace in (a, b))

    def moved(edits: Edits) -> float:
        return (lead_a - _lead(run.logits(edits), pieces)) / (lead_a - lead_b)

    edits = {kind: _contexts(b, kind) for kind in KINDS}
    return Patching(
        beginning=beginning,
        piece_a=pieces[0],
        piece_b=pieces[1],
        lead_a=lead_a,
        lead_b=lead_b,
        moved={
            kind: np.array([[moved([edit]) for edit in layer] for layer in layers])
            for kind, layers in edits.items()
        },
        together={
            kind: np.array([moved(layer) for layer in layers]) for kind, layers in edits.items()
        },
        whole={kind: moved(sum(layers, [])) for kind, layers in edits.items()},
        itself=Check.of(
            run.logits([edit for kind in KINDS for layer in _contexts(a, kind) for edit in layer]),
            a.logits_LV[-1],
            pieces[0],
            a.depth,
        ),
        crossed=Check.of(run.logits(sum(edits["cross"], [])), b.logits_LV[-1], pieces[1], b.depth),
    )


def check_equal(one: Tokens, other: Tokens) -> None:
    """UsageError unless both have as many pieces: a head's rows must belong to the same places."""
    if len(one.ids) != len(other.ids):
        raise UsageError(
            "Patching needs two sentences of equal length: the first has {one} pieces, the second "
            "{other}, each with its end mark. Change a word of the second, or try a pair.",
            one=len(one.ids),
            other=len(other.ids),
        )


def shared_beginning(one: Translation, other: Translation) -> int:
    """How many pieces both translations begin with; UsageError if they differ in none."""
    pairs = zip(one.target.ids, other.target.ids, strict=False)
    for place, (first, second) in enumerate(pairs):
        if first != second:
            return place
    raise UsageError(
        "Both sentences are translated alike, so that there is no difference to look for. Change "
        "another word of the second sentence."
    )


class _Run:
    """One French sentence and the beginning of its translation, to be run with edits."""

    def __init__(
        self, translator: Translator, translation: Translation, beginning: tuple[int, ...]
    ) -> None:
        self.model = translator.transformer
        device = self.model.embedding.weight.device
        self.source_BM = torch.tensor([translation.source.ids], device=device)
        self.mask_B1M = torch.ones_like(self.source_BM, dtype=torch.bool)[:, None]
        self.target_BL = torch.tensor([[BEGIN, *beginning]], device=device)

    @torch.inference_mode()
    def logits(self, edits: Edits) -> np.ndarray:
        """The scores of the piece after the beginning, (V,)."""
        decoded_BLD = self.model.follow(self.source_BM, self.mask_B1M, self.target_BL, edits)
        return self.model.logits(decoded_BLD[0, -1]).float().cpu().numpy()


def _contexts(trace: Trace, kind: Kind) -> list[list[ReplaceHead]]:
    """What every head of ``kind`` fetched in ``trace``, a list for each layer."""
    return [
        [
            ReplaceHead(kind, layer, head, context_LK)
            for head, context_LK in enumerate(trace.sublayer(kind, layer).heads.context_HLK)
        ]
        for layer in range(trace.layers(kind))
    ]


def _lead(logits_V: np.ndarray, pieces: tuple[int, int]) -> float:
    """By how many nats the first of two pieces is more likely: the difference of their logits."""
    return float(logits_V[pieces[0]]) - float(logits_V[pieces[1]])
