"""The LSTM encoder-decoder, without attention (Sutskever et al. 2014; Cho et al. 2014) and with it
(Bahdanau et al. 2015): the steps before the Transformer.

Deliberate differences from the papers: sizes; one embedding matrix as in ``model.py``; the source
is not reversed; LSTM layers (Hochreiter and Schmidhuber 1997) also where Bahdanau et al. have one
of gated units; the bottom layer of the decoder asks where to look (Wu et al. 2016), so that the
others read a whole sentence at once in training; the output layer is linear.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from transformer.attention import padding_mask
from transformer.config import RecurrentConfig
from transformer.edits import Edits
from transformer.errors import not_a_transformer
from transformer.network import Network
from transformer.projection import Embedding, Projection
from transformer.tokenizer import BEGIN
from transformer.trace import (
    AdditiveTrace,
    ReadingTrace,
    RecurrentTrace,
    WritingTrace,
    as_record,
)


class Encoded(NamedTuple):
    """What the encoder has read; one entry for each layer, both directions joined."""

    states: list[Tensor]  # (B, M, S): after each piece
    last: list[Tensor]  # (B, S): after the last piece, that is, backwards, the first
    cells: list[Tensor]  # (B, S): the memory cells then


class Memory(NamedTuple):
    """What attention looks at: the encoder's top states, and W_k times them."""

    states_BMS: Tensor
    keys_BMD: Tensor
    mask_B1M: Tensor


@dataclass
class RecurrentState:
    """What decoding remembers: state and memory cell, both (B, S), of each layer."""

    states: list[Tensor]
    cells: list[Tensor]
    memory: Memory | None  # None in a model without attention: nothing else is left of the source
    length: int = 0

    def select(self, rows_B: Tensor, sentences_S: Tensor) -> None:
        """Keep these rows of every tensor, in this order: each row has a memory of its own."""
        self.reorder(rows_B)
        if self.memory is not None:
            self.memory = Memory(*(tensor[rows_B] for tensor in self.memory))

    def reorder(self, rows_B: Tensor) -> None:
        """As ``select``, where every row stays with its sentence, whose memory is the same."""
        self.states = [state[rows_B] for state in self.states]
        self.cells = [cell[rows_B] for cell in self.cells]


class AdditiveAttention(nn.Module):
    """Scores v tanh(W_q state + W_k encoded): a small network compares (appendix A.1.2)."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.query = Projection(config.d_state, config.d_model, bias=False)  # W_q
        self.key = Projection(config.d_state, config.d_model, bias=False)  # W_k
        self.score = Projection(config.d_model, 1, bias=False)  # v

    def remember(self, states_BMS: Tensor, mask_B1M: Tensor) -> Memory:
        """What does not change while a translation is written."""
        return Memory(states_BMS, self.key(states_BMS), mask_B1M)

    def forward(self, state_BLS: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """Context (B, L, S), weights and scores (B, L, M) of every state in a row."""
        query_BL1D = self.query(state_BLS)[:, :, None]
        scores = self.score(torch.tanh(query_BL1D + memory.keys_BMD[:, None]))[..., 0]
        weights = scores.float().masked_fill(~memory.mask_B1M, -math.inf).softmax(-1)
        return weights.to(memory.states_BMS) @ memory.states_BMS, weights, scores


class Recurrent(Network[RecurrentState]):
    """Embeddings, an encoder that reads, a decoder that starts from its last state, logits."""

    config: RecurrentConfig

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        width, self.directions = config.d_state, 1 if config.arch == "rnn" else 2
        self.attention = AdditiveAttention(config) if config.arch == "birnn-attention" else None
        looked = 0 if self.attention is None else width  # the context's width
        self.embedding = Embedding(config.vocabulary, config.d_model)
        self.encoder = nn.ModuleList(
            nn.LSTM(
                below,
                width // self.directions,
                batch_first=True,
                bidirectional=self.directions == 2,
            )
            for below in (config.d_model, *[width] * (config.layers - 1))
        )
        self.decoder = nn.ModuleList(
            nn.LSTM(below, width, batch_first=True)
            for below in (config.d_model + looked, *[width] * (config.layers - 1))
        )
        self.output = Projection(width + looked, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self._initialise()

    def _initialise(self) -> None:
        """As the Transformer's; gates begin by remembering (Jozefowicz et al. 2015)."""
        nn.init.normal_(self.embedding.weight, std=self.config.d_model**-0.5)
        nn.init.zeros_(self.output.bias)
        for name, parameter in self.named_parameters():
            if "bias_ih" in name:
                nn.init.zeros_(parameter)
                parameter.data.chunk(4)[1].fill_(1.0)  # torch's order: input, forget, cell, output
            elif "bias_hh" in name:
                nn.init.zeros_(parameter)

    def embed(self, ids_BL: Tensor) -> Tensor:
        """Embedding rows times sqrt(d_model), (B, L, D): order needs no positions here."""
        return self.embedding(ids_BL) * math.sqrt(self.config.d_model)

    def encode(self, source_BM: Tensor, lengths_B: Tensor) -> Encoded:
        """Read the French sentences, packed: neither direction ever sees padding."""
        found = Encoded([], [], [])
        below, longest = self.embed(source_BM), source_BM.shape[1]
        for layer in self.encoder:
            packed = pack_padded_sequence(
                self.dropout(below), lengths_B.cpu(), batch_first=True, enforce_sorted=False
            )
            read: tuple[PackedSequence, tuple[Tensor, Tensor]] = layer(packed)
            below, _ = pad_packed_sequence(read[0], batch_first=True, total_length=longest)
            found.states.append(below)
            found.last.append(read[1][0].transpose(0, 1).flatten(1))
            found.cells.append(read[1][1].transpose(0, 1).flatten(1))
        return found

    def start(self, source_BM: Tensor, lengths_B: Tensor, edits: Edits = ()) -> RecurrentState:
        """The encoder's last state, with which each layer of the decoder begins."""
        if edits:
            raise not_a_transformer()
        return self._begin(self.encode(source_BM, lengths_B), lengths_B)

    def _begin(self, read: Encoded, lengths_B: Tensor) -> RecurrentState:
        memory = None
        if self.attention is not None:
            mask_B1M = padding_mask(lengths_B, read.states[-1].shape[1])
            memory = self.attention.remember(read.states[-1], mask_B1M)
        return RecurrentState(list(read.last), list(read.cells), memory)

    def forward(self, source_BM: Tensor, lengths_B: Tensor, target_BL: Tensor) -> Tensor:
        """Teacher forcing, as ``Network.forward``."""
        return self._write(target_BL, self.start(source_BM, lengths_B))

    def step(self, ids_B: Tensor, state: RecurrentState) -> Tensor:
        """Logits (B, V) of the piece after ``ids_B``, which moves ``state`` on."""
        return self.logits(self._write(ids_B[:, None], state)[:, -1])

    def _write(self, target_BL: Tensor, state: RecurrentState) -> Tensor:
        """Read some more English pieces: (B, L, D) before the logits."""
        x_BLD = self.embed(target_BL)
        state.length += target_BL.shape[1]
        if self.attention is None or state.memory is None:
            return self.output(self.dropout(self._read(x_BLD, state)))
        bottom_BLS, context_BLS = self._look_and_read(x_BLD, state, self.attention, state.memory)
        top_BLS = self._read(bottom_BLS, state, first=1)
        return self.output(self.dropout(torch.cat([top_BLS, context_BLS.to(top_BLS)], -1)))

    def _read(self, below: Tensor, state: RecurrentState, first: int = 0) -> Tensor:
        """The decoder's layers from ``first`` on: the top one's states, (B, L, S)."""
        for number in range(first, self.config.layers):
            before = (state.states[number][None], state.cells[number][None])
            below, (last, cell) = self.decoder[number](self.dropout(below), before)
            state.states[number], state.cells[number] = last[0], cell[0]
        return below

    def _look_and_read(
        self, x_BLD: Tensor, state: RecurrentState, attention: AdditiveAttention, memory: Memory
    ) -> tuple[Tensor, Tensor]:
        """The bottom layer, which reads each piece with the context that its state asks for.

        Piece by piece, as where to look depends on the state before: ``lstm_cell`` is one step of
        ``nn.LSTM``. Returns states and contexts, both (B, L, S).
        """
        weights = list(self.decoder[0].parameters())
        states, contexts = [], []
        for x_BD in self.dropout(x_BLD).unbind(1):
            context_BS = attention(state.states[0][:, None], memory)[0][:, 0]
            below = torch.cat([x_BD, self.dropout(context_BS).to(x_BD)], -1)
            before = (state.states[0], state.cells[0])
            state.states[0], state.cells[0] = torch.lstm_cell(below, before, *weights)
            states.append(state.states[0])
            contexts.append(context_BS)
        return torch.stack(states, dim=1), torch.stack(contexts, dim=1)

    @torch.inference_mode()
    def trace(
        self, source: Sequence[int], target: Sequence[int], edits: Edits = ()
    ) -> RecurrentTrace:
        """One explained pass, as ``Network.trace``: the same steps as in decoding."""
        if edits:
            raise not_a_transformer()
        device = self.embedding.weight.device
        source_BM = torch.tensor([list(source)], device=device)
        target_BL = torch.tensor([[BEGIN, *target[:-1]]], device=device)
        lengths_B = torch.tensor([len(source)], device=device)
        read = self.encode(source_BM, lengths_B)
        state = self._begin(read, lengths_B)
        decoded_BLD, states = self._replay(target_BL, state)
        readings = [layer.chunk(self.directions, -1) for layer in read.states]
        return RecurrentTrace(
            source_embedding_MD=as_record(self.embed(source_BM)),
            forward=tuple(ReadingTrace(as_record(halves[0])) for halves in readings),
            backward=tuple(ReadingTrace(as_record(half)) for _, *rest in readings for half in rest),
            target_embedding_LD=as_record(self.embed(target_BL)),
            decoder=tuple(
                WritingTrace(as_record(last), as_record(cell), as_record(after[:, 1:]))
                for last, cell, after in zip(read.last, read.cells, states, strict=True)
            ),
            attention=self._explain(states[0][:, :-1], state.memory),
            decoded_LD=as_record(decoded_BLD),
            logits_LV=as_record(self.logits(decoded_BLD)),
        )

    def _replay(self, target_BL: Tensor, state: RecurrentState) -> tuple[Tensor, list[Tensor]]:
        """What ``_write`` gives piece by piece, and each layer's states, the initial one first."""
        decoded, states = [], [state.states]
        for ids_B in target_BL.T:
            state.states = list(state.states)  # the former ones are kept as they are
            decoded.append(self._write(ids_B[:, None], state))
            states.append(state.states)
        by_layer = [torch.stack(layer, dim=1) for layer in zip(*states, strict=True)]
        return torch.cat(decoded, dim=1), by_layer

    def _explain(self, before_BLS: Tensor, memory: Memory | None) -> tuple[AdditiveTrace, ...]:
        """Where each state looked, if this model has attention."""
        if self.attention is None or memory is None:
            return ()
        context, weights, scores = self.attention(before_BLS, memory)
        return (AdditiveTrace(as_record(scores), as_record(weights), as_record(context)),)
