"""What stands on the boxes of the whole model, and what is said about each."""

from pages import N_

TITLES = {
    "source": N_("French, cut into {pieces} pieces"),
    "model": N_("Transformer"),
    "encoder": N_("Encoder"),
    "embedding": N_("Embedding"),
    "positions": N_("+ Positions"),
    "layer": N_("Layer {layer}"),
    "norm": "LayerNorm",
    "self_attention": N_("Self-attention"),
    "cross_attention": N_("Cross-attention"),
    "feed_forward": N_("Feed-forward"),
    "sum": "+",
    "last_norm": N_("Last LayerNorm"),
    "memory": N_("Memory"),
    "read": N_("English so far, read again"),
    "decoder": N_("Decoder"),
    "next": N_("Logits, softmax"),
    "target": N_("English, {pieces} pieces"),
}
NOTES = {
    "vectors": "{pieces} × {width}",
    "model": N_("{parameters} learned numbers"),
    "self_attention": N_("{heads} heads, {pieces} × {inside}"),
    "cross_attention": N_("{heads} heads, {pieces} × {inside}"),
    "feed_forward": "{width} → {inside} → {width}",
}
SAID = {
    "source": N_(
        "“{text}” is cut into {pieces} pieces of words; the end mark </s> is one of them."
    ),
    "model": N_("{parameters} learned numbers turn one sentence into the other."),
    "encoder": N_("The encoder reads {pieces} pieces and gives each a vector of {width} numbers."),
    "embedding": N_(
        "Every piece is looked up: a learned row of {width} numbers, times √{width}. Mean length "
        "{length}."
    ),
    "positions": N_(
        "Sines and cosines are added, which tell where a piece stands. Mean length now {length}."
    ),
    "layer": N_("Layer {layer} has added to each of {pieces} vectors: mean length now {length}."),
    "norm": N_(
        "LayerNorm takes each vector to mean 0 and variance 1, then a learned gain and bias: mean "
        "length {length}."
    ),
    "self_attention": N_(
        "In {heads} heads every French piece looks at all {inside}; violet: how much. What it "
        "finds is added (mean length {length})."
    ),
    "causal": N_(
        "In {heads} heads every English piece looks at those before it and itself; violet: how "
        "much. What it finds is added (mean length {length})."
    ),
    "cross_attention": N_(
        "In {heads} heads {pieces} English pieces look at {inside} French ones; violet: how much. "
        "What they find is added (mean length {length})."
    ),
    "feed_forward": N_(
        "Each vector alone goes through two learned matrices, {width} → {inside} → {width}. The "
        "result is added (mean length {length})."
    ),
    "sum": N_("Residual sum: what was found is added to what was there. Mean length now {length}."),
    "last_norm": N_("One more LayerNorm after the last layer: mean length now {length}."),
    "memory": N_(
        "The memory: a vector of {width} numbers for each of {pieces} French pieces. Every decoder "
        "layer looks at it."
    ),
    "read": N_(
        "What is written is read at the next step, behind the mark <s>: {pieces} pieces in the end."
    ),
    "decoder": N_(
        "The decoder has a vector of {width} numbers for each of {pieces} pieces it writes."
    ),
    "next": N_(
        "Each vector is compared with all {width} pieces of the vocabulary: softmax makes "
        "probabilities. Violet: the five likeliest."
    ),
    "target": N_("The English: {pieces} pieces with the end mark, one written after the other."),
}
