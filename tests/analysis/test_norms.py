"""What cross-attention brings: lengths of vectors that add up to the sub-layer's own output."""

import numpy as np

from transformer import Trace, Translator
from transformer.analysis.norms import contribution_norms, summed_norms
from transformer.edits import SwitchOff


def test_the_vectors_measured_add_up_to_the_output(translator: Translator, trace: Trace) -> None:
    sublayer = trace.sublayer("cross", 1)
    heads, output_DW = sublayer.heads, translator.projections("cross", 1)["output"]
    count, _, width = heads.value_HMK.shape
    added = np.stack(
        [
            heads.weights_HLM[h][..., None]
            * (heads.value_HMK[h] @ output_DW[:, h * width : (h + 1) * width].T)
            for h in range(count)
        ]
    )
    np.testing.assert_allclose(added.sum((0, 2)), sublayer.output_LD, atol=1e-5)
    np.testing.assert_allclose(
        contribution_norms(translator, trace, 1), np.linalg.norm(added, axis=-1), atol=1e-5
    )
    np.testing.assert_allclose(
        summed_norms(translator, trace, 1), np.linalg.norm(added.sum(0), axis=-1), atol=1e-5
    )


def test_a_head_alone_is_the_sum_and_one_switched_off_adds_nothing(translator: Translator) -> None:
    source, target = (translator.tokenizer.encode(text) for text in ("Mon frère", "My brother"))
    alone = SwitchOff("cross", layer=0, head=2, others=True)
    trace = translator.transformer.trace(source.ids, target.ids, [alone])
    norms_HLM = contribution_norms(translator, trace, 0)
    assert not norms_HLM[[0, 1, 3]].any()
    np.testing.assert_allclose(summed_norms(translator, trace, 0), norms_HLM[2], rtol=1e-4)
