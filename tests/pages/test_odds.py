"""How sentences write a probability: never as zero."""

import pytest

from pages.shared.odds import odds


@pytest.mark.parametrize(
    ("probability", "written"),
    [
        (1, "1.0000"),
        (0.74881, "0.7488"),
        (0.001, "0.0010"),
        (0.00044, "0.00044"),
        (0.0000163, "0.000016"),
        (1e-9, "< 0.000001"),
        (0, "< 0.000001"),
    ],
)
def test_no_probability_reads_zero(probability: float, written: str) -> None:
    assert odds(probability) == written
