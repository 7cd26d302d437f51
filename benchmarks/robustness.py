"""How much BLEU is lost when people type otherwise than the test set is written.

    .venv/bin/python benchmarks/robustness.py --data DATA/tatoeba.test.tsv [--model DIR] [--beam N]
        [--sentences N]

Alters the French side of a test set in one way at a time, translates it again, and prints a table:
BLEU and chrF against the same English, and the difference to the set as it is. Where two sentences
are put into a line, so are their references. Translates as the command and the pages do: sentence
by sentence.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from transformer.data import Pair, read_pairs
from transformer.evaluate import score
from transformer.translator import Translator, join
from transformer.typed import WAYS


def main() -> None:
    parser = argparse.ArgumentParser(description="BLEU of sentences typed in other ways.")
    parser.add_argument("--data", required=True, type=Path, help="French<TAB>English lines")
    parser.add_argument("--model", help="folder of the model (default: the shipped one)")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--sentences", type=int, metavar="N", help="only the first N")
    options = parser.parse_args()
    translator = Translator.load(options.model)
    pairs = read_pairs(options.data)[: options.sentences]
    print(f"{translator.name} on {options.data.name}, {len(pairs)} sentences, beam {options.beam}")
    print(f"{'':32}{'BLEU':>6}{'':>8}{'chrF':>6}")
    plain = _print(translator, "as it is", pairs, options.beam, None)
    for name, alter in WAYS.items():
        altered = [(alter(french), english) for french, english in pairs]
        _print(translator, name, altered, options.beam, plain)
    twos = [
        (f"{one[0]} {two[0]}", f"{one[1]} {two[1]}")
        for one, two in zip(pairs[::2], pairs[1::2], strict=False)
    ]
    _print(translator, "two sentences in a line", twos, options.beam, plain)


def _print(
    translator: Translator, name: str, pairs: list[Pair], beam: int, plain: float | None
) -> float:
    found = [join(text) for text in translator.translate_texts([fr for fr, _ in pairs], beam)]
    scores = score(found, [english for _, english in pairs])
    change = "" if plain is None else f"{scores.bleu - plain:+.1f}"
    print(f"{name:32}{scores.bleu:6.1f}{change:>8}{scores.chrf:6.1f}", flush=True)
    return scores.bleu


if __name__ == "__main__":
    main()
