"""What a user may change inside the model: data handed to one call, never a change to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from transformer.config import ModelConfig, RecurrentConfig
from transformer.errors import UsageError, not_a_transformer
from transformer.trace import KINDS, Kind


@dataclass(frozen=True)
class ScaleScores:
    """Multiply raw scores by ``factor`` instead of 1/sqrt(d_k): "leave out the square root".

    ``layer`` and ``head`` count from 0; None stands for all of them, as does ``kind``.
    """

    factor: float
    kind: Kind | None = None
    layer: int | None = None
    head: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 100:
            raise UsageError(
                "The factor on the scores must be above 0 and at most 100; it is {factor}.",
                factor=self.factor,
            )
        if self.kind is not None and self.kind not in KINDS:
            raise UsageError(
                "There is no attention {kind!r}; choose one of {known}.",
                kind=self.kind,
                known=", ".join(KINDS),
            )


Edits = Sequence[ScaleScores]


def scale_of(edits: Edits, kind: Kind, layer: int, heads: int, scale: float) -> float | Tensor:
    """The factor on the raw scores of one attention, whose own is ``scale``.

    A float if all heads share it, so that an edit back to the model's own factor changes no bit;
    else (heads, 1, 1). Of two edits of the same head the later one holds.
    """
    factors = [scale] * heads
    for edit in edits:
        if edit.kind in (None, kind) and edit.layer in (None, layer):
            chosen = range(heads) if edit.head is None else [edit.head]
            for head in chosen:
                factors[head] = edit.factor
    if len(set(factors)) == 1:
        return factors[0]
    return torch.tensor(factors)[:, None, None]


def check_edits(edits: Edits, config: ModelConfig | RecurrentConfig) -> None:
    """UsageError for a layer or head that the model does not have."""
    for edit in edits:
        if isinstance(config, RecurrentConfig):
            raise not_a_transformer()
        layers = config.encoder_layers if edit.kind == "encoder" else config.decoder_layers
        for name, given, count in (
            ("layer", edit.layer, layers),
            ("head", edit.head, config.heads),
        ):
            if given is not None and not 0 <= given < count:
                raise UsageError(
                    "There is no {name} {number}: this model has {count}. Choose another.",
                    name=name,
                    number=given + 1,
                    count=count,
                )
