"""A model's folder is read back as it was written, or refused with one clear line."""

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from transformer import Translator, UsageError
from transformer.checkpoint import load_model, replace_file, save_model
from transformer.config import ModelConfig
from transformer.tokenizer import Tokenizer

CPU = torch.device("cpu")


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(model_folder, tmp_path / "model"))


def refusal(folder: Path) -> str:
    """What loading the folder says, in one line."""
    with pytest.raises(UsageError) as caught:
        load_model(folder, CPU)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_comes_back_rounded_to_half_precision(
    model_folder: Path, translator: Translator
) -> None:
    model, tokenizer = load_model(model_folder, CPU)
    assert model.config == translator.model.config
    assert tokenizer.model == translator.tokenizer.model
    assert not model.training
    own = model.state_dict()
    for name, weight in translator.model.state_dict().items():
        assert own[name].dtype == torch.float32
        assert torch.equal(own[name], weight.half().float()), name


def test_weights_are_stored_in_half_precision(model_folder: Path) -> None:
    stored = load_file(model_folder / "model.safetensors")
    assert {weight.dtype for weight in stored.values()} == {torch.float16}


def test_a_loaded_model_translates_like_the_saved_one(
    model_folder: Path, translator: Translator
) -> None:
    loaded = Translator.load(model_folder, "cpu")
    assert loaded.name == "random"
    target = "The old man"
    before = translator.translate("L'homme âgé", target=target)
    after = loaded.translate("L'homme âgé", target=target)
    assert after.score == pytest.approx(before.score, abs=0.05)


def test_every_shape_loads_with_the_same_code(
    tokenizer: Tokenizer, make_model, tmp_path: Path
) -> None:
    for layers, heads, d_k in ((1, 1, 32), (3, 2, 5)):
        model = make_model(
            encoder_layers=layers, heads=heads, d_k=d_k, vocabulary=len(tokenizer), max_length=20
        )
        save_model(tmp_path, model.config, tokenizer, model.state_dict())
        loaded, its_tokenizer = load_model(tmp_path, CPU)
        assert loaded.config == model.config
        assert its_tokenizer.longest == 20, "the tokenizer knows how much the model reads"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    message = refusal(tmp_path / "nowhere")
    assert "There is no model in" in message and "nowhere" in message


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.model"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "a folder"])
def test_a_damaged_file_is_refused(folder: Path, name: str, damage: str) -> None:
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(content[: len(content) // 2] if damage == "truncated" else b"")
    assert str(folder) in refusal(folder)


def test_a_tensor_of_another_shape_is_named(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"d_ff": 44}))
    assert "decoder.0.feed_forward.expand.bias should have shape (44,), but has (40,)" in refusal(
        folder
    )


@pytest.mark.parametrize(
    ("layers", "expected"), [(1, "should have shape none"), (3, "but has none")]
)
def test_missing_and_surplus_tensors_are_named(folder: Path, layers: int, expected: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"encoder_layers": layers}))
    message = refusal(folder)
    assert f": encoder.{min(layers, 2)}." in message and expected in message


def test_the_tokenizer_of_another_model_is_refused(folder: Path, pairs) -> None:  # type: ignore[no-untyped-def]
    other = Tokenizer.learn([english for _, english in pairs], 350)
    (folder / "tokenizer.model").write_bytes(other.model)
    message = refusal(folder)
    assert f"has {len(other)} pieces" in message and "same model" in message


def test_a_foreign_tokenizer_of_the_same_size_is_refused(folder: Path) -> None:
    path = folder / "tokenizer.model"
    own = Tokenizer.load(path)
    longest = max((own.piece(i) for i in range(260, len(own))), key=len).lstrip("▁")
    path.write_bytes(own.model.replace(longest.encode(), longest.encode()[::-1]))
    assert len(Tokenizer.load(path)) == len(own)
    assert "another tokenizer" in refusal(folder)


@pytest.mark.parametrize(
    "change", [{"colour": "red"}, {"heads": 0}, {"heads": "8"}, {"max_length": None}]
)
def test_wrong_settings_are_refused(folder: Path, change: dict[str, object]) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    assert next(iter(change)) in refusal(folder)


def test_settings_larger_than_memory_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"d_ff": 10**14}))
    refusal(folder)


class Bomb:
    """Unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.model"])
@pytest.mark.parametrize("protocol", ["pickle", "torch"])
def test_nothing_is_unpickled(folder: Path, tmp_path: Path, name: str, protocol: str) -> None:
    bomb = Bomb(tmp_path / "exploded")
    if protocol == "pickle":
        (folder / name).write_bytes(pickle.dumps(bomb))
    else:
        torch.save({"embedding.weight": bomb}, folder / name)
    refusal(folder)
    assert not (tmp_path / "exploded").exists()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def write(beside: Path) -> None:
        beside.write_text("ne")
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="cannot be written .No space left on device."):
        replace_file(path, write)
    assert path.read_text() == "old"


def test_a_kill_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def write(beside: Path) -> None:
        beside.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(path, write)
    assert path.read_text() == "old"
    replace_file(path, lambda beside: beside.write_text("new"))
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["file"], "what was left behind is used up"


def test_a_folder_that_cannot_be_written_is_refused(translator: Translator, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file, not a folder")
    model = translator.model
    with pytest.raises(UsageError, match="cannot be written .* Choose a folder"):
        save_model(
            tmp_path / "occupied" / "model",
            model.config,
            translator.tokenizer,
            model.state_dict(),
        )


def test_weights_of_another_precision_load(folder: Path) -> None:
    path = folder / "model.safetensors"
    halves = load_file(path)
    save_file({name: weight.double() for name, weight in halves.items()}, path)
    model, _ = load_model(folder, CPU)
    assert torch.equal(model.embedding.weight, halves["embedding.weight"].float())


def test_the_presets_are_small_enough_to_ship() -> None:
    config = ModelConfig.preset("small")
    with torch.device("meta"):
        from transformer.model import Transformer

        weights = sum(parameter.numel() for parameter in Transformer(config).parameters())
    assert 2 * weights <= 20_000_000, "bytes in half precision"
