"""Many sentences translated: in groups of alike length, one group on each core at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import torch

from transformer.data import group_by_length
from transformer.decoding import Hypothesis, search
from transformer.edits import Edits
from transformer.network import Network

TOKENS_AT_ONCE = 4000  # padded pieces, both sides, that are decoded together

Item = TypeVar("Item")
Result = TypeVar("Result")


def search_many(
    model: Network[Any], sources: Sequence[Sequence[int]], beam_size: int, edits: Edits = ()
) -> list[list[Hypothesis]]:
    """What ``search`` finds for every source, in their order."""
    cores = torch.get_num_threads() if model.embedding.weight.is_cpu else 1
    share = int(2.2 * sum(map(len, sources)) / cores) + 1  # both sides; a tenth for padding
    groups = group_by_length(sources, sources, min(TOKENS_AT_ONCE // beam_size, share))
    found: list[list[Hypothesis]] = [[]] * len(sources)

    def translate(group: list[int]) -> list[list[Hypothesis]]:
        return search(model, [sources[i] for i in group], beam_size, edits=edits)

    for group, hypotheses in zip(groups, in_threads(translate, groups, cores), strict=True):
        for i, best in zip(group, hypotheses, strict=True):
            found[i] = best
    return found


def in_threads(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> list[Result]:
    """``work`` of every item, in order, in so many threads, in each of which PyTorch uses one core.

    The steps of decoding are too short for PyTorch to share one among cores, and FBGEMM uses one
    anyway: two threads with a batch each keep both cores busy.
    """
    if threads == 1 or len(items) < 2:
        return [work(item) for item in items]
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, items))
    finally:
        torch.set_num_threads(threads)  # the others have set it for threads to come
