"""BLEU by size of the beam and by length penalty: which of them to ship.

    .venv/bin/python benchmarks/beams.py --data DATA/tatoeba.dev.tsv [--model DIR] [--sentences N]

Prints a row for every beam and a column for every penalty (the exponent of Wu et al. 2016, section
7; 0 ranks by log-probability alone), and how much shorter than the references the output is.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from transformer.data import read_pairs
from transformer.decoding import search
from transformer.evaluate import import_sacrebleu
from transformer.progress import track
from transformer.translator import Translator

BEAMS, PENALTIES = (1, 2, 4, 6, 8), (0.0, 0.6, 1.0, 1.4)
AT_ONCE = 64


def main() -> None:
    parser = argparse.ArgumentParser(description="BLEU by beam and length penalty.")
    parser.add_argument("--data", required=True, type=Path, help="French<TAB>English lines")
    parser.add_argument("--model", help="folder of the model (default: the shipped one)")
    parser.add_argument("--sentences", type=int, metavar="N", help="only the first N")
    options = parser.parse_args()
    translator = Translator.load(options.model)
    pairs = sorted(read_pairs(options.data)[: options.sentences], key=lambda pair: len(pair[0]))
    bleu = import_sacrebleu().BLEU()
    print(f"{translator.name} on {options.data.name}, {len(pairs)} sentences: BLEU (length)")
    print("beam  " + "".join(f"{f'penalty {penalty}':>16}" for penalty in PENALTIES))
    for beam in BEAMS:
        cells = []
        for penalty in PENALTIES if beam > 1 else PENALTIES[:1]:
            found = translate(translator, [french for french, _ in pairs], beam, penalty)
            score = bleu.corpus_score(found, [[english for _, english in pairs]])
            cells.append(f"{score.score:8.2f} ({score.ratio:.3f})")
        print(f"{beam:<6}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def translate(translator: Translator, texts: list[str], beam: int, penalty: float) -> list[str]:
    """The best English of every text."""
    tokenizer, found = translator.tokenizer, []
    for begin in track(range(0, len(texts), AT_ONCE), f"beam {beam}, penalty {penalty}"):
        sources = [tokenizer.encode(text).ids for text in texts[begin : begin + AT_ONCE]]
        ranked = search(translator.model, sources, beam, penalty)
        found += [tokenizer.decode(best.ids) for best, *_ in ranked]
    return found


if __name__ == "__main__":
    main()
