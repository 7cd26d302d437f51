"""A beam search as a tree: what every step kept, dropped and finished, as the search reports it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from transformer.analysis.tree import START, Node, State, path_to
from transformer.decoding import Hypothesis, Weighed, beam_search, check_beam, length_divisor
from transformer.edits import Edits
from transformer.tokenizer import Tokenizer, Tokens
from transformer.trace import RecurrentTrace, Trace
from transformer.translator import Translator, log_softmax


@dataclass(frozen=True)
class SearchTree:
    """The nodes, step after step, the likeliest of a step first, and what the search returned."""

    nodes: tuple[Node, ...]
    hypotheses: tuple[Hypothesis, ...]
    beam_size: int
    length_penalty: float

    @property
    def steps(self) -> int:
        return self.nodes[-1].step + 1

    @cached_property
    def best(self) -> int:
        """The place of the final one: the last piece of the hypothesis with the best score."""
        final = self.hypotheses[0].ids
        return next(place for place in self.of_state("finished") if self.ids(place) == final)

    def path(self, place: int) -> tuple[int, ...]:
        """The nodes from the first piece to the one at ``place``."""
        return path_to(self.nodes, place)

    def ids(self, place: int) -> tuple[int, ...]:
        """All pieces of the beginning that ends at ``place``."""
        return tuple(self.nodes[i].id for i in self.path(place))

    def pieces(self, place: int) -> tuple[str, ...]:
        """As ``ids``, written out."""
        return tuple(self.nodes[i].piece for i in self.path(place))

    def totals(self, place: int) -> np.ndarray:
        """Log-probabilities of the beginning after 0, 1, ... pieces, in nats."""
        return np.array([0.0, *(self.nodes[i].log_probability for i in self.path(place))])

    def of_state(self, state: State) -> list[int]:
        """The places of all nodes in this state."""
        return [place for place, node in enumerate(self.nodes) if node.state == state]


class _Recorder:
    """Turns what the search reports about its one sentence into nodes."""

    def __init__(self, tokenizer: Tokenizer, length_penalty: float) -> None:
        self.tokenizer, self.length_penalty = tokenizer, length_penalty
        self.nodes: list[Node] = []
        # What the step before kept: the place of the last piece, and all ids.
        self.going: list[tuple[int, tuple[int, ...]]] = [(START, ())]

    def __call__(self, seen: Weighed) -> None:
        divisor = length_divisor(seen.step + 1, self.length_penalty)
        ends = seen.ends_BK[0].nonzero()[:, 0].tolist()
        kept = seen.kept_BK[0].tolist()
        rows = zip(
            seen.totals_BC[0].tolist(),
            seen.parents_BC[0].tolist(),
            seen.ids_BC[0].tolist(),
            strict=True,
        )
        places: dict[int, tuple[int, tuple[int, ...]]] = {}
        for rank, (total, beginning, id) in enumerate(rows):
            if total == -np.inf:
                break
            state: State = "finished" if rank in ends else "kept" if rank in kept else "dropped"
            parent, ids = self.going[beginning]
            ids, piece = (*ids, id), self.tokenizer.piece(id)
            if state == "kept":
                places[rank] = (len(self.nodes), ids)
            self.nodes.append(
                Node(
                    step=seen.step,
                    rank=rank,
                    parent=parent,
                    id=id,
                    piece=piece,
                    text=self.tokenizer.decode(ids) or piece,
                    log_probability=total,
                    score=total / divisor,
                    state=state,
                )
            )
        self.going = [places[rank] for rank in kept if rank in places]


def search_tree(
    translator: Translator,
    source: Tokens,
    beam_size: int = 4,
    length_penalty: float = 1.0,
    edits: Edits = (),
) -> SearchTree:
    """Search once more, and keep what every step weighed.

    Raises UsageError for a beam that is no whole number from 1 to 32.
    """
    check_beam(beam_size)
    recorder = _Recorder(translator.tokenizer, length_penalty)
    [found] = beam_search(
        translator.model, [source.ids], beam_size, length_penalty, edits, recorder
    )
    return SearchTree(tuple(recorder.nodes), tuple(found), beam_size, length_penalty)


def forced_totals(record: Trace | RecurrentTrace, ids: tuple[int, ...]) -> np.ndarray:
    """What one teacher-forced pass over ``ids`` gives for ``SearchTree.totals``."""
    pieces = log_softmax(record.logits_LV)[range(len(ids)), ids]
    return np.concatenate([[0.0], pieces.cumsum()])


def ranks_held(tree: SearchTree) -> list[int]:
    """The rank (from 1) of the final hypothesis' beginning, step by step."""
    return [tree.nodes[place].rank + 1 for place in tree.path(tree.best)]
