"""How long translating takes beside CTranslate2 and plain PyTorch, on the same weights.

From the pieces of a sentence to the pieces of its translation, encoder included. In every round
each program translates the same new sentences, one program after the other, so that what disturbs
one disturbs the others; nothing is kept between calls. Each is handed a batch at once and may sort
and split it as it likes.
"""

from __future__ import annotations

import random
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from transformer.benchmark import this_machine
from transformer.data import read_pairs
from transformer.engines import ENGINES, PLAIN, TRACE, Timed, apart, peak_megabytes
from transformer.errors import UsageError
from transformer.export import export
from transformer.progress import Progress
from transformer.results import save_results
from transformer.timings import Machine
from transformer.tokenizer import Tokens
from transformer.translator import Translator

ROUNDS = 5
ONE_BY_ONE = 12  # sentences of a round that are translated one at a time
CASES = ((1, 1), (1, 4), (32, 1), (32, 4), (256, 1), (256, 4))  # sentences at once, beam
SUBJECTS = (
    "Le jardinier du parc",
    "Ma tante",
    "Un vieux marin",
    "La directrice de l'usine",
    "Notre professeur de musique",
    "Cette jeune avocate",
    "Le boucher",
    "Mon petit cousin",
    "Une touriste perdue",
    "Le chien du facteur",
    "Presque tout le monde",
    "Le maire de la commune",
)
VERBS = (
    "a rangé",
    "prépare",
    "cherchait depuis ce matin",
    "vendra bientôt",
    "n'a jamais compris",
    "voudrait décrire",
    "observe",
    "a presque oublié",
    "dessine",
    "réparera",
)
OBJECTS = (
    "la barque bleue",
    "les outils de son grand-père",
    "un gâteau aux noix",
    "cette longue lettre",
    "le toit de la grange",
    "trois chaises",
    "la carte de l'île",
    "les horaires du train de nuit",
    "son manteau",
    "le vieux piano du salon",
)
ENDINGS = (
    ".",
    " avant la nuit.",
    ", sans dire un mot à ses voisins.",
    " parce que la fête commence demain soir.",
    " dans la petite maison près de la rivière, où il fait toujours froid.",
    " ?",
)


class Decoded(NamedTuple):
    """What one program took: ``at_once`` sentences handed over together, with a ``beam``.

    ``seconds`` are those of a sentence, in each round; ``megabytes`` the peak memory of a process
    of its own, beyond what it held before it loaded the model, None where it was not measured.
    """

    engine: str
    at_once: int
    beam: int
    seconds: list[float]
    megabytes: float | None = None


def own_sentences() -> list[str]:
    """7,200 different French sentences of six to some forty pieces, shuffled."""
    found = [
        f"{subject} {verb} {thing}{ending}"
        for subject, verb, thing, ending in product(SUBJECTS, VERBS, OBJECTS, ENDINGS)
    ]
    random.Random(1).shuffle(found)
    return found


def takes_part(engine: str, at_once: int, beam: int) -> bool:
    """Plain PyTorch has no beam search; a trace is made of one sentence."""
    return (beam == 1 or engine != PLAIN) and (engine != TRACE or (at_once, beam) == (1, 1))


def measure(
    engines: Mapping[str, Timed],
    sources: Sequence[Tokens],
    rounds: int,
    cases: Sequence[tuple[int, int]] = CASES,
) -> Iterator[Decoded]:
    """Every case: a round to warm up, then ``rounds`` of them, each with sentences of its own.

    Raises UsageError if there are not enough ``sources``.
    """
    needed = (1 + rounds) * max(_sentences(at_once) for at_once, _beam in cases)
    if len(sources) < needed:
        raise UsageError(
            "So many rounds need {needed} different sentences; there are {found}.",
            needed=needed,
            found=len(sources),
        )
    for at_once, beam in cases:
        count = _sentences(at_once)
        names = [name for name in engines if takes_part(name, at_once, beam)]
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for turn in range(1 + rounds):
            chosen = sources[turn * count : (turn + 1) * count]
            for name in names:
                chunks = [chosen[i : i + at_once] for i in range(0, count, at_once)]
                seconds[name].append(engines[name](chunks, beam) / count)
        for name in names:
            yield Decoded(name, at_once, beam, seconds[name][1:])


def _sentences(at_once: int) -> int:
    """How many sentences a round has."""
    return max(at_once, ONE_BY_ONE)


def report(machine: Machine, rows: Sequence[Decoded]) -> Iterator[str]:
    """Lines of tables for a terminal: medians over the rounds, with quartiles."""
    yield ", ".join(f"{name} {value}" for name, value in asdict(machine).items())
    for at_once, beam in dict.fromkeys((row.at_once, row.beam) for row in rows):
        those = [row for row in rows if (row.at_once, row.beam) == (at_once, beam)]
        how = "one at a time" if at_once == 1 else f"{at_once} at once"
        yield f"\n{how}, {'greedy' if beam == 1 else f'beam {beam}'}"
        yield f"{'':22}{'ms a sentence':>24}{'of ours':>20}{'MB':>8}"
        ours = np.array(those[0].seconds)
        for row in those:
            seconds = np.array(row.seconds)
            memory = "-" if row.megabytes is None else f"{row.megabytes:.0f}"
            spans = _span(1000 * seconds), _span(seconds / ours)
            yield f"{row.engine:22}{spans[0]:>24}{spans[1]:>20}{memory:>8}"


def _span(values: np.ndarray) -> str:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def add_options(parser: ArgumentParser) -> None:
    """``benchmark decoding``: its options, and what runs it."""
    parser.set_defaults(command=benchmark_decoding)
    add = parser.add_argument
    add("--model", metavar="DIR", help="folder of the model (default: the shipped one)")
    add("--data", type=Path, metavar="FILE", help="pairs of sentences (default: our own French)")
    add("--threads", type=int, default=2, metavar="N", help="of the processor (default 2)")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help=f"(default {ROUNDS})")
    add("--at-once", type=int, nargs="+", metavar="N", help="only these sizes of a batch")
    add("--out", type=Path, metavar="FILE.json", help="keep all measurements in this file")


def benchmark_decoding(options: Namespace) -> int:
    """What ``python -m transformer benchmark decoding`` does."""
    cases = [case for case in CASES if options.at_once is None or case[0] in options.at_once]
    if min(options.rounds, options.threads, len(cases)) < 1:
        raise UsageError("--rounds and --threads must be at least 1, --at-once 1, 32 or 256.")
    torch.set_num_threads(options.threads)
    translator = Translator.load(options.model, "cpu")
    texts = own_sentences() if options.data is None else _french(options.data)
    sources = [translator.tokenizer.encode(text) for text in texts]
    progress, rows = Progress("decoding"), list[Decoded]()
    with tempfile.TemporaryDirectory() as made, ExitStack() as running:
        folder = Path(made)
        export(translator, folder)
        settings = options.model, folder, options.threads
        engines = {name: running.enter_context(apart(name, *settings)) for name in ENGINES}
        for row in measure(engines, sources, options.rounds, cases):
            if row.beam == 1 and row.engine != TRACE:
                chosen = sources[: row.at_once]
                size = peak_megabytes(row.engine, options.model, folder, chosen, options.threads)
                row = row._replace(megabytes=size)
            rows.append(row)
            progress.show(len({(row.at_once, row.beam) for row in rows}) / len(cases))
    machine = this_machine(torch.device("cpu"))
    print("\n".join(report(machine, rows)))
    if options.out:
        save_results(options.out, machine, rows)
    return 0


def _french(path: Path) -> list[str]:
    """The different French sides of a file of pairs, shuffled."""
    found = list(dict.fromkeys(french for french, _english in read_pairs(path)))
    random.Random(1).shuffle(found)
    return found
