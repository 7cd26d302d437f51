"""The loss is the smoothed cross-entropy of its definition, sentence by sentence."""

import pytest
import torch

from transformer import Translator
from transformer.data import Pair, make_batch
from transformer.loss import dev_loss, token_loss
from transformer.model import Transformer
from transformer.tokenizer import END, Tokenizer


def smoothed(model: Transformer, sources, targets, smoothing: float) -> float:  # type: ignore[no-untyped-def]
    """Label-smoothed cross-entropy, sentence by sentence from its definition."""
    losses = []
    for source, target in zip(sources, targets, strict=True):
        logs = torch.tensor(model.trace(source, target).logits_LV).double().log_softmax(-1)
        for row, id in zip(logs, target, strict=True):
            losses.append(-(1 - smoothing) * row[id] - smoothing * row.mean())
    return float(torch.stack(losses).mean())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_the_mean_over_real_pieces(make_model, smoothing: float) -> None:
    model = make_model()
    sources, targets = [[5, 6, 7, END], [8, END]], [[9, END], [4, 5, 10, 6, END]]
    batch = make_batch(sources, targets)
    expected = smoothed(model, sources, targets, smoothing)
    assert token_loss(model, batch, smoothing).item() == pytest.approx(expected, abs=1e-4)


def test_the_dev_loss_is_per_piece(
    translator: Translator, tokenizer: Tokenizer, pairs: list[Pair]
) -> None:
    chosen = [pairs[0], pairs[90], ("Où ?", "Where?")]
    sources, targets = (tokenizer.encode_corpus(side) for side in zip(*chosen, strict=True))
    expected = smoothed(translator.model, sources, targets, 0.0)
    assert dev_loss(translator.model, tokenizer, chosen) == pytest.approx(expected, abs=1e-3)
