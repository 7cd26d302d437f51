"""The benchmark times what it says, and no more than is asked for."""

from pathlib import Path

import pytest
import torch

from transformer import benchmark
from transformer.__main__ import main
from transformer.benchmark import all_cases, kept_bytes, measure
from transformer.checkpoint import new_model
from transformer.config import ARCHITECTURES, ModelConfig, RecurrentConfig
from transformer.timings import TIMED, Measured

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny models, each timed once a round."""
    monkeypatch.setattr(benchmark, "SIZE", "tiny")
    monkeypatch.setattr(benchmark, "AT_LEAST", 1e-9)


def test_all_cases_are_all_combinations() -> None:
    cases = all_cases((4, 2), batches=(1, 8))
    assert len(set(cases)) == len(cases) == len(TIMED) * 2 * 2 * len(ARCHITECTURES)
    assert {case.sequences for case in cases if case.pieces == 1} == {1}
    assert all(c.sequences * c.length == 8 for c in cases if c.pieces == 8)


def test_every_case_is_timed_in_every_round_and_once_before() -> None:
    cases = all_cases((2, 3), batches=(1, 6))
    samples = list(measure(cases, 2, CPU))
    assert [sample.case for sample in samples] == cases * 3
    assert all(sample.seconds > 0 for sample in samples)
    shares = [sample.share for sample in samples]
    assert shares == sorted(shares) and shares[-1] == 1


def test_what_is_too_slow_is_left_out_with_all_that_is_longer() -> None:
    cases = all_cases((2, 3), ["reading"], [1])
    samples = list(measure(cases, 2, CPU, at_most=0))
    assert [sample.case.length for sample in samples] == [2] * len(ARCHITECTURES)


def test_the_command_prints_a_table_and_keeps_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark, "all_cases", lambda lengths: all_cases(lengths, batches=(1,)))
    path = tmp_path / "found.json"
    options = ["--device", "cpu", "--rounds", "1", "--lengths", "2", "4", "--out", str(path)]
    assert main(["benchmark", "recurrence", *options]) == 0
    printed = capsys.readouterr().out
    found = Measured.load(path)
    assert "\n".join(found.report()) == printed.strip()
    assert set(found.seconds) == set(all_cases((2, 4), batches=(1,)))
    assert found.machine.torch == torch.__version__


@pytest.mark.parametrize("option", ["--lengths", "--rounds"])
def test_nothing_to_measure_is_one_line(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "recurrence", option, "0"]) == 2
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_more_sentences_keep_more_for_the_backward_pass(arch: str) -> None:
    config = (
        ModelConfig.preset("tiny", vocabulary=50)
        if arch == "transformer"
        else RecurrentConfig.preset(arch, "tiny", vocabulary=50)
    )
    model = new_model(config).train()
    one, four = kept_bytes(model, 1, 12), kept_bytes(model, 4, 12)
    assert 2.5 * one < four < 4.5 * one
