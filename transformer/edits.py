"""What a user may change inside the model: data handed to one call, never a change to the model.

``layer`` and ``head`` count from 0; None stands for all of them, as does ``kind``. Positions are
those of pieces, from 0: row i of the English side writes piece i, and key i of the decoder's
self-attention is the piece before that one (key 0: ``<s>``). Edits of the English side name
positions, since the words change; a position that a translation does not reach changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from transformer.config import ModelConfig
from transformer.errors import UsageError
from transformer.trace import KINDS, Kind

Positions = tuple[int, ...]


@dataclass(frozen=True)
class ScaleScores:
    """Multiply raw scores by ``factor`` instead of 1/sqrt(d_k): "leave out the square root".

    Of two factors for the same head the later one holds.
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


@dataclass(frozen=True)
class SwitchOff:
    """What these heads fetch is multiplied by 0 before W_O; with ``others``, what all heads but
    ``head`` fetch (Michel et al. 2019, section 2.3)."""

    kind: Kind | None = None
    layer: int | None = None
    head: int | None = None
    others: bool = False


@dataclass(frozen=True)
class Links:
    """From these queries (None: from every one) to these keys."""

    queries: Positions | None
    keys: Positions
    kind: Kind
    layer: int | None = None
    head: int | None = None


class ForceLinks(Links):
    """These queries look only at these keys: the weights of all other keys are 0."""


class ForbidLinks(Links):
    """These queries do not look at these keys, whose weights are 0."""


@dataclass(frozen=True)
class HideSource:
    """Nobody looks at these French pieces: not in the encoder, not in cross-attention."""

    pieces: Positions


@dataclass(frozen=True, eq=False)
class ReplaceHead:
    """One head fetches ``context_LK`` instead, a row for each query of a whole pass: activation
    patching (Vig et al. 2020; Meng et al. 2022). Not for decoding piece by piece."""

    kind: Kind
    layer: int
    head: int
    context_LK: np.ndarray


@dataclass(frozen=True, eq=False)
class GateHeads:
    """What the heads of one attention fetch is multiplied by ``gate_H``: any numbers, which may
    ask for a gradient (Michel et al. 2019, sections 2.3 and 4.1)."""

    kind: Kind
    layer: int
    gate_H: Tensor


Edit = ScaleScores | SwitchOff | ForceLinks | ForbidLinks | HideSource | ReplaceHead | GateHeads
Edits = Sequence[Edit]


class Change:
    """What edits make of one attention with ``heads`` heads, L queries, M keys; at first nothing.

    ``closed_HLM`` is true where a query may not look, None while every link is open.
    """

    def __init__(self, heads: int, scale: float) -> None:
        self.scales = [scale] * heads
        self.closed_HLM: Tensor | None = None
        self._gate_H: Tensor | None = None
        self._contexts: dict[int, Tensor] = {}

    @property
    def scale(self) -> float | Tensor:
        """The factor on the scores: a float if all heads share it, so that an edit back to the
        model's own factor changes no bit; else (H, 1, 1)."""
        if len(set(self.scales)) == 1:
            return self.scales[0]
        return torch.tensor(self.scales)[:, None, None]

    @property
    def gates(self) -> list[float]:
        """By what each head's context is multiplied."""
        return [1.0] * len(self.scales) if self._gate_H is None else self._gate_H.tolist()

    def gate(self, gate_H: Tensor) -> None:
        """Multiply what each head fetches, also by what earlier edits ask for."""
        self._gate_H = gate_H if self._gate_H is None else self._gate_H * gate_H

    def close(self, closed_HLM: Tensor) -> None:
        """Close these links besides those that are closed."""
        self.closed_HLM = closed_HLM if self.closed_HLM is None else self.closed_HLM | closed_HLM

    def replace(self, head: int, context_LK: np.ndarray) -> None:
        """What this head fetches instead."""
        self._contexts[head] = torch.tensor(context_LK)

    def fetched(self, context_BHLK: Tensor) -> Tensor:
        """What goes on to W_O of what the heads fetched: replaced, then gated."""
        if self._contexts:
            context_BHLK = context_BHLK.clone()
            for head, context_LK in self._contexts.items():
                context_BHLK[:, head] = context_LK.to(context_BHLK)
        if self._gate_H is not None:
            context_BHLK = context_BHLK * self._gate_H.to(context_BHLK)[:, None, None]
        return context_BHLK


def change_of(
    edits: Edits,
    kind: Kind,
    layer: int,
    heads: int,
    scale: float,
    queries: range,
    keys: int,
) -> Change:
    """What ``edits`` make of the attention of ``kind`` in ``layer``, whose own factor is ``scale``.

    ``queries`` are the positions of the rows that look, ``keys`` counts what they may look at.
    """
    change = Change(heads, scale)
    for edit in edits:
        if isinstance(edit, HideSource):
            if kind != "decoder":
                change.close(_links(heads, range(heads), queries, None, keys, edit.pieces))
            continue
        if edit.kind not in (None, kind) or edit.layer not in (None, layer):
            continue
        if isinstance(edit, GateHeads):
            change.gate(edit.gate_H)
            continue
        chosen = range(heads) if edit.head is None else (edit.head,)
        if isinstance(edit, ScaleScores):
            for head in chosen:
                change.scales[head] = edit.factor
        elif isinstance(edit, SwitchOff):
            change.gate(_gate(heads, chosen, edit.others))
        elif isinstance(edit, ReplaceHead):
            change.replace(edit.head, edit.context_LK)
        else:
            named = edit.keys
            if isinstance(edit, ForceLinks):
                named = tuple(key for key in range(keys) if key not in edit.keys)
            change.close(_links(heads, chosen, queries, edit.queries, keys, named))
    return change


def _gate(heads: int, chosen: Sequence[int], others: bool) -> Tensor:
    gate_H = torch.zeros(heads) if others else torch.ones(heads)
    gate_H[list(chosen)] = float(others)
    return gate_H


def _links(
    heads: int,
    chosen: Sequence[int],
    queries: range,
    named_queries: Positions | None,
    keys: int,
    named_keys: Positions,
) -> Tensor:
    """(H, L, M), true at the named links; names that are not there (yet) are left out."""
    named_HLM = torch.zeros(heads, len(queries), keys, dtype=torch.bool)
    rows = [i for i, query in enumerate(queries) if named_queries is None or query in named_queries]
    columns = [key for key in named_keys if key < keys]
    head_index, row_index = torch.tensor(chosen)[:, None, None], torch.tensor(rows)[:, None]
    named_HLM[head_index, row_index.long(), torch.tensor(columns).long()] = True
    return named_HLM


def check_edits(edits: Edits, config: ModelConfig, source: int) -> None:
    """UsageError for an edit that a model of this shape cannot follow on ``source`` French pieces.

    It may name a layer, a head or a piece that is not there, or leave a query nothing to look at.
    """
    for edit in edits:
        if isinstance(edit, HideSource):
            _check_positions(edit.pieces, source)
            continue
        _check_place(edit, config)
        if isinstance(edit, Links):
            english = config.max_length
            _check_positions(edit.keys, english if edit.kind == "decoder" else source)
            if edit.queries is not None:
                _check_positions(edit.queries, source if edit.kind == "encoder" else english)
    if any(isinstance(edit, Links | HideSource) for edit in edits):
        _check_something_is_left(edits, config, source)


def _check_place(edit: Edit, config: ModelConfig) -> None:
    kind, head = getattr(edit, "kind", None), getattr(edit, "head", None)
    if kind is not None and kind not in KINDS:
        raise UsageError(
            "There is no attention {kind!r}; choose one of {known}.",
            kind=kind,
            known=", ".join(KINDS),
        )
    layers = config.encoder_layers if kind == "encoder" else config.decoder_layers
    for name, given, count in (
        ("layer", getattr(edit, "layer", None), layers),
        ("head", head, config.heads),
    ):
        if given is not None and not 0 <= given < count:
            raise UsageError(
                "There is no {name} {number}: this model has {count}. Choose another.",
                name=name,
                number=given + 1,
                count=count,
            )


def _check_positions(positions: Positions, count: int) -> None:
    if not positions:
        raise UsageError("An edit names no piece: choose at least one.")
    for position in positions:
        if not 0 <= position < count:
            raise UsageError(
                "An edit names piece {number}, but there are {count}. Choose another.",
                number=position + 1,
                count=count,
            )


def _check_something_is_left(edits: Edits, config: ModelConfig, source: int) -> None:
    """No query may be left without a key: every row that an edit can reach is looked at."""
    named = [
        position
        for edit in edits
        if isinstance(edit, Links)
        for position in (*(edit.queries or ()), *edit.keys)
    ]
    english = max(named, default=0) + 1
    for kind, layers in zip(
        KINDS, (config.encoder_layers, config.decoder_layers, config.decoder_layers), strict=True
    ):
        queries = range(source if kind == "encoder" else english)
        keys = english if kind == "decoder" else source
        for layer in range(layers):
            closed_HLM = change_of(edits, kind, layer, config.heads, 1.0, queries, keys).closed_HLM
            if closed_HLM is None:
                continue
            if kind == "decoder":
                closed_HLM = closed_HLM | ~torch.ones(len(queries), keys, dtype=torch.bool).tril()
            if bool(closed_HLM.all(-1).any()):
                head, query = closed_HLM.all(-1).nonzero()[0].tolist()
                raise UsageError(
                    "The edits leave query {query} of head {head} in layer {layer} ({kind}) "
                    "nothing to look at. Allow it at least one key.",
                    query=query + 1,
                    head=head + 1,
                    layer=layer + 1,
                    kind=kind,
                )
