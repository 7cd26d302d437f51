"""What edits cost: seconds for each English piece, beside the plain translation's.

    .venv/bin/python benchmarks/edits.py [ROUNDS]

One thread, beam 4, with the trace, as the pages translate; in every round each list of edits and
the plain translation take turns. Printed: the median, over the rounds, of the ratio to the plain
one, and its quartiles.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from pages.shared.examples import EXAMPLES, LONG
from transformer import Translator
from transformer.edits import Edits, ForbidLinks, ForceLinks, HideSource, ScaleScores, SwitchOff

EDITS: dict[str, Edits] = {
    "plain": (),
    "a head off": [SwitchOff("cross", 2, 3)],
    "scores scaled": [ScaleScores(0.2, "encoder", 1, 2)],
    "a link forced": [ForceLinks((2,), (3,), "cross", 1)],
    "a link forbidden": [ForbidLinks((4,), (2,), "decoder", 0)],
    "a word hidden": [HideSource((5,))],
}
EDITS["all of them"] = [edit for edits in EDITS.values() for edit in edits]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    torch.set_num_threads(1)
    translator = Translator.load(device="cpu")
    for text in (EXAMPLES[0].text, LONG.text):
        _measure(translator, text, ())
        seconds = np.array(
            [[_measure(translator, text, e) for e in EDITS.values()] for _round in range(rounds)]
        )
        print(f"{text}\n  plain: {1000 * np.median(seconds[:, 0]):.1f} ms a piece")
        for name, ratios in zip(EDITS, (seconds / seconds[:, :1]).T, strict=True):
            low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
            print(f"  {name:18}{middle:5.2f} ({low:.2f}-{high:.2f})")


def _measure(translator: Translator, text: str, edits: Edits) -> float:
    """Seconds a piece: an edit may make the translation longer or shorter."""
    begun = time.perf_counter()
    found = translator.translate(text, edits=edits)
    return (time.perf_counter() - begun) / len(found.target.ids)


if __name__ == "__main__":
    main()
