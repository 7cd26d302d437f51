"""How cost grows with the length of the sentence and with the beam, and a picture of it.

    .venv/bin/python benchmarks/cost.py [--rounds N] [--model DIR]      measures, keeps, draws
    .venv/bin/python benchmarks/cost.py --draw                          draws what was kept

One thread. Seconds of greedy and beam-4 translations and of the trace (as much English as French),
what they hold in memory, the bytes of a record, seconds by beam, and seconds in the browser from a
page's address to its picture. Printed: the same as a paragraph. Needs Debian's chromium and
playwright.
"""

import argparse
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import cost_library, cost_pages, cost_picture
from benchmarks.cost_growth import KEPT, PICTURE, load, said
from transformer import Translator
from transformer.benchmark import this_machine
from transformer.results import save_results

ROUNDS, MEMORY_ROUNDS = 9, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--draw", action="store_true", help="only draw what was kept")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    parser.add_argument("--model", help="folder of the model (default: the shipped one)")
    parser.add_argument("--kept", type=Path, default=KEPT, metavar="FILE.json")
    parser.add_argument("--picture", type=Path, default=PICTURE, metavar="FILE.png")
    options = parser.parse_args()
    torch.set_num_threads(1)
    translator = Translator.load(options.model, "cpu")
    if not options.draw:
        measure(translator, options)
    rows, config = load(options.kept), translator.transformer.config
    cost_picture.save(cost_picture.draw(rows, config), options.picture)
    print(said(rows, config))


def measure(translator: Translator, options: argparse.Namespace) -> None:
    """Everything, kept as JSON with the machine and the versions it was measured with."""
    rows = [
        *cost_library.measure_memory(translator, min(MEMORY_ROUNDS, options.rounds)),
        *cost_library.measure(translator, options.rounds),
        *cost_pages.measure(translator, options.rounds),
    ]
    save_results(
        options.kept,
        this_machine(torch.device("cpu")),
        rows,
        model=translator.name,
        python=platform.python_version(),
        streamlit=version("streamlit"),
        command=f"benchmarks/cost.py --rounds {options.rounds}",
    )


if __name__ == "__main__":
    main()
