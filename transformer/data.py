"""A parallel corpus: read, filter, mix by share, bucket by length, batch.

What a batch holds is a pure function of the seed and the batch's place in the run, so that a
resumed run goes on with exactly the batches that an uninterrupted one would have seen.
"""

from __future__ import annotations

import gzip
import random
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from torch import Tensor

from transformer.config import TrainConfig
from transformer.errors import UsageError
from transformer.tokenizer import BEGIN, PAD, Tokenizer
from transformer.typed import alter

CHUNK_PAIRS = 16_384  # pairs that are sorted by length together: those of 200 batches or more
CHUNK_TOKENS = 2500  # of a batch; larger ones need as many times more pairs to find their like
_SEEDING = threading.Lock()
Pair = tuple[str, str]  # French, English
Chunk = tuple[list[list[int]], list[list[int]], list[list[int]]]  # sources, targets, batches
Group = Callable[[list[list[int]], list[list[int]], int], list[list[int]]]


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a ``French<TAB>English`` file, plain or gzip.

    Raises UsageError with file and line number if a line has no two sides or is not UTF-8.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    pairs = []
    try:
        with opened(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    sides = line.decode().rstrip("\r\n").split("\t")
                except UnicodeDecodeError:
                    sides = []
                if len(sides) != 2 or not all(side.strip() for side in sides):
                    raise UsageError(
                        "{path}, line {number}: expected French<TAB>English in UTF-8. Correct or "
                        "delete the line.",
                        path=path,
                        number=number,
                    )
                pairs.append((sides[0], sides[1]))
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            "{path} cannot be read ({why}). Name a .tsv file of French<TAB>English lines.",
            path=path,
            why=getattr(error, "strerror", None) or error,
        ) from error
    if not pairs:
        raise UsageError("{path} holds no pair: expected French<TAB>English lines.", path=path)
    return pairs


def check_readable(texts: Sequence[str], tokenizer: Tokenizer, path: Path) -> None:
    """UsageError, with file and line number, for a line of ``path`` that cannot be read."""
    for number, text in enumerate(texts, start=1):
        try:
            tokenizer.encode(text)
        except UsageError as error:
            raise UsageError(
                "{path}, line {number}: {why}", path=path, number=number, why=error
            ) from error


def short_pairs(pairs: Sequence[Pair], tokenizer: Tokenizer, longest: int) -> list[Pair]:
    """The pairs of which both sides have at most ``longest`` pieces."""
    sides = (tokenizer.encode_corpus(side) for side in zip(*pairs, strict=True))
    lengths = zip(*(map(len, side) for side in sides), strict=True)
    return [pair for pair, both in zip(pairs, lengths, strict=True) if max(both) <= longest]


def read_corpora(folder: Path, names: Sequence[str]) -> dict[str, list[Pair]]:
    """The training pairs ``folder/NAME.train.tsv[.gz]`` of every name."""
    corpora = {}
    for name in names:
        found = [
            p for p in sorted(folder.glob(f"{name}.train.tsv*")) if p.suffix in (".tsv", ".gz")
        ]
        if not found:
            raise UsageError(
                "{folder} should hold {name}.train.tsv or {name}.train.tsv.gz, but does not. "
                "Name another folder with --data or another mixture with --mix.",
                folder=folder,
                name=name,
            )
        corpora[name] = read_pairs(found[0])
    return corpora


@dataclass(frozen=True)
class Batch:
    """Padded ids. The decoder reads ``target_in`` (<s> first) and should write ``target_out``.

    ``share`` is the share of a step's target pieces that are in this batch: 1, unless several
    processes make the step together. Where there are more processes than pairs it is 0 for some.
    """

    source_BM: Tensor
    lengths_B: Tensor
    target_in_BL: Tensor
    target_out_BL: Tensor
    share: float = 1.0

    @property
    def pairs(self) -> int:
        """How many pairs count."""
        return len(self.lengths_B) if self.share else 0

    @property
    def pieces(self) -> int:
        """How many pieces there are, both sides, without padding."""
        return int(self.lengths_B.sum() + (self.target_out_BL != PAD).sum())

    @property
    def places(self) -> int:
        """How many pieces and padding there are, both sides."""
        return self.source_BM.numel() + self.target_out_BL.numel()

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        tensors = {name: value for name, value in vars(self).items() if name != "share"}
        return replace(
            self,
            **{name: tensor.to(device, non_blocking=True) for name, tensor in tensors.items()},
        )


def make_batch(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> Batch:
    """Pad sentences that end in ``</s>`` to rectangles."""
    return Batch(
        source_BM=pad(sources),
        lengths_B=torch.tensor([len(source) for source in sources]),
        target_in_BL=pad([[BEGIN, *target[:-1]] for target in targets]),
        target_out_BL=pad(targets),
    )


def pad(rows: Sequence[Sequence[int]]) -> Tensor:
    """(rows, longest), filled up with ``PAD`` on the right."""
    filled = np.full((len(rows), max(len(row) for row in rows)), PAD, dtype=np.int64)
    for i, row in enumerate(rows):
        filled[i, : len(row)] = row
    return torch.from_numpy(filled)


def group_by_length(
    sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], tokens_per_batch: int
) -> list[list[int]]:
    """Indices in groups of alike lengths whose padded tokens, both sides, fit the budget.

    Sorted by the longer side first: by the source alone, each length of it would begin anew with
    the shortest targets, and half as much again would be padding.
    """
    lengths = [(len(source), len(target)) for source, target in zip(sources, targets, strict=True)]
    order = sorted(range(len(lengths)), key=lambda i: (max(lengths[i]), lengths[i]))
    groups: list[list[int]] = []
    longest_source = longest_target = 0
    for i in order:
        longest_source = max(longest_source, len(sources[i]))
        longest_target = max(longest_target, len(targets[i]))
        padded = (longest_source + longest_target) * (len(groups[-1]) + 1 if groups else 1)
        if not groups or padded > tokens_per_batch:
            groups.append([])
            longest_source, longest_target = len(sources[i]), len(targets[i])
        groups[-1].append(i)
    return groups


class TrainingBatches:
    """An endless stream of batches, corpora mixed by share of pairs.

    The run is cut into chunks of ``CHUNK_PAIRS`` pairs or more; chunk c takes the next pairs of
    each corpus in a random order that is drawn anew for every pass, and batch b is a random group
    of it, made by ``group``.
    """

    def __init__(
        self,
        corpora: dict[str, list[Pair]],
        tokenizer: Tokenizer,
        config: TrainConfig,
        group: Group = group_by_length,
    ) -> None:
        self._config, self._tokenizer, self._group = config, tokenizer, group
        self._corpora = [corpora.get(name, []) for name, _ in config.mix]
        total = sum(share for _, share in config.mix)
        pairs = sum(len(corpus) for corpus in self._corpora)
        wanted = CHUNK_PAIRS * max(1.0, config.tokens_per_batch / CHUNK_TOKENS)
        self._chunk = min(round(wanted), pairs)
        self._counts = [round(self._chunk * share / total) for _, share in config.mix]

    def stream(
        self, chunk: int = 0, batch: int = 0, part: int = 0, parts: int = 1
    ) -> Iterator[tuple[int, int, Batch]]:
        """(chunk, batch, Batch) from that place on; the next chunk is prepared in a thread.

        Of ``parts`` processes, each takes its part of the pairs of every batch: they are of alike
        lengths, so that no process waits for another, and together make the same steps as one.
        """
        prepared = _Prepared(self._prepare, chunk)
        while True:
            sources, targets, groups = prepared.result()
            if not groups:
                raise UsageError(
                    "No pair of the corpora has at most {longest} pieces on both sides.",
                    longest=self._config.longest,
                )
            prepared = _Prepared(self._prepare, chunk + 1)
            for number in range(batch, len(groups)):
                group = groups[number]
                chosen = group[part::parts]
                written = sum(len(targets[i]) for i in chosen) / sum(len(targets[i]) for i in group)
                chosen = chosen or group[:1]  # who has none computes with the others, in vain
                made = make_batch([sources[i] for i in chosen], [targets[i] for i in chosen])
                yield chunk, number, replace(made, share=written)
            chunk, batch = chunk + 1, 0

    def _prepare(self, chunk: int) -> Chunk:
        pairs = [
            corpus[i]
            for number, (corpus, count) in enumerate(zip(self._corpora, self._counts, strict=True))
            for i in self._places(number, len(corpus), chunk * count, count)
        ]
        draw = random.Random(f"{self._config.seed} {chunk}")
        typed = [alter(french, self._config.noise, draw) for french, _ in pairs]
        sources = self._encode(typed, chunk)
        targets = self._encode([english for _, english in pairs], chunk)
        kept = [
            i
            for i in range(len(pairs))
            if len(sources[i]) <= self._config.longest and len(targets[i]) <= self._config.longest
        ]
        sources, targets = [sources[i] for i in kept], [targets[i] for i in kept]
        groups = self._group(sources, targets, self._config.tokens_per_batch)
        np.random.default_rng((self._config.seed, chunk)).shuffle(groups)
        return sources, targets, groups

    def _places(self, number: int, size: int, begin: int, count: int) -> Iterator[int]:
        """Places begin .. begin + count of an endless row of permutations of a corpus."""
        place = begin
        while place < begin + count:
            turn, offset = divmod(place, size)
            order = np.random.default_rng((self._config.seed, number, turn)).permutation(size)
            taken = order[offset : offset + begin + count - place]
            yield from taken.tolist()
            place += len(taken)

    def _encode(self, sentences: list[str], chunk: int) -> list[list[int]]:
        if not self._config.subword_alpha:
            return self._tokenizer.encode_corpus(sentences)
        with _SEEDING:  # the seed is the process's, though each thread draws for itself
            sentencepiece.set_random_generator_seed(self._config.seed * 1_000_003 + chunk)
            return self._tokenizer.sample_corpus(sentences, self._config.subword_alpha)


class _Prepared(threading.Thread):
    """A chunk in the making.

    A thread of its own for each chunk, also because sentencepiece seeds its random numbers once
    for every thread: a chunk is then cut the same way in a resumed run.
    """

    def __init__(self, prepare: Callable[[int], Chunk], chunk: int) -> None:
        super().__init__(daemon=True)
        self._prepare, self._chunk = prepare, chunk
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._result = self._prepare(self._chunk)
        except BaseException as failure:  # handed to the thread that waits for the chunk
            self._failure = failure

    def result(self) -> Chunk:
        """Wait for the chunk."""
        self.join()
        if self._failure is not None:
            raise self._failure
        return self._result
