"""Agreement over a corpus: what it averages, and the table of the command."""

import numpy as np
import pytest

from transformer.__main__ import main
from transformer.analysis.explanations import compare
from transformer.analysis.leave_one_out import leave_one_out
from transformer.explain import agreements


def test_the_means_are_those_of_all_pieces(translator, pairs) -> None:
    texts = [french for french, _ in pairs[:2]]
    translations = [translator.translate(text, beam_size=1) for text in texts]
    found = agreements(translator, texts)
    assert [row.name for row in found] == ["layer 1", "layer 2", "layer 3", "rollout"]
    for layer, row in enumerate(found[:-1]):
        compared = [
            compare(translator, one, leave_one_out(translator, one), layer) for one in translations
        ]
        assert row.pieces == sum(len(one.attention_LM) for one in compared)
        for place, pair in enumerate(("attention-size", "attention-lost", "size-lost")):
            every = np.concatenate([one.correlations()[pair] for one in compared])
            assert row.correlations[place] == pytest.approx(every.mean())
        same = [one.attention_LM.argmax(1) == one.lost_LM.argmax(1) for one in compared]
        assert row.same_word == pytest.approx(np.concatenate(same).mean())
    first, second, third = found[-1].correlations
    assert np.isnan([first, third]).all() and -1 <= second <= 1


def test_the_command_prints_a_row_for_each_layer(model_folder, corpus_folder, capsys) -> None:
    data = str(corpus_folder / "plain.dev.tsv")
    where = ["--model", str(model_folder), "--device", "cpu"]
    assert main(["explain", *where, "--data", data, "--sentences", "2"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("2 sentences,") and len(said) == 6
    assert said[2].split()[:2] == ["layer", "1"] and said[-1].split()[0] == "rollout"
