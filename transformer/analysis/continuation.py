"""What else could stand at one place of a translation, and how the model would go on from there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transformer.analysis.check import Check
from transformer.decoding import continue_from
from transformer.edits import Edits
from transformer.translator import Translation, Translator, log_softmax

COUNT = 10


@dataclass(frozen=True)
class Alternative:
    """One of the likeliest pieces at a place, and all of the sentence that has it there.

    ``probability`` is that of the piece; ``log_probability`` (nats) and ``score``, normalised for
    length, are those of the sentence, as in a search.
    """

    piece: str
    probability: float
    text: str
    log_probability: float
    score: float


def likeliest(translation: Translation, place: int, count: int = COUNT) -> list[int]:
    """The ids of the ``count`` likeliest pieces at ``place`` (from 0), the likeliest first."""
    return np.argsort(-translation.record.logits_LV[place], kind="stable")[:count].tolist()


def alternatives(
    translator: Translator,
    translation: Translation,
    place: int,
    count: int = COUNT,
    edits: Edits = (),
) -> tuple[Alternative, ...]:
    """The ``count`` likeliest pieces after the first ``place`` ones, and what follows each.

    ``edits`` are those that ``translation`` was made with. What follows is written greedily, all of
    them at once. Raises UsageError where the beginning leaves no room for an end.
    """
    ids = likeliest(translation, place, count)
    begun = translation.target.ids[:place]
    found = continue_from(
        translator.model, translation.source.ids, [(*begun, id) for id in ids], edits=edits
    )
    row_V = np.exp(log_softmax(translation.record.logits_LV[[place]]))[0]
    return tuple(
        Alternative(
            piece=translator.tokenizer.piece(id),
            probability=float(row_V[id]),
            text=translator.tokenizer.decode(written.ids),
            log_probability=written.log_probability,
            score=written.score,
        )
        for id, written in zip(ids, found, strict=True)
    )


def score_by_steps(translator: Translator, translation: Translation, edits: Edits = ()) -> Check:
    """The log-probability of ``translation``, once more: piece by piece with a cache, as when the
    model writes, beside that of the one pass over all of it.

    Raises UsageError where the English is longer than the model would write.
    """
    source, target = translation.source.ids, translation.target.ids
    (stepped,) = continue_from(translator.model, source, [target], edits=edits)
    whole = translator.log_probability(translation.record, translation.target)
    return Check.of(stepped.log_probability, whole, steps=translation.record.depth + len(target))
