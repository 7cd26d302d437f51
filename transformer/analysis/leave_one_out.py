"""Leave-one-out: a French word is hidden, and every English piece becomes more or less probable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from transformer.analysis.check import Check
from transformer.analysis.edited import piece_log_probabilities, replay
from transformer.config import ModelConfig
from transformer.edits import Edits, ForbidLinks, HideSource, check_edits
from transformer.errors import UsageError
from transformer.tokenizer import BEGIN, Word
from transformer.trace import Record
from transformer.translator import Translation, Translator

PIECES_AT_ONCE = 2000  # English pieces, all copies of the sentence together: 64 MB of logits


@dataclass(frozen=True)
class LeaveOneOut(Record):
    """Log-probabilities, in nats, of the English pieces L, all of the English before each given.

    ``whole_L`` with all French words; ``hidden_LM`` with French word m hidden, NaN where that
    leaves nothing to look at. Here M counts words.
    """

    whole_L: np.ndarray
    hidden_LM: np.ndarray

    @property
    def lost_LM(self) -> np.ndarray:
        """How much log-probability is lost; below 0 where the piece becomes more probable."""
        return self.whole_L[:, None] - self.hidden_LM


def leave_one_out(
    translator: Translator, translation: Translation, edits: Edits = ()
) -> LeaveOneOut:
    """Hide each French word in turn, all its pieces, in the encoder and in cross-attention.

    One batch: a copy of the sentence for every word. ``edits`` are those that ``translation``
    carries. Raises UsageError for a recurrent model, and if edits need every word.
    """
    words, length = translation.source.words, len(translation.source.ids)
    config = translator.transformer.config
    can_be = [m for m, word in enumerate(words) if _can_be(config, edits, word, length)]
    if not can_be:
        raise UsageError("Your edits need every French word, so that none can be hidden: undo one.")
    seen_BM = torch.ones(1 + len(can_be), length, dtype=torch.bool)
    for row, m in enumerate(can_be, start=1):
        seen_BM[row, list(words[m].pieces)] = False
    at_once = max(1, PIECES_AT_ONCE // len(translation.target.ids))
    parts = [_follow(translator, translation, edits, part) for part in seen_BM.split(at_once)]
    found_BL = np.concatenate(parts)
    hidden_LM = np.full((found_BL.shape[1], len(words)), np.nan)
    hidden_LM[:, can_be] = found_BL[1:].T
    return LeaveOneOut(found_BL[0], hidden_LM)


def check_hidden(
    translator: Translator,
    translation: Translation,
    found: LeaveOneOut,
    place: tuple[int, int],
    edits: Edits = (),
) -> Check:
    """A pass of its own with one word hidden, spelled out and recorded, beside the batch.

    All pieces are compared; ``place`` is the piece that is shown, and the hidden word.
    """
    piece, word = place
    hide = HideSource(translation.source.words[word].pieces)
    trace = replay(translator, translation, [*edits, hide])
    again_L = piece_log_probabilities(trace, translation.target)
    return Check.of(again_L, found.hidden_LM[:, word], piece, trace.depth)


def without_each_way(
    translator: Translator, translation: Translation, word: int, edits: Edits = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities, (L,) each, with one of the two ways closed by which a word can act.

    First: the decoder does not look at its pieces; then: the other French pieces do not read them.
    Raises UsageError where other ``edits`` leave nothing to look at.
    """
    pieces = translation.source.words[word].pieces
    others = tuple(m for m in range(len(translation.source.ids)) if m not in pieces)
    closed = (ForbidLinks(None, pieces, "cross"), ForbidLinks(others, pieces, "encoder"))
    traces = (replay(translator, translation, [*edits, edit]) for edit in closed)
    direct_L, read_L = (piece_log_probabilities(trace, translation.target) for trace in traces)
    return direct_L, read_L


def _can_be(config: ModelConfig, edits: Edits, word: Word, length: int) -> bool:
    """Whether every query keeps something to look at with ``word`` hidden."""
    try:
        check_edits([*edits, HideSource(word.pieces)], config, length)
    except UsageError:
        return False
    return True


@torch.inference_mode()
def _follow(
    translator: Translator, translation: Translation, edits: Edits, seen_BM: torch.Tensor
) -> np.ndarray:
    """Log-probabilities of the English pieces, (B, L): in row b the French of ``seen_BM[b]``."""
    model, target = translator.transformer, translation.target.ids
    device = model.embedding.weight.device
    source_BM = torch.tensor([translation.source.ids], device=device).expand(len(seen_BM), -1)
    target_BL = torch.tensor([[BEGIN, *target[:-1]]], device=device).expand(len(seen_BM), -1)
    decoded_BLD = model.follow(source_BM, seen_BM[:, None].to(device), target_BL, edits)
    log_probabilities_BLV = model.logits(decoded_BLD).log_softmax(-1)
    return log_probabilities_BLV[:, range(len(target)), list(target)].double().cpu().numpy()
