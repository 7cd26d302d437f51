"""How people type French: without capitals, stops or accents, with other apostrophes and spaces."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable


def no_capital(text: str) -> str:
    return text[:1].lower() + text[1:]


def no_stop(text: str) -> str:
    return text.rstrip(" .!?…\u00a0\u202f") or text


def no_accents(text: str) -> str:
    """Without the marks on letters; a cedilla counts as one."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def straight(text: str) -> str:
    return text.replace("’", "'")


def curly(text: str) -> str:
    return text.replace("'", "’")


def double_spaces(text: str) -> str:
    return text.replace(" ", "  ")


Way = Callable[[str], str]
WAYS: dict[str, Way] = {
    "no capital at the beginning": no_capital,
    "no capitals at all": str.lower,
    "no final stop": no_stop,
    "no accents": no_accents,
    "straight apostrophes": straight,
    "curly apostrophes": curly,
    "double spaces": double_spaces,
}
# What the tokenizer does not undo by itself, and so has to be learned.
LEARNED: tuple[Way, ...] = (no_capital, str.lower, no_stop, no_accents)


def alter(text: str, share: float, draw: random.Random) -> str:
    """``text`` itself, or with the probability ``share`` in one to all of the ``LEARNED`` ways."""
    if draw.random() < share:
        for way in draw.sample(LEARNED, draw.randint(1, len(LEARNED))):
            text = way(text)
    return text
