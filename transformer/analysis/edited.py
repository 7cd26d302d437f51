"""What an edit does to a translation that the model wrote without it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transformer.analysis.softmax import row_entropy
from transformer.edits import Edits
from transformer.trace import KINDS, Trace
from transformer.translator import Translation, Translator


def replay(translator: Translator, translation: Translation, edits: Edits) -> Trace:
    """One pass over the same French and English pieces, with the edits."""
    return translator.transformer.trace(translation.source.ids, translation.target.ids, edits)


def log_probabilities(
    translator: Translator, translation: Translation, alternatives: Sequence[Edits]
) -> np.ndarray:
    """How probable the model finds ``translation`` under each of several edits, in nats."""
    traces = (replay(translator, translation, edits) for edits in alternatives)
    return np.array([translator.log_probability(trace, translation.target) for trace in traces])


def layer_entropies(trace: Trace) -> np.ndarray:
    """Mean entropy of a row in bits, for the layers of each kind in the order of ``KINDS``."""
    return np.concatenate([row_entropy(trace, kind).mean((1, 2)) for kind in KINDS])
