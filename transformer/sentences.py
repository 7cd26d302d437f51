"""A text cut into its sentences, and those that a model cannot read whole into shorter parts.

By rules, for French as people type it; a part keeps the space after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# The signs that may end a sentence, what closes after them, and the space before the next one.
# A run of signs is read in one way only, from its first: "!!!!!!" must not take exponential time.
_STOP = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]+(?:\s+[!?…]+)*)(?P<closers>(?:[\"'”’)\]]|\s?»)*)\s+(?=\S)",
)
# Before a full stop, none of these ends a sentence. "etc." and others may, before a capital.
_ABBREVIATIONS = frozenset(
    "M MM Mr Mme Mmes Mlle Mlles Me Mgr Dr Drs Pr Prof St Ste Cf cf Cie vs p pp ex éd dir trad "
    "art chap fig vol t n no nos al av apr env boul bd tél réf Fig Art Chap Vol No".split()
)
_MAYBE_LAST = frozenset("etc cie hab min max sec kg km cm mm".split())
_WORD_BEFORE = re.compile(r"[^\W\d_]+$")
_INITIAL = re.compile(r"(?:^|[\s.(«\"'’-])[A-ZÀ-Þ]$")  # J. Dupont, J.-C., S. N. C. F.
_NUMBERED = re.compile(r"\s*[\W_]*(?:\d+|[a-zA-Z]|[IVX]+)$")  # 1. or a. before what it counts
# Where a sentence too long is cut, the best places first; at last, anywhere.
_CUTS = tuple(
    re.compile(cut) for cut in (r"[;:]\s+(?=\S)", r",\s+(?=\S)", r"\s+(?=\S)", r"(?s)(?<=.)(?=.)")
)


def split_sentences(text: str) -> list[str]:
    """The sentences of ``text``, each with the space after it: joined, they are the text again."""
    bounds = [0]
    for found in _STOP.finditer(text):
        if _ends(text[bounds[-1] : found.start("stop")], found, text[found.end()]):
            bounds.append(found.end())
    return [text[begin:end] for begin, end in zip(bounds, [*bounds[1:], len(text)], strict=True)]


def split_text(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Its sentences; one that does not fit is cut on until every part does, or is one character.

    Cut near the middle, at ``;`` or ``:`` if there is one, else at a comma, a space, or anywhere.
    Joined, the parts are the text again.
    """
    return [part for sentence in split_sentences(text) for part in _cut(sentence, fits)]


def _ends(before: str, found: re.Match[str], following: str) -> bool:
    """Whether a sentence ends with the stop that was ``found`` after the words ``before``."""
    stop, goes_on = found["stop"], following.islower()
    if not any(character.isalnum() for character in before):
        return False
    if found["closers"] and goes_on:  # « Viens ! » dit-elle.
        return False
    if stop != ".":
        return not (goes_on and stop[-1] in ".…")
    if _NUMBERED.match(before) or _INITIAL.search(before):
        return False
    word = _WORD_BEFORE.search(before)
    if word is None:
        return not (goes_on and before[-1].isdigit())  # le 1. janvier
    return word[0] not in _ABBREVIATIONS and not (goes_on and word[0] in _MAYBE_LAST)


def _cut(sentence: str, fits: Callable[[str], bool]) -> Iterator[str]:
    places = () if fits(sentence) else _places(sentence)
    if not places:
        yield sentence
        return
    middle = min(places, key=lambda place: abs(place - len(sentence) / 2))
    yield from _cut(sentence[:middle], fits)
    yield from _cut(sentence[middle:], fits)


def _places(sentence: str) -> list[int]:
    """Where it may be cut in two parts, by the best rule that knows a place."""
    begin, end = len(sentence) - len(sentence.lstrip()), len(sentence.rstrip())
    for cut in _CUTS:
        places = [found.end() for found in cut.finditer(sentence) if begin < found.end() < end]
        if places:
            return places
    return []
