"""Query, key, value, as a visitor sees them."""

import numpy as np
import pytest

from transformer import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_products_prove_themselves(visit, kind) -> None:
    visitor = visit("roles", {"kind": kind, "layer": "2", "head": "5"})
    proofs = [line.value for line in visitor.app.markdown if "recomputed" in line.value]
    assert len(proofs) == 3
    assert all(line.startswith(":green[✓") for line in proofs)
    assert len(visitor.app.get("plotly_chart")) == 5


def test_the_head_stands_beside_what_it_would_be_without_its_matrices(visit, shipped) -> None:
    visitor = visit("roles", {"kind": "encoder", "layer": "1", "head": "1"})
    text = next(t.value for t in visitor.app.text if "percent" in t.value)
    trace = shipped.translate(visitor.box).trace
    own = np.diagonal(trace.encoder[0].self_attention.heads.weights_HLM[0]).mean()
    assert f"gives itself {round(100 * float(own))}." in text
