"""In words: how words were linked, and how often such links are those that people make."""

from pages import N_
from pages.shared.language import _
from transformer.alignments import Alignments
from transformer.analysis.alignment import Linking
from transformer.trace import RecurrentTrace, Trace

METHODS = {
    "attention": N_(
        "Weights of the cross-attention in layer {layer} of {layers}, mean of its {heads} heads."
    ),
    "shifted": N_(
        "Weights of the cross-attention in layer {layer} of {layers}, mean of its {heads} heads, "
        "in the step after each English piece, when the decoder has read it (Chen et al. 2020)."
    ),
    "shifted-head": N_(
        "Weights of the cross-attention of head {head} in layer {layer} of {layers}, in the step "
        "after each English piece, when the decoder has read it (Chen et al. 2020)."
    ),
    "norm": N_(
        "Lengths of the vectors that cross-attention in layer {layer} of {layers} adds for each "
        "French piece, as shares (Kobayashi et al. 2020)."
    ),
    "shifted-norm": N_(
        "Lengths of the vectors that cross-attention in layer {layer} of {layers} adds for each "
        "French piece, as shares (Kobayashi et al. 2020), in the step after each English piece, "
        "when the decoder has read it (Chen et al. 2020)."
    ),
    "rollout": N_(
        "Attention of all layers up to layer {layer} of {layers} multiplied, as shares (Abnar and "
        "Zuidema 2020)."
    ),
}


def what_links_are(record: Trace | RecurrentTrace, linking: Linking) -> str:
    """What the numbers are that join English words to French ones."""
    layers, heads = record.weights("cross").shape[:2]
    way = (
        N_("Weights of this model's only attention (Bahdanau et al. 2015).")
        if isinstance(record, RecurrentTrace) and not linking.shifted
        else METHODS[linking.method]
    )
    by_word = _(
        "They are summed over the pieces of a French word, averaged over those of an English one; "
        "those of each English word sum to one."
    )
    place = {"layer": linking.layer + 1, "layers": layers, "heads": heads}
    return f"{_(way).format(**place, head=(linking.head or 0) + 1)} {by_word}"


def how_good_links_are(measured: Alignments) -> str:
    """How near the best way to link words comes to links made by people, and plain weights do."""
    best, plain = measured.best, measured.plain
    said = _(
        "Of {ways} ways to link words measured with this model, this one comes closest to links "
        "made by people: alignment error rate {error} (0: the same links) on {sentences} sentences "
        "of {data}."
    ).format(
        ways=len(measured.scored),
        error=f"{best.rates.aer:.2f}",
        sentences=measured.sentences,
        data=measured.data,
    )
    if best is plain:
        return said
    return f"{said} " + _("The mean weights of a layer, unshifted, reach {error} at best.").format(
        error=f"{plain.rates.aer:.2f}"
    )
