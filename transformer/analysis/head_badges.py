"""Questions that all heads can be asked: a number for each head, and from where it is a badge.

Thresholds are those of published work where there is one; 0.5 means more often than not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from transformer.analysis.head_measures import Measures, Place
from transformer.analysis.head_study import NOTICED, Head
from transformer.trace import KINDS, Kind

POSITIONAL = 0.9  # Voita et al. 2019, section 5.1


@dataclass(frozen=True)
class Question:
    """``number`` says how much a head does it, NaN where it cannot; ``holds`` is the badge.

    ``least`` is the threshold, NaN where there is no badge; ``unit`` that of numbers; ``corpus``
    says that one sentence cannot tell, ``lowest`` that the smallest number answers best.
    """

    number: Callable[[Head], float]
    holds: Callable[[Head], bool]
    least: float
    unit: str
    corpus: bool
    lowest: bool = False


def _share(name: str, least: float) -> Question:
    def number(head: Head) -> float:
        return float(getattr(head.measures, name))

    return Question(number, lambda head: number(head) >= least, least, "share", False)


def _neighbour(head: Head) -> float:
    """The most frequent of three relative positions."""
    found = (head.measures.previous, head.measures.same, head.measures.next)
    return max((share for share in found if not math.isnan(share)), default=math.nan)


def _never(head: Head) -> bool:
    return False


QUESTIONS: Mapping[str, Question] = {
    "confidence": _share("confidence", 0.8),
    "evenness": _share("evenness", 0.8),
    "previous": _share("previous", 0.5),
    "same": _share("same", 0.5),
    "next": _share("next", 0.5),
    "positional": Question(
        _neighbour, lambda head: _neighbour(head) >= POSITIONAL, POSITIONAL, "share", False
    ),
    "distance": Question(lambda head: head.measures.distance, _never, math.nan, "pieces", False),
    "special": _share("special", 0.5),
    "punctuation": _share("punctuation", 0.5),
    "rarest": _share("rarest", 0.5),
    "aligned": Question(
        lambda head: head.aligned, lambda head: head.aligned >= 0.5, 0.5, "share", True
    ),
    "importance": Question(lambda head: head.importance, _never, math.nan, "nats", True),
    "missed": Question(
        lambda head: head.off.bleu, lambda head: head.off.high < 0, 0.0, "BLEU", True, lowest=True
    ),
    "spare": Question(
        lambda head: head.off.bleu, lambda head: head.off.low > -NOTICED, -NOTICED, "BLEU", True
    ),
}


def badges(head: Head) -> tuple[str, ...]:
    """The questions to which a head is an answer."""
    return tuple(code for code, question in QUESTIONS.items() if question.holds(head))


def answers(heads: Sequence[Head], code: str) -> tuple[Head, ...]:
    """The heads with that badge, the clearest first; of a question without badge, all of them."""
    question = QUESTIONS[code]
    held = [head for head in heads if math.isnan(question.least) or question.holds(head)]
    return tuple(ranked(held, code))


def ranked(heads: Sequence[Head], code: str) -> list[Head]:
    """Those that have such a number, the best answer first."""
    question = QUESTIONS[code]
    there = [head for head in heads if not math.isnan(question.number(head))]
    return sorted(there, key=question.number, reverse=not question.lowest)


def grids(heads: Sequence[Head], code: str) -> dict[Kind, np.ndarray]:
    """The numbers by attention, (layers, H)."""
    number = QUESTIONS[code].number
    found: dict[Kind, np.ndarray] = {}
    for kind in KINDS:
        own = [head for head in heads if head.place[0] == kind]
        count = 1 + max(head.place[2] for head in own)
        found[kind] = np.array([number(head) for head in own]).reshape(-1, count)
    return found


def in_this_sentence(heads: Sequence[Head], own: Mapping[Place, Measures]) -> tuple[Head, ...]:
    """The same heads with the measures of one sentence; all else is still that of the corpus."""
    return tuple(head._replace(measures=own[head.place]) for head in heads)
