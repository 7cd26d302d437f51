"""Several processes make the same run as one, stop together, and only one of them writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from transformer import learner
from transformer.__main__ import main
from transformer.checkpoint import read_tensors
from transformer.trainer import STATE

ROOT = Path(__file__).resolve().parent.parent
WORKER = """
import os, signal, sys
import torch
from transformer import learner, train
from transformer.__main__ import main

torch.set_num_threads(1)
learner.fast_matrix_dtype = lambda device: None  # in bfloat16 a sum depends on its order
step = train.Trainer._step


def stepping(run, batch, share_done):
    if run.team.rank == 1 and run.clock.step == 2:
        os.kill(os.getpid(), signal.SIGTERM)
    return step(run, batch, share_done)


train.Trainer._step = stepping
sys.exit(main(sys.argv[1:]))
"""


def command(folder: Path, out: Path, *more: str) -> list[str]:
    typed = ["train", "--data", str(folder), "--out", str(out), "--device", "cpu", "--steps", "5"]
    typed += ["--mix", "plain=0.75,packed=0.25", "--size", "tiny", "--vocabulary", "400"]
    return [*typed, "--dropout", "0", "--tokens", "400", "--report-every", "3", *more]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    tensors, _ = read_tensors(folder / STATE)
    return {name: t for name, t in tensors.items() if name.startswith(("weight/", "average/"))}


def log(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "training.jsonl").read_text().splitlines()]


def test_two_processes_and_one_with_twice_the_batch_make_the_same_run(
    corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes, of which one is asked to stop in step 3; one process goes on to step 5."""
    (tmp_path / "worker.py").write_text(WORKER)
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    launched = subprocess.run(
        [
            *(*launcher, "--nproc-per-node=2", str(tmp_path / "worker.py")),
            *command(corpus_folder, tmp_path / "two"),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert launched.returncode == 0, launched.stderr
    monkeypatch.setattr(learner, "fast_matrix_dtype", lambda device: None)
    assert main(command(corpus_folder, tmp_path / "one")) == 0
    assert [line["step"] for line in log(tmp_path / "two")] == [3], "both stopped after step 3"
    first, last = log(tmp_path / "one")
    (halves,) = log(tmp_path / "two")
    assert halves["loss"] == pytest.approx(first["loss"], abs=2e-4)
    assert halves["dev_loss"] == pytest.approx(first["dev_loss"], abs=2e-4)
    assert halves["pairs"] == first["pairs"]

    assert main([*command(corpus_folder, tmp_path / "two"), "--resume"]) == 0
    assert log(tmp_path / "two")[-1]["loss"] == pytest.approx(last["loss"], abs=2e-4)
    whole, parts = weights(tmp_path / "one"), weights(tmp_path / "two")
    for name, weight in whole.items():
        torch.testing.assert_close(parts[name], weight, atol=1e-4, rtol=1e-3, msg=name)
    assert {path.name for path in (tmp_path / "one").rglob("*")} == {
        path.name for path in (tmp_path / "two").rglob("*")
    }
