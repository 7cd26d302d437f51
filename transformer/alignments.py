"""Word alignment as a measurement: links read off a model against links made by hand."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from transformer.analysis.alignment import (
    METHODS,
    Link,
    Linking,
    Rates,
    agreement,
    grow_links,
    linkings,
    piece_scores,
    rate,
)
from transformer.analysis.view import by_word
from transformer.checkpoint import replace_file
from transformer.data import check_readable
from transformer.errors import UsageError
from transformer.progress import track
from transformer.tokenizer import Tokenizer, Tokens, normalise
from transformer.translator import MODELS, Translator

KEPT = "alignments.json"  # beside a model's weights
Span = tuple[int, int]
Sharing = dict[tuple[int, ...], list[int]]  # as ``sharing`` gives it


@dataclass(frozen=True)
class Aligned:
    """A pair whose words somebody linked; words are spans of characters and may share them."""

    french: str
    english: str
    french_words: tuple[Span, ...]
    english_words: tuple[Span, ...]
    sure: frozenset[Link]
    possible: frozenset[Link]


@dataclass(frozen=True)
class Scored:
    """What one way to link words reached; ``links`` are those it found in each sentence."""

    linking: Linking
    rates: Rates
    links: tuple[frozenset[Link], ...] = ()

    def values(self) -> dict[str, Any]:
        """For JSON, without links; layers and heads count from 1, as on the pages."""
        method, layer, head = self.linking
        place = {"layer": layer + 1} | ({} if head is None else {"head": head + 1})
        return {"method": method, **place, **self.rates._asdict()}

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Scored:
        """What ``values`` wrote."""
        rates = Rates(*(float(values[name]) for name in Rates._fields))
        method, head = values["method"], values.get("head")
        if method not in METHODS:
            raise ValueError(f"there is no method {method!r}")
        linking = Linking(method, values["layer"] - 1, None if head is None else head - 1)
        return cls(linking, rates)


@dataclass(frozen=True)
class Alignments:
    """All ways to link words with one model, measured on the ``sentences`` of ``data``."""

    data: str
    sentences: int
    scored: tuple[Scored, ...]

    @property
    def best(self) -> Scored:
        """The one of the lowest alignment error rate."""
        return min(self.scored, key=lambda scored: scored.rates.aer)

    @property
    def plain(self) -> Scored:
        """The best layer of attention weights as they are."""
        plain = [scored for scored in self.scored if scored.linking.method == "attention"]
        return min(plain, key=lambda scored: scored.rates.aer)

    def save(self, path: Path) -> None:
        """Write as JSON, one way a line, without links."""
        head = json.dumps({"data": self.data, "sentences": self.sentences})[:-1]
        rows = ",\n".join(json.dumps(_rounded(scored.values())) for scored in self.scored)
        text = f'{head}, "scored": [\n{rows}\n]}}\n'
        replace_file(path, lambda beside: beside.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, path: Path) -> Alignments:
        """Read what ``save`` wrote; UsageError if that is not what the file holds."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            scored = tuple(Scored.read(values) for values in found["scored"])
            if not scored:
                raise ValueError("it is empty")
            return cls(str(found["data"]), int(found["sentences"]), scored)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                "{path} should hold measured word alignments, but cannot be read ({why}). Make it "
                "again: python -m transformer evaluate --alignments FILE.jsonl --out {path}",
                path=path,
                why=getattr(error, "strerror", None) or error,
            ) from error


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Four digits of every rate."""
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()}


def kept_alignments(model: str) -> Alignments | None:
    """What was measured of the shipped model of that name, if it was."""
    path = MODELS / model / KEPT
    return Alignments.load(path) if path.exists() else None


def read_aligned(path: Path) -> list[Aligned]:
    """The pairs of a file of JSON lines; UsageError names the file and the line of a mistake."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(
            "{path} cannot be read ({why}). Name a .jsonl file of sentences with word alignments.",
            path=path,
            why=error.strerror or error,
        ) from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        try:
            pairs.append(_aligned(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            why = f"{error} is missing" if isinstance(error, KeyError) else error
            raise UsageError(
                "{path}, line {number}: expected a JSON object of french, english, french_words, "
                "english_words, sure and possible ({why}). Correct or delete the line.",
                path=path,
                number=number,
                why=why,
            ) from error
    if not pairs:
        raise UsageError(
            "{path} is empty: expected a line of JSON for each sentence pair.", path=path
        )
    return pairs


def _aligned(values: Any) -> Aligned:
    """One line of the file; ValueError, KeyError or TypeError where it is not as it should be."""
    if not isinstance(values, dict):
        raise TypeError(f"got {type(values).__name__}")
    words = {side: _spans(values, side) for side in ("french", "english")}
    counts = len(words["french"]), len(words["english"])
    return Aligned(
        french=values["french"],
        english=values["english"],
        french_words=words["french"],
        english_words=words["english"],
        sure=frozenset(_couples(values, "sure", counts)),
        possible=frozenset(_couples(values, "possible", counts)),
    )


def _spans(values: dict[str, Any], side: str) -> tuple[Span, ...]:
    text = values[side]
    if not isinstance(text, str):
        raise TypeError(f"{side} is no text")
    end = len(text) + 1
    words = tuple(_couples(values, f"{side}_words", (end, end)))
    if not words:
        raise ValueError(f"{side}_words is empty")
    for begin, end in words:
        if begin > end:
            raise ValueError(f"{side}_words holds [{begin}, {end}]")
    return words


def _couples(
    values: dict[str, Any], field: str, limits: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """The pairs of whole numbers in a field, each from 0 to below its limit."""
    if not isinstance(values[field], list):
        raise TypeError(f"{field} is no list")
    for couple in values[field]:
        whole = isinstance(couple, list) and [type(number) for number in couple] == [int, int]
        if not whole or not all(0 <= n < limit for n, limit in zip(couple, limits, strict=True)):
            raise ValueError(f"{field} holds {json.dumps(couple)}")
        yield couple[0], couple[1]


def check_aligned(pairs: Sequence[Aligned], tokenizer: Tokenizer, path: Path) -> None:
    """UsageError, with file and line number, for a pair of ``path`` that cannot be read."""
    for side in ([pair.french for pair in pairs], [pair.english for pair in pairs]):
        check_readable(side, tokenizer, path)


def score_alignments(translator: Translator, pairs: Sequence[Aligned]) -> list[Scored]:
    """Every method in every layer, teacher-forced on the English of the pairs.

    Of the heads of a layer, "shifted-head" takes the one whose two directions agree most: the links
    made by hand have no say in it. Raises UsageError if the model has no attention, or a text
    cannot be read.
    """
    sides: list[tuple[Sharing, Sharing]] = []
    found: dict[Linking, list[np.ndarray]] = {}
    for pair in track(pairs, "aligning"):
        source, target = map(translator.tokenizer.encode, (pair.french, pair.english))
        record = translator.model.trace(source.ids, target.ids)
        french = sharing(pieces_of(source, pair.french, pair.french_words))
        english = sharing(pieces_of(target, pair.english, pair.english_words))
        sides.append((french, english))
        for ways in linkings(record):
            for way in ways:
                scores_LM = piece_scores(translator, record, way)
                scores_EF = by_word(scores_LM, list(english), list(french))
                found.setdefault(way, []).append(scores_EF)
    chosen = [max(ways, key=lambda way: agreement(found[way])) for ways in linkings(record)]
    return [_score(way, found[way], sides, pairs) for way in chosen]


def _score(
    way: Linking,
    scores: Sequence[np.ndarray],
    sides: Sequence[tuple[Sharing, Sharing]],
    pairs: Sequence[Aligned],
) -> Scored:
    """The links of one way in all sentences against those made by hand."""
    found = []
    for scores_EF, both in zip(scores, sides, strict=True):
        french, english = (list(side.values()) for side in both)
        links = (product(french[f], english[e]) for f, e in grow_links(scores_EF))
        found.append(frozenset(chain.from_iterable(links)))
    rates = rate(found, [pair.sure for pair in pairs], [pair.possible for pair in pairs])
    return Scored(way, rates, tuple(found))


def pieces_of(tokens: Tokens, text: str, words: Sequence[Span]) -> list[tuple[int, ...]]:
    """For each word of ``text`` the pieces that share a character with it.

    A lone mark of a space counts with the word that follows. The tokenizer straightens quotes and
    drops spaces, so that places are counted in characters that are no spaces.
    """
    solid, place = _solid_before(tokens.text), _solid_before(text)
    spans = [(solid(begin), max(solid(end), solid(begin) + 1)) for begin, end in tokens.spans]
    return [
        tuple(i for i, (b, e) in enumerate(spans) if b < place(end) and place(begin) < e)
        for begin, end in words
    ]


def sharing(pieces: Sequence[tuple[int, ...]]) -> Sharing:
    """Pieces -> the words, by number, that they make: two where *du* stands for *de* and *le*."""
    found: Sharing = {}
    for word, made_of in enumerate(pieces):
        found.setdefault(made_of, []).append(word)
    return found


def _solid_before(text: str) -> Callable[[int], int]:
    """How many characters, as the tokenizer writes them, stand before a place in ``text``."""
    return lambda place: len(normalise(text[:place]).replace(" ", ""))


def run(options: Namespace) -> int:
    """What ``python -m transformer evaluate --alignments`` does."""
    torch.set_num_threads(1)  # short sentences one by one: more threads only wait for each other
    pairs = read_aligned(options.alignments)
    translator = Translator.load(options.model, options.device)
    check_aligned(pairs, translator.tokenizer, options.alignments)
    scored = score_alignments(translator, pairs)
    measured = Alignments(options.alignments.name, len(pairs), tuple(scored))
    if options.json:
        for one in scored:
            print(json.dumps(one.values() | {"links": [sorted(found) for found in one.links]}))
    else:
        print("\n".join(_report(translator.name, measured)))
    if options.out:
        measured.save(options.out)
    return 0


def _report(model: str, measured: Alignments) -> Iterator[str]:
    """Lines of a table for a terminal."""
    yield f"{model} on {measured.data}, {measured.sentences} sentences"
    for scored in measured.scored:
        method, layer, head = scored.linking
        place = f"{method}, layer {layer + 1}" + ("" if head is None else f", head {head + 1}")
        aer, precision, recall = scored.rates
        best = " (best)" if scored is measured.best else ""
        yield f"{place}: AER {aer:.3f}, precision {precision:.3f}, recall {recall:.3f}{best}"
