"""What is said of a head's scores is computed again from the traces, one score at a time."""

import math

import numpy as np
import pytest

from transformer import KINDS, Translator
from transformer.analysis.head_scores import measure_heads

TEXTS = ("L'homme cherche la fenêtre.", "Le chat.", "Mon frère n'aime pas les forêts d'été !")


@pytest.fixture(scope="module")
def traces(translator: Translator):
    return [translator.translate(text, target="The man.").trace for text in TEXTS]


def seen_scores(trace, kind, layer, head):
    """Products of query and key in float64 where the mask lets a query look, row by row."""
    heads = trace.sublayer(kind, layer).heads
    rows = []
    queries = heads.query_HLK[head].astype(np.float64)
    for query, mask_M in zip(queries, heads.mask_HLM[head], strict=True):
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
