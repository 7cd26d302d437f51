"""From options to a run: what is begun, resumed, taken over or refused."""

import dataclasses
import json
from argparse import Namespace
from pathlib import Path

import pytest
import torch

from transformer import ModelConfig, TrainConfig, UsageError
from transformer.__main__ import _parser
from transformer.checkpoint import load_model, save_model
from transformer.config import load_config
from transformer.model import Transformer
from transformer.train import learn_vocabulary, measure, new_config, parse_mix, read_dev, train

MIX = (("plain", 0.75), ("packed", 0.25))


def options(folder: Path, out: Path, *more: str) -> Namespace:
    """As typed, with what makes a run small."""
    typed = ["train", "--data", str(folder), "--out", str(out), "--device", "cpu"]
    typed += ["--mix", "plain=0.75,packed=0.25", "--size", "tiny", "--vocabulary", "400"]
    return _parser().parse_args([*typed, "--tokens", "200", "--report-every", "2", *more])


def test_a_run_leaves_a_model_a_log_and_its_settings(corpus_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs" / "new"
    trainer = train(options(corpus_folder, out, "--steps", "3", "--heads", "2", "--d-k", "8"))
    model, tokenizer = load_model(out, torch.device("cpu"))
    assert (model.config.heads, model.config.d_k, model.config.d_model) == (2, 8, 64)
    assert model.config.vocabulary == len(tokenizer) <= 400
    assert load_config(TrainConfig, out / "train.json") == trainer.config
    assert trainer.config.mix == MIX
    lines = [json.loads(line) for line in (out / "training.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 3]
    assert all(line["dev_bleu"] >= 0 for line in lines)
    assert len(trainer.dev) == 10


def test_the_same_options_train_the_same_weights(corpus_folder: Path, tmp_path: Path) -> None:
    one, other = (
        train(options(corpus_folder, tmp_path / name, "--steps", "2")) for name in ("one", "other")
    )
    weights = other.model.state_dict()
    assert all(torch.equal(w, weights[name]) for name, w in one.model.state_dict().items())


def test_a_resumed_run_keeps_its_settings(corpus_folder: Path, tmp_path: Path) -> None:
    shape = ("--seed", "7", "--heads", "2", "--d-k", "8")
    first = train(options(corpus_folder, tmp_path / "out", "--steps", "2", *shape))
    again = train(options(corpus_folder, tmp_path / "out", "--steps", "4", "--resume"))
    assert again.clock.step == 4
    assert again.config == dataclasses.replace(first.config, steps=4) and again.config.seed == 7
    assert again.model.config == first.model.config and again.model.config.heads == 2


@pytest.mark.parametrize(
    "more", [("--learning-rate", "9"), ("--heads", "8"), ("--seed", "3"), ("--size", "base")]
)
def test_a_resumed_run_refuses_other_settings(
    corpus_folder: Path, tmp_path: Path, more: tuple[str, str]
) -> None:
    train(options(corpus_folder, tmp_path / "out", "--steps", "1"))
    with pytest.raises(UsageError, match="cannot become"):
        train(options(corpus_folder, tmp_path / "out", "--steps", "2", "--resume", *more))


def test_a_resumed_run_remembers_how_long_it_takes(corpus_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    train(options(corpus_folder, out, "--steps", "3"))
    assert train(options(corpus_folder, out, "--resume")).clock.step == 3
    assert load_config(TrainConfig, out / "train.json").steps == 3


def test_a_killed_run_leaves_nothing_in_the_log_of_the_next(
    corpus_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    train(options(corpus_folder, out, "--steps", "2"))
    for name in ("state.safetensors", "model.safetensors"):  # killed before its first save
        (out / name).unlink()
    train(options(corpus_folder, out, "--steps", "3"))
    lines = [json.loads(line) for line in (out / "training.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 3]
    assert sorted(path.stem for path in (out / "snapshots").iterdir()) == ["000000", "000003"]


def test_a_shipped_model_is_never_overwritten(
    corpus_folder: Path, model_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="holds a run or a model"):
        train(options(corpus_folder, model_folder, "--steps", "1"))


def test_init_takes_weights_and_vocabulary_of_another_model(
    corpus_folder: Path, tmp_path: Path, model_folder: Path
) -> None:
    asked = options(
        *(corpus_folder, tmp_path / "out", "--steps", "1", "--init", str(model_folder)),
        *("--learning-rate", "1e-9"),
    )
    asked.size = None
    run = train(asked)
    model, tokenizer = load_model(model_folder, torch.device("cpu"))
    assert run.tokenizer.model == tokenizer.model
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(run.model.state_dict()[name], weight, atol=1e-6, rtol=1e-6)


def test_a_run_is_never_overwritten(corpus_folder: Path, tmp_path: Path) -> None:
    train(options(corpus_folder, tmp_path / "out", "--steps", "1"))
    with pytest.raises(UsageError, match="add --resume"):
        train(options(corpus_folder, tmp_path / "out", "--steps", "1"))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--resume"], "no run to resume"),
        (["--mix", "plain"], "NAME=SHARE"),
        (["--mix", "plain=much"], "NAME=SHARE"),
        (["--mix", "plain=0"], "mix must be shares above 0"),
        (["--mix", "novels=1"], "novels.train.tsv"),
        (["--size", "huge"], "tiny, small, base"),
        (["--heads", "0"], "heads must be"),
        (["--vocabulary", "20"], "vocabulary"),
        (["--init", "/nowhere"], "no model in /nowhere"),
        (["--device", "abacus"], "abacus"),
        (["--tokens", "1"], "tokens_per_batch must be"),
        (["--optimizer", "sgd"], "optimizer must be adamw or muon"),
        (["--steps", "0"], "steps"),
        (["--report-every", "0"], "report"),
        (["--seed", "-1"], "seed must be"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_options_are_refused(
    corpus_folder: Path, tmp_path: Path, more: list[str], message: str
) -> None:
    wrong = options(corpus_folder, tmp_path / "out", "--steps", "1", *more)
    with pytest.raises(UsageError, match=message):
        if "0" in more:  # a run that never ends would be worse than one that is not refused
            wrong.minutes = 0.01
        train(wrong)


def test_options_change_only_what_they_name(tmp_path: Path) -> None:
    parsed = _parser().parse_args(["train", "--data", "d", "--out", "o", "--learning-rate", "1e-4"])
    assert new_config(parsed) == TrainConfig(learning_rate=1e-4, minutes=60.0)


def test_a_mixture_is_read_with_spaces() -> None:
    assert parse_mix("tatoeba=0.7, laws=0.3") == (("tatoeba", 0.7), ("laws", 0.3))


def test_the_vocabulary_knows_both_languages(pairs) -> None:  # type: ignore[no-untyped-def]
    config = TrainConfig(mix=(("a", 1.0),))
    tokenizer = learn_vocabulary({"a": pairs}, config, 500)
    letters = {tokenizer.piece(i) for i in range(len(tokenizer))}
    assert {"ê", "w"} <= letters, "French and English ones"
    assert learn_vocabulary({"a": pairs}, config, 500).model == tokenizer.model


def test_dev_pairs_come_from_the_first_corpus_that_has_any(corpus_folder: Path) -> None:
    assert len(read_dev(corpus_folder, TrainConfig(mix=(("packed", 1.0), ("plain", 0.1))))) == 10
    assert read_dev(corpus_folder, TrainConfig(mix=(("packed", 1.0),))) == []


def test_a_dev_pair_that_is_too_long_does_not_end_a_run(
    corpus_folder: Path, tmp_path: Path
) -> None:
    with (corpus_folder / "plain.dev.tsv").open("a", encoding="utf-8") as file:
        file.write("1" * 300 + "\t" + "1" * 300 + "\n")
    train(options(corpus_folder, tmp_path / "out", "--steps", "2"))
    assert (tmp_path / "out" / "model.safetensors").exists()


def test_without_a_dev_set_there_is_no_dev_score(tokenizer) -> None:  # type: ignore[no-untyped-def]
    model = Transformer(ModelConfig.preset("tiny", vocabulary=len(tokenizer)))
    assert measure(model, tokenizer, []) is None


def test_an_output_folder_that_cannot_be_written_is_refused(
    corpus_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "occupied").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written"):
        train(options(corpus_folder, tmp_path / "occupied" / "out", "--steps", "1"))


def test_init_does_not_touch_the_model_it_takes(
    corpus_folder: Path, tmp_path: Path, tokenizer
) -> None:  # type: ignore[no-untyped-def]
    model = Transformer(ModelConfig.preset("tiny", vocabulary=len(tokenizer)))
    save_model(tmp_path / "start", model.config, tokenizer, model.state_dict())
    before = {path.name: path.read_bytes() for path in (tmp_path / "start").iterdir()}
    start = str(tmp_path / "start")
    train(options(corpus_folder, tmp_path / "out", "--steps", "1", "--init", start))
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "start").iterdir()}


def test_compiling_changes_no_weight_and_is_done_once_for_all_lengths(
    corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = train(options(corpus_folder, tmp_path / "plain", "--steps", "8"))
    captured: list[torch.fx.GraphModule] = []

    def capture(graph: torch.fx.GraphModule, _inputs: object) -> torch.fx.GraphModule:
        captured.append(graph)
        return graph

    def compile_quickly(model: Transformer, dynamic: bool) -> None:  # without a C++ compiler
        torch.nn.Module.compile(model, dynamic=dynamic, backend=capture)

    monkeypatch.setattr(Transformer, "compile", compile_quickly)
    compiled = train(options(corpus_folder, tmp_path / "compiled", "--steps", "8", "--compile"))
    weights = compiled.model.state_dict()
    assert all(torch.equal(w, weights[name]) for name, w in plain.model.state_dict().items())
    assert len(captured) == 1
