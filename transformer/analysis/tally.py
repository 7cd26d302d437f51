"""How many numbers a translation takes: those learned, those fixed, those computed for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from transformer.analysis.parameters import parameters
from transformer.trace import Trace, flatten
from transformer.translator import Translation, Translator

Origin = Literal["learned", "fixed", "computed"]
# What the arrays of a trace are; those not named here are vectors on their way through the layers.
SORTS = {
    "query": "query",
    "key": "key",
    "value": "value",
    "scores": "scores",
    "scaled_scores": "scores",
    "weights": "weights",
    "hidden": "hidden",
    "state": "states",
    "initial_cell": "states",
    "logits": "logits",
}
# Recorded a second time, as what a part begins with; and the mask, which is fixed.
AGAIN = {"residual_before", "initial"}
MASK = "mask"


@dataclass(frozen=True)
class Share:
    """``count`` numbers of one sort: ``what`` names a stack of layers or a key of ``SORTS``."""

    origin: Origin
    what: str
    count: int


def tally(translator: Translator, translation: Translation) -> tuple[Share, ...]:
    """All numbers behind a translation, sort by sort.

    Learned: the model's parameters, the same for every sentence. Fixed: which pieces the encoder
    and the decoder read, the positions added to them, the factors sqrt(d_model) and 1/sqrt(d_k)
    and the causal mask. Computed from both: what the trace records, each number once.
    """
    learned = Counter[str]()
    for parameter in parameters(translator.model):
        learned[parameter.path[0]] += parameter.count
    computed = Counter[str]()
    for sort, size in _recorded(translation):
        if sort not in AGAIN and sort != MASK:
            computed[SORTS.get(sort, "vectors")] += size
    return (
        *(Share("learned", what, count) for what, count in learned.items()),
        *(Share("fixed", what, count) for what, count in _fixed(translation).items()),
        *(Share("computed", what, count) for what, count in _in_order(computed).items()),
    )


def count_of(shares: tuple[Share, ...], origin: Origin) -> int:
    """How many numbers are of that origin."""
    return sum(share.count for share in shares if share.origin == origin)


def _fixed(translation: Translation) -> dict[str, int]:
    """A recurrent model knows no positions and no mask, and has one factor, sqrt(d_model)."""
    written, read = len(translation.target.ids), len(translation.source.ids)
    if not isinstance(translation.record, Trace):
        return {"pieces": read + written, "factors": 1}
    width = translation.record.source_input_MD.shape[1]
    return {
        "pieces": read + written,
        "positions": (read + written) * width,
        "factors": 2,
        "mask": written * written,
    }


def _recorded(translation: Translation) -> list[tuple[str, int]]:
    """The sort and the size of every array of the record."""
    arrays = flatten(translation.record).items()
    return [(name.rpartition(".")[2].rpartition("_")[0], array.size) for name, array in arrays]


def _in_order(computed: Counter[str]) -> dict[str, int]:
    """Vectors first, then as ``SORTS`` has them."""
    keys = dict.fromkeys(["vectors", *SORTS.values()])
    return {key: computed[key] for key in keys if computed[key]}
