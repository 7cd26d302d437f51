"""The command line: ``python -m transformer translate``, ``train``, ``evaluate`` and others."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformer import (
    benchmark,
    compare,
    decoding_benchmark,
    evaluate,
    exercise,
    explain,
    export,
    heads,
    recall,
    training_benchmark,
)
from transformer.config import ARCHITECTURES
from transformer.errors import UsageError

if TYPE_CHECKING:
    from transformer.tokenizer import Tokens
    from transformer.translator import Sentence, Translator

LINES_AT_ONCE = 256
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, or 2 where something could not be done."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # a redirected one has another on Windows
    try:
        return int(options.command(options))
    except UsageError as error:
        print(f"transformer: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m transformer",
        description="A Transformer that translates French into English and shows how.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Command, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(command=run)
        added.add_argument(
            "--device", default="auto", help="cpu, cuda or auto (default: a GPU if there is one)"
        )
        return added

    def with_model(name: str, run: Command, help: str) -> argparse.ArgumentParser:
        added = command(name, run, help)
        added.add_argument(
            "--model", metavar="DIR", help="folder of the model (default: the shipped one)"
        )
        return added

    translate = with_model("translate", _translate, "Translate arguments, or standard input.")
    translate.add_argument("text", nargs="*", metavar="TEXT", help="French, of any length")
    translate.add_argument("--beam", type=int, default=4, metavar="N", help="beam size (default 4)")
    translate.add_argument("--json", action="store_true", help="one JSON object a line")

    trace = with_model("trace", _trace, "Write everything one pass computes to an .npz file.")
    trace.add_argument("text", metavar="TEXT", help="a French sentence")
    trace.add_argument("--out", required=True, type=Path, metavar="FILE.npz")
    trace.add_argument("--target", metavar="TEXT", help="your own English instead of the model's")
    trace.add_argument("--beam", type=int, default=4, metavar="N", help="beam size (default 4)")

    says = "Measure BLEU and chrF on a test set, or how well attention links words."
    evaluate.add_options(with_model("evaluate", evaluate.run, says))

    compared = command("compare", compare.run, "Set trained models side by side.")
    compare.add_options(compared)

    says = "Measure what every head does and what is lost without it."
    heads.add_options(with_model("heads", heads.run, says))

    says = "Measure how well attention agrees with contributions and leave-one-out."
    explain.add_options(with_model("explain", explain.run, says))

    says = "Write the model for another program."
    export.add_options(with_model("export", export.run, says))

    says = "Measure how fast this machine is."
    measured = benchmark.add_commands(commands.add_parser("benchmark", help=says, description=says))
    for name, module, says in (
        (
            "training",
            training_benchmark,
            "Pieces a second in training, beside torch.nn.Transformer.",
        ),
        ("recall", recall, "For how many steps every kind of model learns to remember."),
        ("decoding", decoding_benchmark, "How long translating takes beside other programs."),
        ("exercise", exercise, "How well a tiny Transformer learns to copy, reverse and sort."),
    ):
        module.add_options(measured.add_parser(name, help=says, description=says))

    train = command("train", _train, "Train a model on parallel sentences.")
    _add_train_options(train)
    return parser


def _add_train_options(train: argparse.ArgumentParser) -> None:
    add = train.add_argument
    add("--arch", choices=ARCHITECTURES, help="kind of model (default transformer)")
    add("--size", help="tiny, 5m, small or base (default small; recurrent: tiny or 5m)")
    add("--data", required=True, type=Path, metavar="DIR", help="folder of NAME.train.tsv.gz files")
    add("--out", required=True, type=Path, metavar="DIR", help="folder of the run and its model")
    add("--minutes", type=float, metavar="N", help="train for so long in all (default 60)")
    add("--cpu-minutes", type=float, metavar="N", help="train for so much time of the processor")
    add("--threads", type=int, metavar="N", help="threads of the processor (default: all cores)")
    add(
        "--steps",
        type=int,
        metavar="N",
        help="train for so many steps in all instead: reproducible",
    )
    add("--compile", action="store_true", help="compile the network: for long runs on a GPU")
    add("--resume", action="store_true", help="go on with the run in --out")
    add("--init", type=Path, metavar="DIR", help="begin with the weights of another model")
    add("--tokenizer", type=Path, metavar="DIR", help="take the vocabulary of another model")
    add("--heads", type=int, metavar="N", help="heads of each attention")
    add("--d-k", type=int, metavar="N", help="width of one head")
    add(
        "--dropout",
        type=float,
        metavar="P",
        help="share of values dropped (default 0.1)",
    )
    add("--vocabulary", type=int, metavar="N", help="pieces of the vocabulary (default 8000)")
    add("--mix", metavar="NAME=SHARE,...", help="corpora by share of pairs")
    add("--tokens", type=int, metavar="N", help="padded pieces of a step (default 2500)")
    add("--learning-rate", type=float, metavar="X", help="peak rate (default 1.5e-3)")
    add("--subword-alpha", type=float, metavar="X", help="subword sampling; 0, the default, is off")
    says = "share of French sides without capitals, final stop or accents (default 0)"
    add("--noise", type=float, metavar="P", help=says)
    add("--optimizer", metavar="NAME", help="adamw or muon (default adamw)")
    add("--seed", type=int, metavar="N", help="seed of everything random (default 1)")
    add("--report-every", type=int, default=1000, metavar="N", help="steps between log lines")


def _translate(options: argparse.Namespace) -> int:
    from transformer.translator import Translator

    translator = Translator.load(options.model, options.device)
    failed = read = 0
    for block in _blocks(options.text or _standard_input()):
        for found in _translate_block(translator, block, options.beam, options.json):
            read += 1
            if isinstance(found, UsageError):
                failed += 1
                print(f"line {read}: {found}", file=sys.stderr)
            print("" if isinstance(found, UsageError) else found)
        sys.stdout.flush()
    return 2 if failed else 0


def _standard_input() -> Iterator[str]:
    """Lines as text; bytes that are no UTF-8 stay visible to the tokenizer, which refuses them."""
    from transformer.progress import announce

    if sys.stdin.isatty():
        announce("Type French and press Enter; Ctrl+D ends.")
    for line in sys.stdin.buffer:
        yield line.decode(errors="surrogateescape").rstrip("\r\n")


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """What is translated at once: many lines, but one of somebody who waits for its translation."""
    at_once = 1 if sys.stdin.isatty() else LINES_AT_ONCE
    rest = iter(lines)
    while block := list(islice(rest, at_once)):
        yield block


def _translate_block(
    translator: Translator, lines: Sequence[str], beam_size: int, as_json: bool
) -> Iterator[str | UsageError]:
    """For every line its output, or the UsageError that says why there is none."""
    from transformer.translator import join

    sources: list[list[Tokens] | UsageError] = []
    for line in lines:
        try:
            sources.append(translator.read(line))
        except UsageError as error:
            sources.append(error)
    readable = [source for source in sources if not isinstance(source, UsageError)]
    found = iter(translator.search_texts(readable, beam_size))
    for line, source in zip(lines, sources, strict=True):
        if isinstance(source, UsageError):
            yield source
        else:
            sentences = next(found)
            english = join(sentences)
            yield _as_json(line, english, sentences) if as_json else english


def _as_json(line: str, english: str, sentences: Sequence[Sentence]) -> str:
    """All about a line: what is said of its only sentence, or of several taken together."""
    parts = [_about(sentence) for sentence in sentences]
    about = parts[0] | {"source": line, "translation": english}
    if len(parts) > 1:
        about |= {
            "score": sum(part["score"] for part in parts),
            "source_pieces": [piece for part in parts for piece in part["source_pieces"]],
            "target_pieces": [piece for part in parts for piece in part["target_pieces"]],
            "alternatives": [],
        }
    return json.dumps(about | {"sentences": parts}, ensure_ascii=False)


def _about(sentence: Sentence) -> dict[str, Any]:
    best = sentence.candidates[0]
    return {
        "source": sentence.source.text,
        "translation": best.text,
        "score": best.score,
        "source_pieces": sentence.source.pieces,
        "target_pieces": best.pieces,
        "alternatives": [
            {"translation": other.text, "score": other.score} for other in sentence.candidates[1:]
        ],
    }


def _trace(options: argparse.Namespace) -> int:
    from transformer.archive import origin_of, save_trace
    from transformer.checkpoint import replace_file
    from transformer.translator import Translator

    translator = Translator.load(options.model, options.device)
    translation = translator.translate(options.text, options.beam, options.target)
    origin = origin_of(translator, translation)

    def write(path: Path) -> None:
        with path.open("wb") as file:
            print(f"{save_trace(file, translation, origin)} arrays in {options.out}")

    print(translation.text)
    replace_file(options.out, write)
    return 0


def _train(options: argparse.Namespace) -> int:
    from transformer.train import train

    train(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
