"""What a benchmark found, compared and kept."""

import math
from pathlib import Path

import numpy as np
import pytest

from transformer import UsageError
from transformer.timings import Case, Machine, Measured, Sample, against, break_even

LENGTHS = (8, 16, 32, 64)
MACHINE = Machine("a processor", "cpu", 2, 2, "2")


@pytest.fixture
def measured() -> Measured:
    """An RNN that takes length / 16 seconds, a Transformer that always takes 1."""
    seconds = {}
    for length in LENGTHS:
        for arch, time in (("rnn", length / 16), ("transformer", 1.0)):
            seconds[Case("reading", 1, length, arch)] = (0.5 * time, time, 8 * time)
    return Measured(MACHINE, seconds)


def test_the_break_even_is_where_the_curves_meet() -> None:
    lengths = np.array(LENGTHS, dtype=float)
    for meet in (10.0, 16.0, 50.0):
        assert break_even(LENGTHS, np.full(4, meet), lengths) == pytest.approx(meet)
        assert break_even(LENGTHS, lengths, np.full(4, meet)) == math.inf


def test_who_is_always_faster_breaks_even_at_the_first_length() -> None:
    assert break_even(LENGTHS, np.ones(4), np.full(4, 2.0)) == 8


def test_only_the_last_crossing_counts() -> None:
    one, other = np.array([1.0, 4.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0, 2.0])
    assert break_even(LENGTHS, one, other) == pytest.approx((16 * 32) ** 0.5)


def test_the_faster_of_two_is_named_whichever_is_asked_about(measured: Measured) -> None:
    curves = measured.curves("reading", 1)
    for pair in (("transformer", "rnn"), ("rnn", "transformer")):
        found = against(curves, *pair)
        assert (found.first, found.second) == ("transformer", "rnn")
        assert found.length == pytest.approx(16) and not found.always


def test_curves_are_medians_between_quartiles(measured: Measured) -> None:
    curve = measured.curves("reading", 1)["rnn"]
    np.testing.assert_allclose(curve.seconds, np.array(LENGTHS) / 16)
    assert (curve.low <= curve.seconds).all() and (curve.seconds <= curve.high).all()
    assert measured.curves("training", 1) == {} and measured.rounds == 3


def test_the_first_sample_of_a_case_warms_up() -> None:
    case, slow = Case("reading", 1, 8, "rnn"), Case("reading", 1, 16, "rnn")
    samples = [Sample(case, 9.0, 0.3), Sample(slow, 9.0, 0.6), Sample(case, 1.0, 1.0)]
    assert Measured.of(MACHINE, samples).seconds == {case: (1.0,)}


def test_what_is_saved_is_loaded(measured: Measured, tmp_path: Path) -> None:
    measured.save(tmp_path / "found.json")
    assert Measured.load(tmp_path / "found.json") == measured


@pytest.mark.parametrize("text", ["", "[]", '{"machine": {}, "measurements": []}'])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "found.json").write_text(text)
    with pytest.raises(UsageError, match="benchmark recurrence --out"):
        Measured.load(tmp_path / "found.json")


def test_the_report_has_a_table_and_a_verdict(measured: Measured) -> None:
    lines = list(measured.report())
    assert lines[0].startswith("processor a processor")
    assert lines[-1] == "transformer is faster than rnn from 16 pieces on"
    assert [line.split()[0] for line in lines if line[:6].strip().isdigit()] == [
        str(length) for length in LENGTHS
    ]
