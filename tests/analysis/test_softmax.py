"""Softmax and entropy of rows with known answers."""

import numpy as np
import pytest

from transformer.analysis.softmax import row_entropy, softmax


class Rows:
    """Stands for a trace: only its weights are asked for."""

    def __init__(self, *rows: list[float]) -> None:
        self._rows = np.array(rows, dtype=np.float32)[None, None]

    def weights(self, kind: str) -> np.ndarray:
        return self._rows


def test_one_key_has_none_and_all_alike_have_the_most() -> None:
    rows = Rows([1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25, 0.25, 0.25, 0.25])
    assert row_entropy(rows, "cross")[0, 0].tolist() == pytest.approx([0, 1, 2])  # type: ignore[arg-type]


def test_a_hidden_cell_gets_nothing_and_rows_sum_to_one() -> None:
    scores = np.array([[1e4, -1e4, 3.0], [0.0, 0.0, 50.0]])
    mask = np.array([[True, True, False], [True, True, False]])
    weights = softmax(scores, mask)
    assert weights[:, 2].tolist() == [0, 0]
    np.testing.assert_allclose(weights.sum(-1), 1)
    np.testing.assert_allclose(weights[1], [0.5, 0.5, 0])
