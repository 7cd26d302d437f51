"""What a run left behind is read back."""

import json
from pathlib import Path

import numpy as np
import pytest

from transformer import KINDS, UsageError
from transformer.analysis.training import read_log, read_snapshots, sharpness
from transformer.translator import MODELS, default_model

LINE = {"step": 1, "loss": 4.0, "learning_rate": 1e-3, "dev_bleu": None, "pairs": 8}


def write(path: Path, losses: list[float | None]) -> Path:
    lines = [
        json.dumps({**LINE, "seconds": 60 * i, "cpu_seconds": 10.0 * i, "dev_loss": loss})
        for i, loss in enumerate(losses, start=1)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_time_to_a_loss_lies_between_two_lines(tmp_path: Path) -> None:
    log = read_log(write(tmp_path / "log.jsonl", [3.0, 2.0, 2.5, 1.0]))
    assert log.cpu_seconds_to(2.25) == pytest.approx(17.5)
    assert log.cpu_seconds_to(2.0) == pytest.approx(20)
    assert log.cpu_seconds_to(5.0) == 10
    assert np.isnan(log.cpu_seconds_to(0.5))
    assert log.minutes.tolist() == [1, 2, 3, 4]


def test_a_rate_that_rises_again_is_another_run(tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", [3.0] * 5)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for step, (line, rate) in enumerate(zip(lines, [2, 3, 0, 2, 1], strict=True), start=1):
        line |= {"step": step, "learning_rate": float(rate)}
    path.write_text("\n".join(json.dumps(line) for line in lines))
    assert read_log(path).restarts == (3,)


def test_what_a_line_lacks_is_no_number(tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", [3.0, None])
    path.write_text(path.read_text().replace('"cpu_seconds": 10.0, ', ""))
    log = read_log(path)
    assert np.isnan(log.dev_bleu).all() and np.isnan(log.dev_loss[1])
    assert np.isnan(log.cpu_seconds[0]) and log.cpu_seconds[1] == 20


@pytest.mark.parametrize("text", ["", "{", "[]\n", '{"step": "many"}\n'])
def test_a_damaged_log_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    with pytest.raises(UsageError):
        read_log(tmp_path / "log.jsonl")


def test_a_damaged_snapshot_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "000010.npz").write_bytes(b"PK")
    with pytest.raises(UsageError, match="attention weights"):
        read_snapshots(tmp_path)
    assert read_snapshots(tmp_path / "none") == ()


def test_the_shipped_run_was_watched_from_the_first_step_to_the_last() -> None:
    folder = MODELS / default_model()
    log, snapshots = read_log(folder / "training.jsonl"), read_snapshots(folder / "snapshots")
    assert snapshots[0].step == 0 and snapshots[-1].step == log.step[-1]
    assert [s.step for s in snapshots] == sorted(s.step for s in snapshots)
    for snapshot in snapshots:
        for kind in KINDS:
            weights = snapshot.weights(kind)
            rows, columns = snapshot.axes(kind)
            assert weights.shape[-2:] == (len(rows), len(columns))
            np.testing.assert_allclose(weights.sum(-1), 1, atol=5e-3)  # kept as float16
            assert (snapshot.even(kind) <= sharpness(weights) + 1e-3).all()


def test_equal_weights_are_as_dull_as_can_be() -> None:
    assert sharpness(np.full((2, 3, 4), 0.25)).tolist() == [0.25, 0.25]
    assert sharpness(np.eye(3)) == 1
