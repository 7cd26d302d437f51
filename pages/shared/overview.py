"""The levels of the picture that unfolds and the steps of one pass, as addresses name them."""

from pages import N_

LEVELS = {
    "box": N_("Black box"),
    "sides": N_("Two halves"),
    "layers": N_("Layers"),
    "encoder": N_("Encoder layer"),
    "decoder": N_("Decoder layer"),
}
STEPS = {
    "pieces": N_("Cut into pieces"),
    "embedding": N_("Embedding"),
    "positions": N_("Positions"),
    "encoder": N_("Encoder layers"),
    "memory": N_("Memory"),
    "read": N_("The decoder reads"),
    "self": N_("Self-attention"),
    "cross": N_("Cross-attention"),
    "feed": N_("Feed-forward"),
    "logits": N_("A logit for every piece"),
    "softmax": N_("Softmax"),
    "written": N_("Written"),
}
