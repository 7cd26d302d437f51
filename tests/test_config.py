"""Settings are checked when they are made and survive being saved."""

import dataclasses
from pathlib import Path

import pytest

from transformer import ModelConfig, TrainConfig, UsageError
from transformer.config import PRESETS, load_config, save_config


def test_named_sizes_are_those_of_the_documentation() -> None:
    tiny, small, base = (ModelConfig.preset(name) for name in ("tiny", "small", "base"))
    assert (tiny.encoder_layers, tiny.decoder_layers, tiny.d_model, tiny.heads) == (2, 2, 64, 4)
    assert (small.encoder_layers, small.d_model, small.heads, small.d_ff) == (4, 256, 8, 1024)
    assert (base.encoder_layers, base.d_model, base.heads, base.d_k, base.d_ff) == (
        *(6, 512, 8),
        *(64, 2048),
    )


@pytest.mark.parametrize("name", PRESETS)
def test_heads_share_the_width_in_every_named_size(name: str) -> None:
    config = ModelConfig.preset(name)
    assert config.heads * config.d_k == config.d_model


def test_a_preset_can_be_changed() -> None:
    assert ModelConfig.preset("tiny", heads=2, d_k=5) == dataclasses.replace(
        PRESETS["tiny"], heads=2, d_k=5
    )


def test_an_unknown_size_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="'huge'.*tiny, small, base"):
        ModelConfig.preset("huge")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("heads", 0),
        ("d_k", -1),
        ("d_model", 7),
        ("d_ff", 2.5),
        ("encoder_layers", "4"),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("vocabulary", 0),
    ],
)
def test_a_model_refuses_wrong_settings_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{name} must be .* it is "):
        ModelConfig(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mix", ()),
        ("mix", (("laws", 0.0),)),
        ("mix", (("laws", 1.0), ("tatoeba", -0.5))),
        ("tokens_per_batch", 1),
        ("longest", 1),
        ("learning_rate", 0.0),
        ("label_smoothing", 1.0),
        ("average_decay", 1.0),
        ("subword_alpha", -0.1),
        ("noise", -0.1),
        ("noise", 1.1),
        ("seed", -1),
    ],
)
def test_training_refuses_wrong_settings_by_name(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{name} must be .* it is "):
        TrainConfig(**{name: value})


@pytest.mark.parametrize(
    "config",
    [ModelConfig(heads=3, d_k=7, dropout=0.25), TrainConfig(mix=(("a", 0.5), ("b", 2)), seed=9)],
    ids=["model", "train"],
)
def test_settings_survive_saving(config: ModelConfig | TrainConfig, tmp_path: Path) -> None:
    save_config(config, tmp_path / "config.json")
    assert load_config(type(config), tmp_path / "config.json") == config


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelConfig().heads = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b'{"heads": 8, "colour": "red"}',
        b'{"heads": "many"}',
        b'{"dropout": null}',
        b'{"mix": 5}',
        b"\xff\xfe",
    ],
)
def test_damaged_settings_are_one_clear_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_config(ModelConfig, path)
    assert "\n" not in str(caught.value)


def test_missing_settings_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere.json should hold the settings"):
        load_config(ModelConfig, tmp_path / "nowhere.json")
