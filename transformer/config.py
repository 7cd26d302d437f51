"""Settings of a model and of a training run: frozen, checked, saved beside the weights."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from transformer.errors import UsageError

Settings = TypeVar("Settings", "ModelConfig", "RecurrentConfig", "TrainConfig")
ARCHITECTURES = ("transformer", "rnn", "birnn", "birnn-attention")


def _expect(holds: bool, name: str, expected: str, got: object) -> None:
    if not holds:
        raise UsageError(
            "{name} must be {expected}; it is {got!r}.", name=name, expected=expected, got=got
        )


def _expect_shape(config: ModelConfig | RecurrentConfig) -> None:
    """A share for dropout, whole numbers for the rest."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.name == "dropout":
            _expect(0 <= value < 1, field.name, "at least 0 and below 1", value)
        elif field.name != "arch":
            whole = isinstance(value, int) and value >= 1
            _expect(whole, field.name, "a whole number of at least 1", value)


def _named(sizes: dict[str, Settings], name: str) -> Settings:
    if name not in sizes:
        raise UsageError(
            "Size {name!r} is not known; choose one of {known}.", name=name, known=", ".join(sizes)
        )
    return sizes[name]


@dataclass(frozen=True)
class ModelConfig:
    """The shape of the Transformer (Vaswani et al. 2017, table 3).

    ``heads`` and ``d_k`` are free: W_Q, W_K and W_V are (d_model, heads * d_k), also where that
    product is not d_model. ``max_length`` counts pieces and sizes the table of positions.
    """

    arch: ClassVar[str] = "transformer"

    d_model: int = 256
    heads: int = 8
    d_k: int = 32
    d_ff: int = 1024
    encoder_layers: int = 4
    decoder_layers: int = 4
    dropout: float = 0.1
    vocabulary: int = 8000
    max_length: int = 256

    def __post_init__(self) -> None:
        _expect_shape(self)
        _expect(self.d_model % 2 == 0, "d_model", "even (sines and cosines in pairs)", self.d_model)

    @classmethod
    def preset(cls, name: str, **changes: Any) -> ModelConfig:
        """A named size: ``tiny``, ``5m``, ``small`` or ``base``, with some settings changed."""
        return dataclasses.replace(_named(PRESETS, name), **changes)


PRESETS = {
    "tiny": ModelConfig(d_model=64, heads=4, d_k=16, d_ff=128, encoder_layers=2, decoder_layers=2),
    "small": ModelConfig(),
    "base": ModelConfig(
        d_model=512, heads=8, d_k=64, d_ff=2048, encoder_layers=6, decoder_layers=6
    ),
    # 5.5 million parameters, to stand beside the recurrent models of that size.
    "5m": ModelConfig(d_ff=896, encoder_layers=2, decoder_layers=2),
}


@dataclass(frozen=True)
class RecurrentConfig:
    """The shape of an LSTM encoder-decoder: what translated before the Transformer.

    ``arch`` is ``rnn`` (the encoder reads in one direction: Sutskever et al. 2014), ``birnn`` (in
    both) or ``birnn-attention`` (and the decoder looks back at it: Bahdanau et al. 2015).
    ``d_model`` is the width of an embedding, ``d_state`` that of a decoder's state and of an
    encoder's, both directions joined; ``layers`` counts those of the encoder and, as many again,
    of the decoder.
    """

    arch: str
    d_model: int = 256
    d_state: int = 320
    layers: int = 2
    dropout: float = 0.1
    vocabulary: int = 8000
    max_length: int = 256

    def __post_init__(self) -> None:
        known = ARCHITECTURES[1:]
        _expect(self.arch in known, "arch", "one of " + ", ".join(known), self.arch)
        _expect_shape(self)
        _expect(self.d_state % 2 == 0, "d_state", "even (two directions)", self.d_state)

    @classmethod
    def preset(cls, arch: str, name: str, **changes: Any) -> RecurrentConfig:
        """A named size, ``tiny`` or ``5m``, with some settings changed.

        The three of a size have about as many parameters, so that the widths differ.
        """
        sizes = {"tiny": cls(arch, d_model=32, d_state=32), "5m": cls(arch, d_state=STATES[arch])}
        return dataclasses.replace(_named(sizes, name), **changes)


STATES = {"rnn": 336, "birnn": 368, "birnn-attention": 320}  # d_state of 5.5 million parameters


@dataclass(frozen=True)
class TrainConfig:
    """How a model is trained. Lengths count pieces, rates are per step.

    ``minutes``, ``cpu_minutes`` and ``steps`` say how long the whole run takes, and so how fast
    the rate decays. ``noise`` is the share of French sides that are altered as people type them
    (``typed.alter``). CPU minutes are those of all threads and leave out measuring and saving: a
    machine that is busy with something else does not change the result.
    """

    minutes: float | None = None
    cpu_minutes: float | None = None
    steps: int | None = None
    mix: tuple[tuple[str, float], ...] = (
        ("tatoeba", 0.7),
        ("laws", 0.15),
        ("documentation", 0.15),
    )
    tokens_per_batch: int = 2500
    longest: int = 64
    learning_rate: float = 1.5e-3
    warmup_steps: int = 400
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    clip_norm: float = 1.0
    average_decay: float = 0.998
    subword_alpha: float = 0.0
    noise: float = 0.0
    optimizer: str = "adamw"
    seed: int = 1

    def __post_init__(self) -> None:
        shares = [share for _, share in self.mix]
        _expect(bool(shares) and min(shares) >= 0 < sum(shares), "mix", "shares above 0", self.mix)
        _expect(
            self.tokens_per_batch >= 64, "tokens_per_batch", "at least 64", self.tokens_per_batch
        )
        _expect(self.longest >= 2, "longest", "at least 2", self.longest)
        _expect(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        _expect(0 <= self.label_smoothing < 1, "label_smoothing", "in [0, 1)", self.label_smoothing)
        _expect(0 <= self.average_decay < 1, "average_decay", "in [0, 1)", self.average_decay)
        _expect(0 <= self.subword_alpha, "subword_alpha", "at least 0", self.subword_alpha)
        _expect(0 <= self.noise <= 1, "noise", "in [0, 1]", self.noise)
        known = ("adamw", "muon")
        _expect(self.optimizer in known, "optimizer", " or ".join(known), self.optimizer)
        _expect(self.warmup_steps >= 1, "warmup_steps", "at least 1", self.warmup_steps)
        _expect(self.seed >= 0, "seed", "at least 0", self.seed)


def save_config(config: ModelConfig | RecurrentConfig | TrainConfig, path: Path) -> None:
    """Write ``config`` as indented JSON."""
    path.write_text(json.dumps(dataclasses.asdict(config), indent=2) + "\n", encoding="utf-8")


def load_model_config(path: Path) -> ModelConfig | RecurrentConfig:
    """Read the settings of a model back; a recurrent one has an ``arch`` among them."""
    if "arch" in _read_json(path):
        return load_config(RecurrentConfig, path)
    return load_config(ModelConfig, path)


def load_config(kind: type[Settings], path: Path) -> Settings:
    """Read settings back.

    Raises UsageError if the file is missing, is no JSON object or has unknown or wrong settings.
    """
    values = _read_json(path)
    try:
        if "mix" in values:
            values["mix"] = tuple((name, share) for name, share in values["mix"])
        return kind(**values)
    except UsageError:
        raise
    except (ValueError, TypeError) as error:
        raise _unreadable(path, error) from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError(f"{type(values).__name__} instead of an object")
        return values
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(
        "{path} should hold the settings of a model as JSON, but cannot be read ({why}). Copy "
        "the model's folder again.",
        path=path,
        why=str(error) or type(error).__name__,
    )
