"""Text in, Translation out: the whole journey of a sentence in one method."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from transformer.batching import search_many
from transformer.checkpoint import SETTINGS, WEIGHTS, load_model
from transformer.config import TrainConfig
from transformer.decoding import Hypothesis, check_beam
from transformer.edits import Edits
from transformer.errors import UsageError, not_a_transformer
from transformer.model import Transformer
from transformer.network import Network
from transformer.projection import pack
from transformer.ranking import largest
from transformer.sentences import split_text
from transformer.tokenizer import Tokenizer, Tokens, check, normalise
from transformer.trace import Kind, RecurrentTrace, Trace

MODELS = Path(__file__).parents[1] / "assets" / "models"
READ_WHOLE = TrainConfig().longest  # pieces: no model has learned from longer sentences


@dataclass(frozen=True)
class Candidate:
    """One translation that the search finished, or the user's own English.

    ``log_probability`` is in nats, summed over the pieces; ``score`` is the same, normalised for
    length, and ranks the candidates.
    """

    text: str
    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    log_probability: float
    score: float


@dataclass(frozen=True)
class Step:
    """What the model thought at one target position, given all pieces before it."""

    piece: str
    probability: float
    rank: int
    likeliest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Search:
    """The candidates, best first, and a step for every piece of the translation."""

    hypotheses: tuple[Candidate, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Translation:
    """A sentence's journey: source and target pieces, the search, and the record of one pass.

    ``record`` is what there is, whichever kind of model it was; ``trace`` and ``recurrent`` are
    the same, for those who need one kind of it.
    """

    text: str
    score: float
    source: Tokens
    target: Tokens
    search: Search
    record: Trace | RecurrentTrace

    @property
    def trace(self) -> Trace:
        """A Transformer's record; UsageError says that a recurrent model has no heads."""
        if isinstance(self.record, RecurrentTrace):
            raise not_a_transformer()
        return self.record

    @property
    def recurrent(self) -> RecurrentTrace:
        """A recurrent model's record; UsageError says that a Transformer has no such states."""
        if isinstance(self.record, Trace):
            raise UsageError(
                "This model is a Transformer: it has no recurrent states. Choose a recurrent model."
            )
        return self.record


class ScoredText(NamedTuple):
    text: str
    score: float


class Sentence(NamedTuple):
    """One of the sentences of a longer text, and its translations, best first."""

    source: Tokens
    candidates: tuple[Candidate, ...]


def join(text: Sequence[Sentence]) -> str:
    """The best translations of the sentences of a text, as one line."""
    return " ".join(best.text for sentence in text if (best := sentence.candidates[0]).text)


class Translator:
    """A model and its tokenizer. Keeps no result and may be shared by threads.

    ``sha256`` is that of the file of weights, empty for a model that was not loaded.
    """

    def __init__(
        self, model: Network[Any], tokenizer: Tokenizer, name: str = "model", sha256: str = ""
    ) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer
        self.name, self.sha256 = name, sha256

    @classmethod
    def load(
        cls, path: str | Path | None = None, device: str | torch.device | None = None
    ) -> Translator:
        """The model in the folder ``path``, or the default one; on a GPU if there is one.

        Raises UsageError if there is no model or its files are damaged.
        """
        folder = Path(path) if path is not None else MODELS / default_model()
        model, tokenizer = load_model(folder, pick_device(device))
        pack(model)
        sha256 = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
        return cls(model, tokenizer, folder.name, sha256)

    def translate(
        self,
        text: str,
        beam_size: int = 4,
        target: str | None = None,
        edits: Edits = (),
    ) -> Translation:
        """Translate ``text``, or follow the user's own English ``target`` (teacher forcing).

        Decodes on the fast path; then one teacher-forced pass over the winner is recorded. Both
        carry the ``edits``. Raises UsageError if the text cannot be read or an edit cannot be.
        """
        source = self.tokenizer.encode(text)
        if target is None:
            candidates = self.search_batch([source], beam_size, edits)[0]
            written = self.tokenizer.tokens(candidates[0].ids)
            record = self.model.trace(source.ids, written.ids, edits)
        else:
            written = self.tokenizer.encode(target)
            record = self.model.trace(source.ids, written.ids, edits)
            candidates = (self._rate(written, record),)
        return Translation(
            text=candidates[0].text,
            score=candidates[0].score,
            source=source,
            target=written,
            search=Search(candidates, self._steps(written, record)),
            record=record,
        )

    def translate_batch(self, texts: Sequence[str], beam_size: int = 4) -> list[ScoredText]:
        """The best translation of every text with its score, without traces.

        Raises UsageError for the first text that cannot be read.
        """
        sources = [self.tokenizer.encode(text) for text in texts]
        found = self.search_batch(sources, beam_size)
        return [ScoredText(best[0].text, best[0].score) for best in found]

    def translate_texts(self, texts: Sequence[str], beam_size: int = 4) -> list[list[Sentence]]:
        """Texts of any length, by sentences (``join`` them); UsageError if one cannot be read."""
        return self.search_texts([self.read(text) for text in texts], beam_size)

    def sentences(self, text: str, characters: float = math.inf) -> list[str]:
        """``text`` in parts that the model reads whole: its sentences, cut on where too long.

        Joined, the parts are the text again; none has more than so many ``characters``.
        Raises UsageError if the text cannot be read.
        """
        check(normalise(text))
        encode, most = self.tokenizer.encode_corpus, min(READ_WHOLE, self.tokenizer.longest)
        return split_text(
            text, lambda part: len(part.strip()) <= characters and len(encode([part])[0]) <= most
        )

    def read(self, text: str) -> list[Tokens]:
        """The ``sentences`` of ``text`` as the encoder's inputs."""
        return [self.tokenizer.encode(sentence) for sentence in self.sentences(text)]

    def search_texts(
        self, texts: Sequence[Sequence[Tokens]], beam_size: int = 4
    ) -> list[list[Sentence]]:
        """Every sentence of every text, translated; sentences of alike length go together."""
        sources = [source for text in texts for source in text]
        found = iter(self.search_batch(sources, beam_size))
        return [[Sentence(source, next(found)) for source in text] for text in texts]

    def search_batch(
        self, sources: Sequence[Tokens], beam_size: int = 4, edits: Edits = ()
    ) -> list[tuple[Candidate, ...]]:
        """All candidates for every source, best first; sources of alike length go together."""
        check_beam(beam_size)
        found = search_many(self.model, [source.ids for source in sources], beam_size, edits)
        return [tuple(self.candidate(hypothesis) for hypothesis in best) for best in found]

    @property
    def transformer(self) -> Transformer:
        """The model; UsageError if it is none, but a recurrent one."""
        if not isinstance(self.model, Transformer):
            raise not_a_transformer()
        return self.model

    def projections(self, kind: Kind, layer: int) -> dict[str, np.ndarray]:
        """W_Q, W_K and W_V, each (heads * d_k, d_model), and W_O, (d_model, heads * d_k).

        Copies, under the names ``query``, ``key``, ``value`` and ``output``; ``layer`` from 0.
        Raises UsageError for a recurrent model.
        """
        model = self.transformer
        layers = model.encoder if kind == "encoder" else model.decoder
        part = "cross_attention" if kind == "cross" else "self_attention"
        attention = getattr(layers[layer], part).attention
        return {
            name: getattr(attention, name).weight.detach().float().cpu().numpy().copy()
            for name in ("query", "key", "value", "output")
        }

    def embedding_rows(self, ids: Sequence[int]) -> np.ndarray:
        """The learned vectors of these pieces, (len(ids), d_model): a copy, without positions."""
        device = self.model.embedding.weight.device
        rows = self.model.embedding(torch.tensor(list(ids), device=device))
        return rows.detach().float().cpu().numpy()

    def positions(self, length: int) -> np.ndarray:
        """What the model adds to the first ``length`` positions, (length, d_model): a copy.

        Raises UsageError for a recurrent model, which adds nothing.
        """
        return self.transformer.positions[:length].float().cpu().numpy().copy()

    def candidate(self, hypothesis: Hypothesis) -> Candidate:
        """What the search found, with its text and its pieces."""
        return Candidate(
            text=self.tokenizer.decode(hypothesis.ids),
            pieces=tuple(self.tokenizer.piece(i) for i in hypothesis.ids),
            ids=hypothesis.ids,
            log_probability=hypothesis.log_probability,
            score=hypothesis.score,
        )

    @staticmethod
    def log_probability(trace: Trace | RecurrentTrace, target: Tokens) -> float:
        """Log-probability, in nats, that the traced pass gives to all of ``target``."""
        chosen = log_softmax(trace.logits_LV)[range(len(target.ids)), target.ids]
        return float(chosen.sum())

    def _rate(self, written: Tokens, record: Trace | RecurrentTrace) -> Candidate:
        return self.candidate(Hypothesis.rated(written.ids, self.log_probability(record, written)))

    def _steps(self, written: Tokens, record: Trace | RecurrentTrace) -> tuple[Step, ...]:
        """For every target piece its probability, its rank (from 1) and the five likeliest."""
        steps, rows_LV = [], np.exp(log_softmax(record.logits_LV))
        best_L5 = largest(torch.from_numpy(rows_LV), 5)[1].tolist()
        for id, row, best in zip(written.ids, rows_LV, best_L5, strict=True):
            likeliest = tuple((self.tokenizer.piece(i), float(row[i])) for i in best)
            rank = 1 + int((row > row[id]).sum())
            steps.append(Step(self.tokenizer.piece(id), float(row[id]), rank, likeliest))
        return tuple(steps)


def log_softmax(logits_LV: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities of each row, in float64."""
    shifted = logits_LV.astype(np.float64) - logits_LV.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def pick_device(device: str | torch.device | None = None) -> torch.device:
    """The device asked for, else a GPU if there is one, else the CPU."""
    if device is None or device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError) as error:
        raise UsageError(
            "Device {device!r} is not there. Use cpu, cuda or auto.", device=str(device)
        ) from error


def shipped_models() -> list[str]:
    """Names of the models in ``assets/models``, the default first."""
    names = sorted(path.parent.name for path in MODELS.glob(f"*/{SETTINGS}"))
    default = default_model() if names else ""
    return sorted(names, key=lambda name: name != default)


def default_model() -> str:
    """The name that ``assets/models/default`` holds."""
    try:
        return (MODELS / "default").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            "{path} should name the model to use, but is missing. Clone the repository again or "
            "name a model's folder.",
            path=MODELS / "default",
        ) from error
