"""What cross-attention brings: lengths of vectors that add up to the sub-layer's own output."""

import numpy as np

from transformer import Trace, Translator
from transformer.analysis.norms import added, adds_up, summed_norms
from transformer.edits import ReplaceHead, SwitchOff


def test_the_vectors_measured_add_up_to_the_output(translator: Translator, trace: Trace) -> None:
    sublayer = trace.sublayer("cross", 1)
    heads, output_DW = sublayer.heads, translator.projections("cross", 1)["output"]
    count, _, width = heads.value_HMK.shape
    by_hand = np.stack(
        [
            heads.weights_HLM[h][..., None]
            * (heads.value_HMK[h] @ output_DW[:, h * width : (h + 1) * width].T)
            for h in range(count)
        ]
    )
    np.testing.assert_allclose(by_hand.sum((0, 2)), sublayer.output_LD, atol=1e-5)
    assert adds_up(translator, trace, 1).agrees
    edited = translator.transformer.trace(
        *([7, 8, 3], [9, 3]), [ReplaceHead("cross", 1, 0, np.ones((2, width), dtype=np.float32))]
    )
    assert not adds_up(translator, edited, 1).agrees
    for head in range(count):
        np.testing.assert_allclose(added(translator, trace, 1, head), by_hand[head], atol=1e-5)
    np.testing.assert_allclose(
        summed_norms(translator, trace, 1), np.linalg.norm(by_hand.sum(0), axis=-1), atol=1e-5
    )


def test_a_head_alone_is_the_sum_and_one_switched_off_adds_nothing(translator: Translator) -> None:
    source, target = (translator.tokenizer.encode(text) for text in ("Mon frère", "My brother"))
    alone = SwitchOff("cross", layer=0, head=2, others=True)
    trace = translator.transformer.trace(source.ids, target.ids, [alone])
    assert not any(added(translator, trace, 0, head).any() for head in (0, 1, 3))
    norms_LM = np.linalg.norm(added(translator, trace, 0, 2), axis=-1)
    np.testing.assert_allclose(summed_norms(translator, trace, 0), norms_LM, rtol=1e-4)
