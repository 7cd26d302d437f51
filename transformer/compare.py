"""Trained models side by side: how well, how fast, and what it took to train them."""

from __future__ import annotations

import json
import math
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from transformer.analysis.training import TrainingLog, read_log
from transformer.benchmark import kept_bytes, this_machine
from transformer.checkpoint import replace_file
from transformer.data import Pair, read_pairs
from transformer.errors import UsageError
from transformer.evaluate import Scores, score, translate_all
from transformer.timings import Machine
from transformer.trainer import LOG
from transformer.translator import Translator, pick_device

EDGES = (5, 7, 9, 12)  # French words from which a sentence belongs to the next bucket
BEAM_SIZE = 4
KEPT_BATCH = (32, 64)  # sequences and pieces of the batch whose memory is measured


class Bucket(NamedTuple):
    """Sentences of ``low`` to ``high`` French words; ``high`` 0: or more."""

    low: int
    high: int
    sentences: int


@dataclass(frozen=True)
class Compared:
    """One model: its scores, in all and by bucket, and what its log says of the training.

    ``kept_bytes`` is what a batch of ``KEPT_BATCH`` keeps for the backward pass;
    ``cpu_seconds_to_worst`` the processor time until the dev loss was as low as that of the worst
    model is in the end. NaN where a log lacks processor time.
    """

    name: str
    arch: str
    parameters: int
    bleu: float
    chrf: float
    bucket_bleu: tuple[float, ...]
    bucket_chrf: tuple[float, ...]
    sentences_per_second: float
    kept_bytes: int
    steps: int
    pairs: int
    dev_loss: float
    cpu_seconds: float
    cpu_seconds_to_worst: float

    @property
    def pairs_per_cpu_second(self) -> float:
        return self.pairs / self.cpu_seconds


@dataclass(frozen=True)
class Comparison:
    """Several models on one test set, translated with one beam size on one machine."""

    data: str
    beam_size: int
    bleu_signature: str
    chrf_signature: str
    machine: Machine
    worst_dev_loss: float
    buckets: tuple[Bucket, ...]
    models: tuple[Compared, ...]

    def report(self) -> Iterator[str]:
        """Lines of a table for a terminal."""
        spans = [f"{b.low}-{b.high}" if b.high else f"{b.low}+" for b in self.buckets]
        yield f"{self.data}, beam {self.beam_size}; BLEU also by French words: {', '.join(spans)}"
        for model in self.models:
            by_length = " ".join(f"{bleu:.1f}" for bleu in model.bucket_bleu)
            yield (
                f"{model.name}: {model.parameters:,} parameters, BLEU {model.bleu:.1f} "
                f"({by_length}), chrF {model.chrf:.1f}, {model.sentences_per_second:.0f} "
                f"sentences/s; {model.pairs_per_cpu_second:.0f} pairs per CPU second, dev loss "
                f"{self.worst_dev_loss:.3f} after {model.cpu_seconds_to_worst:.0f} CPU seconds, "
                f"{model.kept_bytes / 2**20:.0f} MiB kept"
            )

    def save(self, path: Path) -> None:
        """Write as JSON; what is not known is null."""
        values = asdict(self)
        for model in values["models"]:
            for name in ("cpu_seconds", "cpu_seconds_to_worst"):
                model[name] = None if math.isnan(model[name]) else model[name]
        text = json.dumps(values, indent=1) + "\n"
        replace_file(path, lambda beside: beside.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, path: Path) -> Comparison:
        """Read what ``save`` wrote; UsageError if that is not what the file holds."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            found["machine"] = Machine(**found["machine"])
            found["buckets"] = tuple(Bucket(*bucket) for bucket in found["buckets"])
            found["models"] = tuple(_compared(model) for model in found["models"])
            return cls(**found)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "{path} should hold a comparison of models, but cannot be read ({why}). Make it "
                "again: python -m transformer compare --help",
                path=path,
                why=getattr(error, "strerror", None) or error,
            ) from error


def bucket_of(french: str, edges: Sequence[int] = EDGES) -> int:
    """Which bucket a sentence belongs to, by its words: what stands between spaces."""
    return sum(len(french.split()) >= edge for edge in edges)


def compare(
    folders: Sequence[Path], pairs: Sequence[Pair], data: str, device: str = "auto"
) -> Comparison:
    """Translate ``pairs`` with every model and read its log."""
    logs = [read_log(folder / LOG) for folder in folders]
    worst = max(float(log.dev_loss[-1]) for log in logs)
    groups = [
        [pair for pair in pairs if bucket_of(pair[0]) == number] for number in range(len(EDGES) + 1)
    ]
    groups = [group for group in groups if group]
    models = []
    for folder, log in zip(folders, logs, strict=True):
        translator = Translator.load(folder, device)
        model, scores = _compare(translator, log, worst, groups)
        models.append(model)
    return Comparison(
        data=data,
        beam_size=BEAM_SIZE,
        bleu_signature=scores.bleu_signature,
        chrf_signature=scores.chrf_signature,
        machine=this_machine(pick_device(device)),
        worst_dev_loss=worst,
        buckets=tuple(_bucket(group) for group in groups),
        models=tuple(models),
    )


def _bucket(group: Sequence[Pair]) -> Bucket:
    number = bucket_of(group[0][0])
    edges = (1, *EDGES, 1)
    return Bucket(edges[number], edges[number + 1] - 1, len(group))


def _compare(
    translator: Translator, log: TrainingLog, worst: float, groups: Sequence[Sequence[Pair]]
) -> tuple[Compared, Scores]:
    french, english = zip(*(pair for group in groups for pair in group), strict=True)
    begun = time.monotonic()
    found = translate_all(translator, french, BEAM_SIZE)
    seconds = time.monotonic() - begun
    scores, by_bucket, begin = score(found, english), [], 0
    for group in groups:
        part = slice(begin, begin + len(group))
        by_bucket.append(score(found[part], english[part]))
        begin += len(group)
    model = translator.model
    kept = kept_bytes(model.train(), *KEPT_BATCH)
    return Compared(
        name=translator.name,
        arch=model.config.arch,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        bleu=scores.bleu,
        chrf=scores.chrf,
        bucket_bleu=tuple(part.bleu for part in by_bucket),
        bucket_chrf=tuple(part.chrf for part in by_bucket),
        sentences_per_second=len(found) / seconds,
        kept_bytes=kept,
        steps=int(log.step[-1]),
        pairs=int(log.pairs[-1]),
        dev_loss=float(log.dev_loss[-1]),
        cpu_seconds=float(log.cpu_seconds[-1]),
        cpu_seconds_to_worst=log.cpu_seconds_to(worst),
    ), scores


def _compared(values: dict[str, Any]) -> Compared:
    for name in ("bucket_bleu", "bucket_chrf"):
        values[name] = tuple(values[name])
    for name in ("cpu_seconds", "cpu_seconds_to_worst"):
        values[name] = math.nan if values[name] is None else values[name]
    return Compared(**values)


def add_options(parser: ArgumentParser) -> None:
    """The options of ``python -m transformer compare``."""
    add = parser.add_argument
    add("models", nargs="+", type=Path, metavar="DIR", help="folders of models with their logs")
    add("--data", required=True, type=Path, metavar="FILE.tsv", help="French<TAB>English lines")
    add("--out", type=Path, metavar="FILE.json", help="keep all numbers in this file")


def run(options: Namespace) -> int:
    """What ``python -m transformer compare`` does."""
    pairs = read_pairs(options.data)
    found = compare(options.models, pairs, options.data.name, options.device)
    print("\n".join(found.report()))
    if options.out:
        found.save(options.out)
    return 0
