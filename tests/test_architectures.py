"""The command line with models of every kind: the same vocabulary, data, loop and commands."""

import dataclasses
import json
import os
import signal
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
import torch

from transformer import ModelConfig, TrainConfig, Translator, UsageError
from transformer.__main__ import _parser, main
from transformer.config import (
    ARCHITECTURES,
    STATES,
    RecurrentConfig,
    load_config,
    load_model_config,
    save_config,
)
from transformer.duration import Clock
from transformer.model import Transformer
from transformer.recurrent import Recurrent
from transformer.tokenizer import Tokenizer
from transformer.train import new_config, train
from transformer.trainer import Trainer


def options(folder: Path, out: Path, *more: str) -> Namespace:
    """As typed, with what makes a run small."""
    typed = ["train", "--data", str(folder), "--out", str(out), "--device", "cpu"]
    typed += ["--mix", "plain=0.75,packed=0.25", "--size", "tiny"]
    return _parser().parse_args([*typed, "--tokens", "200", "--report-every", "2", *more])


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_kind_is_trained_and_translates(
    corpus_folder: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arch: str,
) -> None:
    out = tmp_path / arch
    run = train(
        options(
            corpus_folder, out, "--arch", arch, "--steps", "3", "--tokenizer", str(model_folder)
        )
    )
    assert isinstance(run.model, Transformer if arch == "transformer" else Recurrent)
    assert run.tokenizer.model == (model_folder / "tokenizer.model").read_bytes()
    assert ("arch" in json.loads((out / "config.json").read_text())) == (arch != "transformer")
    assert Translator.load(out, "cpu").model.config == run.model.config
    capsys.readouterr()
    assert main(["translate", "--model", str(out), "--device", "cpu", "Où ?", "La voisine"]) == 0
    assert len(capsys.readouterr().out.split("\n")) == 3
    (tmp_path / "few.tsv").write_text("Où ?\tWhere?\n")
    data = str(tmp_path / "few.tsv")
    assert main(["evaluate", "--model", str(out), "--device", "cpu", "--data", data]) == 0
    assert "beam 4: BLEU" in capsys.readouterr().out
    trace = str(tmp_path / "trace.npz")
    assert main(["trace", "--model", str(out), "--device", "cpu", "Où ?", "--out", trace]) == 0


@pytest.mark.parametrize("arch", STATES)
def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(
    corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arch: str
) -> None:
    asked = ("--arch", arch, "--vocabulary", "400", "--steps", "5")
    whole = train(options(corpus_folder, tmp_path / "whole", *asked))
    step = Trainer._step

    def interrupted(run: Trainer, *arguments: Any) -> float:
        if run.clock.step == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(run, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "_step", interrupted)
        assert train(options(corpus_folder, tmp_path / "parts", *asked)).clock.step == 3
    parts = train(options(corpus_folder, tmp_path / "parts", "--resume"))
    assert parts.clock.step == 5 and parts.clock.cpu_seconds > 0
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, parts.model.state_dict()[name]), name


def test_the_same_pairs_in_the_same_order_whatever_the_model(
    corpus_folder: Path, model_folder: Path, tmp_path: Path
) -> None:
    streams = []
    for arch in ARCHITECTURES:
        asked = options(
            *(corpus_folder, tmp_path / arch, "--arch", arch, "--steps", "1"),
            *("--tokenizer", str(model_folder)),
        )
        stream = train(asked)._batches.stream()
        streams.append([next(stream)[2] for _ in range(4)])
    for batches in zip(*streams, strict=True):
        for batch in batches[1:]:
            assert torch.equal(batch.source_BM, batches[0].source_BM)
            assert torch.equal(batch.target_out_BL, batches[0].target_out_BL)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--arch", "rnn", "--heads", "2"], "no heads: leave out --heads"),
        (["--arch", "birnn", "--size", "small"], "tiny, 5m"),
        (["--tokenizer", "/nowhere"], "should hold a sentencepiece tokenizer"),
        (["--tokenizer", "x", "--vocabulary", "300"], "--tokenizer or --vocabulary"),
        (["--threads", "0"], "--threads must be at least 1"),
        (["--cpu-minutes", "0"], "must be above 0"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_options_are_refused(
    corpus_folder: Path, tmp_path: Path, more: list[str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        train(options(corpus_folder, tmp_path / "out", "--steps", "1", *more))


@pytest.mark.parametrize(
    "more", [("--arch", "birnn"), ("--arch", "transformer"), ("--heads", "2"), ("--size", "5m")]
)
def test_a_resumed_run_stays_what_it_is(
    corpus_folder: Path, tmp_path: Path, more: tuple[str, str]
) -> None:
    small = ("--arch", "rnn", "--vocabulary", "400", "--steps", "1")
    train(options(corpus_folder, tmp_path / "out", *small))
    with pytest.raises(UsageError, match="cannot become"):
        train(options(corpus_folder, tmp_path / "out", "--resume", *more))


def test_an_unknown_kind_is_refused_by_the_parser(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parser().parse_args(["train", "--data", "d", "--out", "o", "--arch", "gru"])
    assert "birnn-attention" in capsys.readouterr().err


# -- settings ---------------------------------------------------------------------------------


def test_a_config_without_an_arch_is_a_transformers(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"d_model": 64, "heads": 2, "d_k": 8}')
    assert load_model_config(path) == ModelConfig(d_model=64, heads=2, d_k=8)
    save_config(ModelConfig(), path)
    assert "arch" not in json.loads(path.read_text())
    assert ModelConfig().arch == "transformer"


@pytest.mark.parametrize("arch", STATES)
def test_recurrent_settings_survive_saving(arch: str, tmp_path: Path) -> None:
    config = RecurrentConfig(arch, d_model=8, d_state=6, layers=3, dropout=0.25)
    save_config(config, tmp_path / "config.json")
    assert load_model_config(tmp_path / "config.json") == config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("arch", "gru"), ("arch", "transformer"), ("arch", None), ("d_state", 7)),
        *(("d_state", 0), ("d_model", "8"), ("layers", 0), ("layers", 1.5), ("dropout", 1.0)),
    ],
)
def test_a_recurrent_model_refuses_wrong_settings_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{name} must be .* it is "):
        dataclasses.replace(RecurrentConfig("rnn"), **{name: value})


@pytest.mark.parametrize("content", ['{"arch": "lstm"}', '{"arch": "rnn", "heads": 8}', "[]", "3"])
def test_damaged_settings_are_one_clear_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(UsageError) as caught:
        load_model_config(tmp_path / "config.json")
    assert "\n" not in str(caught.value)


# -- time of the processor --------------------------------------------------------------------


def test_minutes_of_the_processor_end_a_run(
    corpus_folder: Path, tmp_path: Path, tokenizer: Tokenizer
) -> None:
    small = ("--arch", "rnn", "--vocabulary", "400", "--threads", "1")
    run = train(options(corpus_folder, tmp_path / "out", *small, "--cpu-minutes", "0.01"))
    assert 0.6 <= run.clock.cpu_seconds < 3
    assert run.config.minutes is None and run.clock.step > 1
    lines = [
        json.loads(line) for line in (tmp_path / "out/training.jsonl").read_text().splitlines()
    ]
    assert lines[-1]["cpu_seconds"] == pytest.approx(run.clock.cpu_seconds, abs=0.1)
    assert load_config(TrainConfig, tmp_path / "out" / "train.json").cpu_minutes == 0.01
    again = train(options(corpus_folder, tmp_path / "out", "--resume"))
    assert again.clock.step == run.clock.step, "its time is over"


def test_waiting_costs_no_time_of_the_processor() -> None:
    clock = Clock(seconds=6000.0, cpu_seconds=60.0)
    assert clock.share_done(None, 2.0, None) == 0.5
    assert clock.share_done(200.0, None, None) == 0.5
    assert clock.share_done(None, None, 10) == 0.0


def test_a_length_in_any_unit_replaces_the_default(tmp_path: Path) -> None:
    parsed = _parser().parse_args(["train", "--data", "d", "--out", "o", "--cpu-minutes", "45"])
    assert new_config(parsed) == TrainConfig(cpu_minutes=45.0)
