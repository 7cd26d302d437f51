"""Another factor on the scores changes a translation's probability; the model's own does not."""

import numpy as np

from transformer import Translator
from transformer.analysis.edited import layer_entropies, log_probabilities, replay
from transformer.edits import ScaleScores


def test_an_edit_back_to_the_models_own_factor_changes_nothing(
    translator: Translator,
) -> None:
    found = translator.translate("L'homme cherche la fenêtre.", target="The man.")
    own = (ScaleScores(translator.model.config.d_k**-0.5),)
    np.testing.assert_array_equal(
        layer_entropies(replay(translator, found, own)), layer_entropies(found.trace)
    )
    plain, same, other = log_probabilities(translator, found, [(), own, (ScaleScores(1.0),)])
    assert plain == same == translator.log_probability(found.trace, found.target)
    assert other != plain
