"""Training learns, and a run that was interrupted ends as if it had not been."""

import json
import math
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from transformer import ModelConfig, TrainConfig, Translator, UsageError, trainer
from transformer.checkpoint import load_model
from transformer.data import Pair
from transformer.duration import schedule
from transformer.model import Transformer
from transformer.tokenizer import Tokenizer
from transformer.trainer import Trainer

MakeTrainer = Callable[..., Trainer]


@pytest.fixture
def make_trainer(tokenizer: Tokenizer, pairs: list[Pair]) -> MakeTrainer:
    """``make_trainer(folder)``: a new run, or with ``resume=True`` one that goes on."""

    def make(folder: Path, resume: bool = False, **changes: object) -> Trainer:
        shape = dict(d_model=16, heads=2, d_k=8, d_ff=16, encoder_layers=1, decoder_layers=1)
        config = dict(mix=(("a", 1.0),), tokens_per_batch=200, warmup_steps=4, seed=3)
        torch.manual_seed(99 if resume else 3)  # what a fresh process draws must not matter
        model = Transformer(ModelConfig(**shape, vocabulary=len(tokenizer)))
        run = Trainer(
            folder,
            model,
            tokenizer,
            {"a": pairs[:150]},
            pairs[150:154],
            TrainConfig(**(config | changes)),
            lambda model, tokenizer, dev: 12.5,
        )
        if resume:
            run.resume()
        return run

    return make


def terminate_in(run: Trainer, step: int) -> None:
    """Send SIGTERM to this process while the run is in ``step``."""
    train_step = run._step

    def stepping(batch, share_done):  # type: ignore[no-untyped-def]
        if run.clock.step + 1 == step:
            os.kill(os.getpid(), signal.SIGTERM)
        return train_step(batch, share_done)

    run._step = stepping


def assert_equal_weights(one: Trainer, other: Trainer) -> None:
    for own, others in (
        (one.model.state_dict(), other.model.state_dict()),
        (one.learner.averaged().state_dict(), other.learner.averaged().state_dict()),
    ):
        assert all(torch.equal(weight, others[name]) for name, weight in own.items())


@pytest.mark.parametrize(
    "changes",
    [{}, {"subword_alpha": 0.2}, {"optimizer": "muon"}],
    ids=["best cut", "sampled cuts", "muon"],
)
@pytest.mark.parametrize("stop_in", [1, 5, 7, 10], ids=lambda step: f"step {step}")
def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(
    make_trainer: MakeTrainer, tmp_path: Path, stop_in: int, changes: dict[str, object]
) -> None:
    whole = make_trainer(tmp_path / "whole", **changes)
    whole.run(steps=12, report_every=5)
    first = make_trainer(tmp_path / "parts", **changes)
    terminate_in(first, stop_in)
    first.run(steps=12, report_every=5)
    assert first.clock.step == stop_in
    second = make_trainer(tmp_path / "parts", resume=True, **changes)
    assert second.clock.step == stop_in
    second.run(steps=12, report_every=5)
    assert_equal_weights(whole, second)
    assert (whole.clock.pairs, whole.clock.batch) == (second.clock.pairs, second.clock.batch)


def test_looking_at_a_run_does_not_change_it(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    """Neither log lines nor snapshots nor saves draw the random numbers that training draws."""
    silent = make_trainer(tmp_path / "silent")
    silent.run(steps=6, report_every=100)
    chatty = make_trainer(tmp_path / "chatty")
    chatty.run(steps=6, report_every=1)
    assert_equal_weights(silent, chatty)


def test_a_second_sigterm_while_stopping_does_not_kill(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    ignored: list[int] = []
    previous = signal.signal(signal.SIGTERM, lambda *_: ignored.append(1))
    try:
        run = make_trainer(tmp_path)
        terminate_in(run, 2)
        run.measure = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
        run.run(steps=4)
    finally:
        signal.signal(signal.SIGTERM, previous)
    assert not ignored, "the run still held the signal when it wrote its last line"
    assert (tmp_path / "state.safetensors").exists()


def test_sigterm_is_given_back_after_a_run(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    make_trainer(tmp_path).run(steps=1)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_write_that_fails_leaves_the_last_state(
    make_trainer: MakeTrainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_trainer(tmp_path).run(steps=2)
    saved = {path.name: path.read_bytes() for path in tmp_path.glob("*.safetensors")}

    def fail(tensors: object, path: Path, *_: object) -> None:
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    run = make_trainer(tmp_path, resume=True)
    monkeypatch.setattr("transformer.trainer.save_file", fail)
    monkeypatch.setattr("transformer.checkpoint.save_file", fail)
    with pytest.raises(UsageError, match="No space left"):
        run.run(steps=4)
    assert saved == {name: (tmp_path / name).read_bytes() for name in saved}
    assert make_trainer(tmp_path, resume=True).clock.step == 2


def test_it_saves_now_and_then(
    make_trainer: MakeTrainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "SAVE_EVERY", -1.0)
    run = make_trainer(tmp_path)
    saved: list[int] = []
    monkeypatch.setattr(run, "save", lambda: saved.append(run.clock.step))
    run.run(steps=3)
    assert saved == [1, 2, 3, 3]


def test_a_run_is_a_loadable_model_of_averaged_weights(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    run = make_trainer(tmp_path)
    run.run(steps=5)
    model, tokenizer = load_model(tmp_path, torch.device("cpu"))
    assert tokenizer.model == run.tokenizer.model
    averaged, latest = run.learner.averaged().state_dict(), run.model.state_dict()
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, averaged[name].half().float())
    assert not torch.equal(averaged["embedding.weight"], latest["embedding.weight"])


def test_the_average_is_an_exponential_one(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    run = make_trainer(tmp_path, average_decay=0.3)
    expected = run.model.embedding.weight.detach().clone()
    run.model.embedding.weight.data += 1
    for step in range(6):
        run.learner._update_average(step)
        decay = min(0.3, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * run.model.embedding.weight.detach()
    torch.testing.assert_close(run.learner.averaged().embedding.weight.detach(), expected)


def log_lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "training.jsonl").read_text().splitlines()]


def test_the_log_has_a_line_for_every_report_and_the_end(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    make_trainer(tmp_path).run(steps=7, report_every=3)
    lines = log_lines(tmp_path)
    assert [line["step"] for line in lines] == [3, 6, 7]
    keys = {"step", "loss", "learning_rate", "dev_loss", "dev_bleu", "seconds", "pairs"}
    keys |= {"cpu_seconds", "waiting_seconds"}
    for line in lines:
        assert keys == set(line)
        assert all(math.isfinite(value) and value >= 0 for value in line.values())
        assert line["dev_bleu"] == 12.5
    assert [line["pairs"] for line in lines] == sorted(line["pairs"] for line in lines)


def test_lines_after_the_saved_state_are_cut_off(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    make_trainer(tmp_path).run(steps=4, report_every=2)
    with (tmp_path / "training.jsonl").open("a") as file:  # logged, then killed before saving
        file.write('{"step": 6}\n{"step": 8}\n')
    make_trainer(tmp_path, resume=True)
    assert [line["step"] for line in log_lines(tmp_path)] == [2, 4]


def test_half_a_log_line_does_not_stop_a_run_from_going_on(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    make_trainer(tmp_path).run(steps=4, report_every=2)
    with (tmp_path / "training.jsonl").open("a") as file:  # killed while it wrote
        file.write('{"step": 6, "lo')
    make_trainer(tmp_path, resume=True)
    assert [line["step"] for line in log_lines(tmp_path)] == [2, 4]


def test_snapshots_show_attention_at_fixed_steps(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    run = make_trainer(tmp_path)
    run.run(steps=12)
    paths = sorted((tmp_path / "snapshots").iterdir())
    assert [path.name for path in paths] == ["000000.npz", "000010.npz", "000012.npz"]
    for path in paths:
        assert path.stat().st_size < 100_000
        with np.load(path, allow_pickle=False) as arrays:
            french, english = len(arrays["source"]), len(arrays["target"])
            assert arrays["source"][-1] == arrays["target"][-1] == "</s>"
            assert arrays["cross_weights"].shape == (1, 2, english, french)
            for kind in ("encoder", "decoder", "cross"):
                np.testing.assert_allclose(
                    arrays[f"{kind}_weights"].astype(np.float32).sum(-1), 1, atol=0.01
                )


def test_a_state_of_another_shape_is_refused(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    run = make_trainer(tmp_path)
    run.run(steps=1)
    run.learner.model = Transformer(ModelConfig.preset("tiny"))
    with pytest.raises(UsageError, match="state.safetensors: .* should have shape"):
        run.resume()


def test_a_truncated_state_is_refused(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    make_trainer(tmp_path).run(steps=1)
    path = tmp_path / "state.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(UsageError, match="state.safetensors should hold weights"):
        make_trainer(tmp_path, resume=True)


@pytest.mark.parametrize(
    "length", [{}, {"steps": 0}, {"steps": -3}, {"minutes": 0.0}, {"minutes": -1.0}]
)
def test_a_run_without_an_end_is_refused(
    make_trainer: MakeTrainer, tmp_path: Path, length: dict[str, float]
) -> None:
    run = make_trainer(tmp_path)
    terminate_in(run, 3)  # in case it starts after all
    with pytest.raises(UsageError):
        run.run(**length)


def test_minutes_end_a_run(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    run = make_trainer(tmp_path)
    run.run(minutes=0.005)
    assert 0.3 <= run.clock.seconds < 5
    assert run.clock.step > 0


@given(st.integers(1, 50), st.integers(2, 500))
def test_the_rate_rises_then_falls_to_zero(warmup: int, steps: int) -> None:
    rates = [schedule(step, step / steps, warmup) for step in range(steps + 1)]
    assert 0 < max(rates) <= 1
    assert rates[-1] == 0 <= min(rates)
    after = rates[warmup - 1 :]
    assert after == sorted(after, reverse=True)
    if steps > 10 * warmup:
        assert rates[:warmup] == sorted(rates[:warmup]) and max(rates) > 0.85


def test_a_copy_task_is_learned_in_seconds(tmp_path: Path) -> None:
    words = "un deux trois quatre cinq six sept huit neuf dix".split()
    draw = random.Random(5)
    sentences = [" ".join(draw.choices(words, k=draw.randint(1, 5))) for _ in range(2980)]
    held_out = sorted(set(sentences[2900:]) - set(sentences[:2900]))
    tokenizer = Tokenizer.learn(sentences, 300)
    torch.manual_seed(1)
    shape = dict(d_model=64, heads=4, d_k=16, d_ff=128, encoder_layers=1, decoder_layers=1)
    run = Trainer(
        tmp_path,
        Transformer(ModelConfig(**shape, dropout=0.0, vocabulary=len(tokenizer))),
        tokenizer,
        {"copies": [(line, line) for line in sentences[:2900]]},
        [],
        TrainConfig(
            mix=(("copies", 1.0),), tokens_per_batch=600, warmup_steps=50, learning_rate=5e-3
        ),
        lambda *_: None,
    )
    run.run(steps=500)
    found = Translator(run.learner.averaged(), tokenizer).translate_batch(held_out, beam_size=1)
    right = sum(line.text == text for line, text in zip(found, held_out, strict=True))
    assert len(held_out) > 40
    assert right / len(held_out) > 0.9
