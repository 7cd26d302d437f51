"""What the pages on speed and training offer and a link may carry; names of kinds of models."""

from pages import N_
from transformer.benchmark import BATCHES, LENGTHS
from transformer.translator import MODELS

BENCHMARKS = MODELS.parent / "benchmarks"

LENGTH_CODES = tuple(str(length) for length in LENGTHS)
BATCH_NAMES = {
    str(BATCHES[0]): N_("one sentence alone"),
    str(BATCHES[1]): N_("as many as make 2,048 pieces"),
}
TIMED_NAMES = {
    "reading": N_("the encoder reads"),
    "training": N_("a step of training"),
}
CLOCKS = {
    "step": N_("steps"),
    "minutes": N_("minutes of training"),
    "pairs": N_("sentence pairs"),
}
ARCHITECTURE_NAMES = {
    "transformer": "Transformer",
    "rnn": N_("RNN, one direction"),
    "birnn": N_("RNN, both directions"),
    "birnn-attention": N_("RNN with attention"),
}
