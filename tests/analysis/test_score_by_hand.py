"""What the page shows is what the model computed, and a wrong number would be seen."""

import dataclasses

import pytest

from transformer import Translator
from transformer.analysis.score_by_hand import score_by_hand
from transformer.trace import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_step_of_every_score_agrees_with_the_model(translator: Translator, kind) -> None:
    trace = translator.translate("Le chat noir dort.", target="The black cat sleeps.").trace
    for layer in range(trace.layers(kind)):
        sublayer = trace.sublayer(kind, layer)
        output_weight = translator.projections(kind, layer)["output"]
        heads, queries, keys = sublayer.heads.weights_HLM.shape
        for head in range(heads):
            for query in range(queries):
                found = score_by_hand(sublayer, output_weight, head, query, query % keys)
                checks = (found.score, found.scaled, found.weight, found.context, found.output)
                assert all(check.agrees for check in checks)
                assert found.weights_M[~found.mask_M].sum() == 0


def test_a_falsified_value_turns_the_check_red(translator: Translator) -> None:
    trace = translator.translate("Le chat noir dort.", target="The cat.").trace
    sublayer = trace.sublayer("cross", 0)
    output_weight = translator.projections("cross", 0)["output"]
    weights = sublayer.heads.weights_HLM.copy()
    weights[0, 1, 2] += 1e-3
    wrong = dataclasses.replace(
        sublayer, heads=dataclasses.replace(sublayer.heads, weights_HLM=weights)
    )
    assert score_by_hand(sublayer, output_weight, 0, 1, 0).weight.agrees
    assert not score_by_hand(wrong, output_weight, 0, 1, 0).weight.agrees
    assert not score_by_hand(sublayer, output_weight + 0.01, 0, 1, 0).output.agrees
