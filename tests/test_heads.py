"""The measurement of all heads: one call for many heads, resumed where it was, kept as a file."""

import json

import numpy as np
import pytest

from transformer import Translator, UsageError
from transformer.__main__ import main
from transformer.analysis.head_study import ORDERS, HeadStudy
from transformer.analysis.importance import places
from transformer.checkpoint import save_model
from transformer.edits import SwitchOff
from transformer.heads import Ablations, switched_off
from transformer.translator import MODELS

SMALL = {"heads": 2, "encoder_layers": 1, "decoder_layers": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_model, tokenizer):
    """A model of six heads."""
    model = make_model(vocabulary=len(tokenizer), **SMALL)
    path = tmp_path_factory.mktemp("models") / "six"
    save_model(path, model.config, tokenizer, model.state_dict())
    return path


def test_many_heads_off_at_once_is_each_of_them_off(translator):
    off = [("encoder", 1, 2), ("cross", 0, 0), ("cross", 0, 3), ("decoder", 2, 1)]
    one, other = (
        translator.translate("L'homme cherche.", 1, edits=edits).trace.logits_LV
        for edits in (switched_off(4, off), [SwitchOff(*place) for place in off])
    )
    np.testing.assert_array_equal(one, other)
    assert switched_off(4, []) == []


def test_an_interrupted_measurement_goes_on_where_it_was(folder, pairs, tmp_path, monkeypatch):
    translator, kept = Translator.load(folder, "cpu"), tmp_path / "kept.json"
    first = Ablations(translator, pairs[:2], kept)
    change = first.change([("cross", 0, 1)])
    searched = []
    monkeypatch.setattr(
        Ablations, "_translations", lambda self, off: searched.append(off) or ["x", "y"]
    )
    again = Ablations(translator, pairs[:2], kept)
    assert again.change([("cross", 0, 1)]) == change and searched == [()]  # the whole model only
    again.change([("cross", 0, 0)])
    assert len(searched) == 2
    other = Ablations(translator, pairs[2:4], kept)  # other sentences: nothing is known of them
    other.change([("cross", 0, 1)])
    assert len(searched) == 4
    kept.write_text("{")
    Ablations(translator, pairs[:2], kept).change([("cross", 0, 1)])
    assert len(searched) == 6


def test_the_command_measures_every_head(folder, pairs, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("transformer.heads.POINTS", 2)
    data, links = tmp_path / "some.tsv", tmp_path / "links.jsonl"
    data.write_text("".join(f"{french}\t{english}\n" for french, english in pairs[:4]))
    link = {"french": "Le chat", "english": "The cat", "sure": [[0, 0]], "possible": [[1, 1]]}
    link |= {"french_words": [[0, 2], [3, 7]], "english_words": [[0, 3], [4, 7]]}
    links.write_text(json.dumps(link) + "\n")
    out = tmp_path / "heads.json"
    line = ["heads", "--model", str(folder), "--data", str(data), "--alignments", str(links)]
    assert main([*line, "--sentences", "2", "--device", "cpu", "--out", str(out)]) == 0
    found = HeadStudy.load(out)
    assert [head.place for head in found.heads] == list(
        places(Translator.load(folder, "cpu").transformer.config)
    )
    assert (found.data, found.sentences, found.aligned_sentences) == ("some.tsv", 2, 1)
    assert {order: [point.removed for point in found.curves[order]] for order in ORDERS} == {
        **dict.fromkeys(("importance", "loss"), [0, 3, 6]),
        **dict.fromkeys(("encoder", "decoder", "cross"), [0, 1, 2]),
    }
    everything = [found.curves[order][-1].off for order in ("importance", "loss")]
    assert everything[0] == everything[1]
    for head in found.heads:
        assert (head.writing in (0, 0.5, 1)) == (head.place[0] == "cross")
    assert "2 sentences, greedy: BLEU" in capsys.readouterr().out
    assert not list(tmp_path.glob("*partial*"))


@pytest.mark.parametrize("command", ["heads", "explain"])
@pytest.mark.parametrize(
    ("pair", "more", "why"),
    [
        ("Où ?\tWhere?", ["--sentences", "0"], "--sentences must be"),
        ("Où ?\tWhere?", ["--sentences", "-3"], "--sentences must be"),
        ("O\x01\tWhere?", [], "some.tsv, line 1: The text holds"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_sentence(
    folder, tmp_path, capsys, command, pair, more, why
):
    (tmp_path / "some.tsv").write_text(f"{pair}\n")
    line = [command, "--model", str(folder), "--data", str(tmp_path / "some.tsv")]
    assert main([*line, *more]) == 2
    said = capsys.readouterr().err
    assert why in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("english", "more", "why"),
    [
        ("Where?", ["--threads", "-1"], "--threads must be"),
        ("where " * 300, [], "some.tsv, line 1: The text has"),
        ("Where?", ["--alignments", "links.jsonl"], "links.jsonl, line 1: There is no text"),
    ],
)
def test_heads_says_what_is_wrong_before_it_begins(
    folder, tmp_path, capsys, monkeypatch, english, more, why
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some.tsv").write_text(f"Où ?\t{english}\n")
    link = {"french": " ", "english": "a", "french_words": [[0, 1]], "english_words": [[0, 1]]}
    (tmp_path / "links.jsonl").write_text(json.dumps(link | {"sure": [], "possible": []}))
    assert main(["heads", "--model", str(folder), "--data", "some.tsv", *more]) == 2
    said = capsys.readouterr().err
    assert why in said and said.count("\n") == 1


def test_a_recurrent_model_has_no_heads(tmp_path):
    with pytest.raises(UsageError, match="no heads"):
        recurrent = Translator.load(MODELS / "rnn", "cpu")
        Ablations(recurrent, [("Où ?", "Where?")], tmp_path / "kept.json")
