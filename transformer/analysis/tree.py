"""The nodes of a search tree, and where each is drawn. Knows no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["kept", "dropped", "finished"]
START = -1  # the parent of the first pieces: <s>


@dataclass(frozen=True)
class Node:
    """A beginning of the text that a step weighed: its last piece, and how all of it reads.

    ``step`` counts from 0, as does ``rank``, by log-probability among all that the step weighed;
    ``parent`` is a place among the nodes, or ``START``. ``log_probability`` (nats) is that of the
    whole beginning, ``score`` the same, normalised for its length so far.
    """

    step: int
    rank: int
    parent: int
    id: int
    piece: str
    text: str
    log_probability: float
    score: float
    state: State


def path_to(nodes: Sequence[Node], place: int) -> tuple[int, ...]:
    """The places of the nodes from the first piece to the one at ``place``."""
    found: list[int] = []
    while place != START:
        found.append(place)
        place = nodes[place].parent
    return tuple(reversed(found))


def rows_of(nodes: Sequence[Node], dropped: bool) -> dict[int, int]:
    """The places of the nodes to draw, each with its row (from 0): the likelier, the higher.

    Without ``dropped`` the others close up: those that were kept, but for the last step, after
    which the search went on from none, and those that were finished.
    """
    used: Counter[int] = Counter()
    rows = {}
    for place, node in enumerate(nodes):
        left = node.state == "kept" and node.step == nodes[-1].step
        if dropped or not (left or node.state == "dropped"):
            rows[place] = used[node.step]
            used[node.step] += 1
    return rows
