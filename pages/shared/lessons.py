"""The lessons: which chapters there are, and the view that each of them sets.

What they say lies in assets/lessons, a file for each language; what they ask is in quiz.py.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pages import N_

TEXTS = Path(__file__).parents[2] / "assets" / "lessons"
QUESTIONS = (
    N_("What problem does it solve?"),
    N_("What does it compute, and from what?"),
    N_("What in it is learned?"),
    N_("How is it learned?"),
)


@dataclass(frozen=True)
class Chapter:
    """A chapter answers one of the four ``QUESTIONS`` (from 0) on the page ``path``.

    ``choices`` are the codes that its link carries besides the sentence, as in link.py.
    """

    name: str
    question: int
    path: str
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """What a chapter says; ``{names}`` are filled in, ``options`` are empty if the model has them.

    ``text`` may hold Markdown, the others are plain.
    """

    title: str
    text: str
    question: str
    answer: str
    source: str
    options: tuple[str, ...] = ()


ONE_HEAD = {"kind": "encoder", "layer": "1", "head": "1"}
CHAPTERS = (
    Chapter("sequence", 0, "box", {"level": "box"}),
    Chapter("halves", 0, "box", {"level": "sides"}),
    Chapter("stack", 0, "box", {"level": "layers"}),
    Chapter("inside", 0, "box", {"level": "encoder"}),
    Chapter("memory", 0, "memory"),
    Chapter("speed", 0, "speed"),
    Chapter("steps", 1, "steps", {"step": "pieces"}),
    Chapter("pieces", 1, "vectors", {"side": "source", "depth": "picture"}),
    Chapter("order", 1, "positions", {"side": "source"}),
    Chapter("score", 1, "score", {**ONE_HEAD, "query": "3", "depth": "picture"}),
    Chapter("divide", 1, "simulation", {"width": "100"}),
    Chapter("softmax", 1, "matrix", ONE_HEAD),
    Chapter("cross", 1, "attention", {"kind": "cross", "layer": "3", "head": "5"}),
    Chapter("values", 1, "roles", ONE_HEAD),
    Chapter("layers", 1, "layers", {"side": "source"}),
    Chapter("next", 1, "next", {"piece": "4"}),
    Chapter("parameters", 2, "parameters"),
    Chapter("computed", 2, "roles", ONE_HEAD),
    Chapter("wordmap", 2, "wordmap"),
    Chapter("loss", 3, "loss"),
    Chapter("curves", 3, "training"),
    Chapter("snapshots", 3, "training", {"kind": "cross"}),
    Chapter("live", 3, "live", {"task": "reverse"}),
)
BY_NAME = {chapter.name: chapter for chapter in CHAPTERS}


@cache
def texts(language: str) -> dict[str, Text]:
    """What each chapter says in ``language``."""
    with (TEXTS / f"{language}.toml").open("rb") as file:
        return {
            name: Text(**{**parts, "options": tuple(parts.get("options", ()))})
            for name, parts in tomllib.load(file).items()
        }
