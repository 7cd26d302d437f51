"""What is said of a head's scores is computed again from the traces, one score at a time."""

import math

import numpy as np
import pytest
import torch

from transformer import KINDS, Translator
from transformer.analysis.edited import layer_entropies, log_probabilities, replay
from transformer.analysis.head_scores import measure_heads
from transformer.analysis.untrained import (
    ROUNDING,
    distance_to_start,
    untrained,
    untrained_traces,
)
from transformer.edits import ScaleScores

TEXTS = ("L'homme cherche la fenêtre.", "Le chat.", "Mon frère n'aime pas les forêts d'été !")


@pytest.fixture(scope="module")
def translations(translator: Translator):
    return [translator.translate(text, target="The man.") for text in TEXTS]


@pytest.fixture(scope="module")
def traces(translations):
    return [translation.trace for translation in translations]


def seen_scores(trace, kind, layer, head):
    """Products of query and key in float64 where the mask lets a query look, row by row."""
    heads = trace.sublayer(kind, layer).heads
    rows = []
    for query, mask_M in zip(heads.query_HLK[head].astype(np.float64), heads.mask_LM, strict=True):
        keys = heads.key_HMK[head].astype(np.float64)[mask_M]
        rows.append(keys @ query)
    return rows


def test_every_head_is_there_once(traces) -> None:
    places = [(head.kind, head.layer, head.head) for head in measure_heads(traces)]
    assert places == [
        (kind, layer, head)
        for kind in KINDS
        for layer in range(traces[0].layers(kind))
        for head in range(4)
    ]


def test_mean_variance_and_entropy_are_those_of_the_traces(traces) -> None:
    for found in measure_heads(traces):
        rows = [r for t in traces for r in seen_scores(t, found.kind, found.layer, found.head)]
        scores = np.concatenate(rows)
        assert len(found.scores) == len(scores)
        assert found.mean == pytest.approx(scores.mean(), abs=1e-4)
        assert found.variance == pytest.approx(scores.var(), rel=1e-4)
        assert found.scaled == pytest.approx((scores / math.sqrt(found.width)).var(), rel=1e-4)
        entropies, shares = [], []
        for row in rows:
            weights = np.exp(row / math.sqrt(found.width))
            weights /= weights.sum()
            entropies.append(-(weights * np.log2(weights)).sum())
            if len(row) > 1:
                shares.append(entropies[-1] / math.log2(len(row)))
        assert found.entropy == pytest.approx(np.mean(entropies), rel=1e-4)
        assert found.relative == pytest.approx(np.mean(shares), rel=1e-4)


def test_sizes_are_the_variance_of_independent_numbers(traces) -> None:
    found = measure_heads(traces)[0]
    queries, keys = (
        np.concatenate([getattr(t.sublayer("encoder", 0).heads, name)[0] for t in traces])
        for name in ("query_HLK", "key_HMK")
    )
    sizes = sum((queries[:, i] ** 2).mean() * (keys[:, i] ** 2).mean() for i in range(found.width))
    assert found.sizes == pytest.approx(sizes, rel=1e-5)


def test_the_first_weights_are_repeatable_and_leave_torch_alone(translator: Translator) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, other = untrained(translator.model.config), untrained(translator.model.config)
    assert torch.equal(torch.rand(3), expected)
    for name, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])
    another = untrained(translator.model.config, seed=2)
    assert not torch.equal(another.embedding.weight, one.embedding.weight)


def test_the_first_weights_are_those_that_training_begins_with(translator, tmp_path) -> None:
    """As ``train`` makes them: the seed is set, then the model built."""
    torch.manual_seed(1)
    model = type(translator.model)(translator.model.config).eval()
    begun = Translator(model, translator.tokenizer)
    found = begun.translate(TEXTS[0], target="The man.")
    (trace,) = untrained_traces(translator, [found])
    np.testing.assert_array_equal(trace.logits_LV, found.trace.logits_LV)
    path = tmp_path / "000000.npz"
    arrays = {f"{kind}_weights": trace.weights(kind).astype(np.float16) for kind in KINDS}
    np.savez(path, source=found.source.pieces, target=found.target.pieces, **arrays)
    assert distance_to_start(translator, path) < ROUNDING
    arrays["cross_weights"] = translator.translate(TEXTS[0], target="The man.").trace.weights(
        "cross"
    )
    np.savez(path, source=found.source.pieces, target=found.target.pieces, **arrays)
    assert distance_to_start(translator, path) > ROUNDING
    assert distance_to_start(translator, tmp_path / "none.npz") == math.inf


def test_an_edit_back_to_the_models_own_factor_changes_nothing(translator, translations) -> None:
    found = translations[0]
    own = (ScaleScores(translator.model.config.d_k**-0.5),)
    np.testing.assert_array_equal(
        layer_entropies(replay(translator, found, own)), layer_entropies(found.trace)
    )
    plain, same, other = log_probabilities(translator, found, [(), own, (ScaleScores(1.0),)])
    assert plain == same == translator.log_probability(found.trace, found.target)
    assert other != plain
