"""Word alignment measured: the file of links, the words' pieces, the command and what it keeps."""

import json
from pathlib import Path

import numpy as np
import pytest

from transformer import Translator, UsageError
from transformer.__main__ import main
from transformer.alignments import (
    Alignments,
    kept_alignments,
    pieces_of,
    read_aligned,
    score_alignments,
    sharing,
)
from transformer.analysis.alignment import METHODS, linkings, rate
from transformer.translator import MODELS, default_model, shipped_models

# *du* is *de* and *le*; a curly quote and two spaces are not what the tokenizer will see.
FIRST = {
    "french": "L’homme du  vieux moulin.",
    "french_words": [[0, 2], [2, 7], [8, 10], [8, 10], [12, 17], [18, 24], [24, 25]],
    "english": "The man of the old windmill .",
    "english_words": [[0, 3], [4, 7], [8, 10], [11, 14], [15, 18], [19, 27], [28, 29]],
    "sure": [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6]],
    "possible": [[4, 5], [5, 4]],
}
SECOND = {
    "french": "Sept clés ?",
    "french_words": [[0, 4], [5, 9], [10, 11]],
    "english": "Seven keys?",
    "english_words": [[0, 5], [6, 10], [10, 11]],
    "sure": [[0, 0], [1, 1], [2, 2]],
    "possible": [],
}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (FIRST, SECOND)))
    return path


@pytest.fixture
def run(model_folder: Path, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object):
        where = ["evaluate", "--device", "cpu", "--model", str(model_folder)]
        status = main([*where, *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out.split("\n")[:-1], err.split("\n")[:-1]

    return call


def test_every_word_finds_its_own_pieces(translator: Translator) -> None:
    for side in ("french", "english"):
        text, words = FIRST[side], FIRST[f"{side}_words"]
        tokens = translator.tokenizer.encode(text)
        for pieces, (begin, end) in zip(pieces_of(tokens, text, words), words, strict=True):
            assert pieces == tuple(range(pieces[0], pieces[-1] + 1))
            spelled = tokens.text[tokens.spans[pieces[0]][0] : tokens.spans[pieces[-1]][1]]
            assert text[begin:end].replace("’", "'") in spelled
    tokens = translator.tokenizer.encode(FIRST["french"])
    assert [2, 3] in sharing(pieces_of(tokens, FIRST["french"], FIRST["french_words"])).values()


def test_words_that_share_their_pieces_share_their_links(
    translator: Translator, gold: Path
) -> None:
    linked = 0
    for scored in score_alignments(translator, read_aligned(gold)):
        first = scored.links[0]
        assert {e for f, e in first if f == 2} == {e for f, e in first if f == 3}
        linked += any(f == 2 for f, _ in first)
    assert linked


def test_the_head_is_chosen_without_the_links_that_people_made(
    translator: Translator, gold: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.jsonl"
    lines = (line | {"sure": [[0, 2]], "possible": []} for line in (FIRST, SECOND))
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = [score_alignments(translator, read_aligned(path)) for path in (gold, other)]
    assert [one.linking for one in found[0]] == [one.linking for one in found[1]]
    assert [one.links for one in found[0]] == [one.links for one in found[1]]


def test_a_word_of_no_characters_is_linked_to_nothing(translator: Translator, gold: Path) -> None:
    line = SECOND | {"french_words": [[0, 4], [5, 9], [10, 10]], "sure": [[0, 0]]}
    gold.write_text(json.dumps(line) + "\n")
    for scored in score_alignments(translator, read_aligned(gold)):
        assert scored.links[0] and 2 not in {french for french, _ in scored.links[0]}


@pytest.mark.parametrize("model", shipped_models())
def test_a_shipped_model_with_attention_has_all_its_ways_measured(model: str) -> None:
    translator, measured = Translator.load(MODELS / model, "cpu"), kept_alignments(model)
    record = translator.translate(SECOND["french"], target=SECOND["english"]).record
    if measured is None:
        assert not record.maps()
        return
    ways = linkings(record)
    assert len(measured.scored) == len(ways) and measured.sentences == 47
    assert all(scored.linking in way for scored, way in zip(measured.scored, ways, strict=True))


def test_the_default_model_links_words_well() -> None:
    assert kept_alignments(default_model()).best.rates.aer <= 0.30


def test_json_is_an_object_for_every_method_and_layer(run, gold: Path) -> None:
    status, out, err = run("--alignments", gold, "--json")
    assert (status, err) == (0, [])
    found = [json.loads(line) for line in out]
    assert [(one["method"], one["layer"]) for one in found] == [
        (method, layer) for method in METHODS for layer in (1, 2, 3)
    ]
    sure, possible = (
        [frozenset(map(tuple, line[name])) for line in (FIRST, SECOND)]
        for name in ("sure", "possible")
    )
    for one in found:
        assert ("head" in one) == (one["method"] == "shifted-head")
        links = [frozenset(map(tuple, sentence)) for sentence in one["links"]]
        expected = rate(links, sure, possible)
        assert (one["aer"], one["precision"], one["recall"]) == pytest.approx(expected)


def test_the_report_names_the_best_and_keeps_all(run, gold: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept" / "alignments.json"
    status, out, err = run("--alignments", gold, "--out", kept)
    assert (status, err) == (0, [])
    assert out[0] == "random on gold.jsonl, 2 sentences" and len(out) == 1 + 3 * len(METHODS)
    (best,) = (line for line in out if line.endswith("(best)"))
    measured = Alignments.load(kept)
    assert (measured.data, measured.sentences, len(measured.scored)) == ("gold.jsonl", 2, 18)
    method, layer, _ = measured.best.linking
    assert best.startswith(f"{method}, layer {layer + 1}")
    assert f"AER {measured.best.rates.aer:.3f}" in best
    assert measured.plain.linking.method == "attention"
    again = tmp_path / "again.json"
    measured.save(again)
    assert again.read_text() == kept.read_text()


def damaged(**changes: object) -> str:
    return json.dumps(SECOND | changes)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "Expecting value"),
        ("{", "Expecting"),
        ("[1, 2]", "got list"),
        (damaged(french=3), "french is no text"),
        (json.dumps({k: v for k, v in SECOND.items() if k != "sure"}), "'sure' is missing"),
        (damaged(french_words=[[0, 99]]), "french_words holds [0, 99]"),
        (damaged(english_words=[[-1, 2]]), "english_words holds [-1, 2]"),
        (damaged(english_words=[[5, 0], [6, 10]], sure=[]), "english_words holds [5, 0]"),
        (damaged(english_words=[], sure=[]), "english_words is empty"),
        (damaged(english_words=[[0, 1, 2]]), "english_words holds [0, 1, 2]"),
        (damaged(sure=[[0, 3]]), "sure holds [0, 3]"),
        (damaged(possible=[["0", "1"]]), 'possible holds ["0", "1"]'),
        (damaged(possible={}), "possible is no list"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_damaged_line_is_named_with_its_file(run, gold: Path, line: str, why: str) -> None:
    gold.write_text(json.dumps(FIRST) + "\n" + line + "\n")
    status, out, err = run("--alignments", gold, "--json")
    assert (status, out, len(err)) == (2, [], 1)
    assert f"{gold}, line 2: expected a JSON object" in err[0] and why in err[0]


@pytest.mark.parametrize("french", ["", "un " * 300])
def test_a_text_that_cannot_be_read_is_named_too(run, gold: Path, french: str) -> None:
    line = SECOND | {"french": french, "french_words": [[0, 0]], "sure": []}
    gold.write_text(json.dumps(FIRST) + "\n" + json.dumps(line) + "\n")
    status, out, err = run("--alignments", gold)
    assert (status, out, len(err)) == (2, [], 1)
    assert err[0].startswith(f"transformer: {gold}, line 2: The")


def test_a_file_of_nothing_and_no_file(run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    for name, why in (("empty.jsonl", "is empty"), ("none.jsonl", "cannot be read")):
        status, out, err = run("--alignments", tmp_path / name)
        assert (status, out, len(err)) == (2, [], 1) and why in err[0]


def test_options_of_alignments_are_refused_without_them(run, tmp_path: Path) -> None:
    status, _, err = run("--data", tmp_path / "any.tsv", "--json")
    assert (status, len(err)) == (2, 1) and "--alignments" in err[0]


@pytest.mark.parametrize("text", ["", "{}", '{"data": "a", "sentences": 1, "scored": []}'])
def test_a_damaged_file_of_rates_says_how_to_make_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "rates.json").write_text(text)
    with pytest.raises(UsageError, match="evaluate --alignments"):
        Alignments.load(tmp_path / "rates.json")


def test_scores_do_not_depend_on_the_other_sentences(translator: Translator, gold: Path) -> None:
    pairs = read_aligned(gold)
    whole, alone = score_alignments(translator, pairs), score_alignments(translator, pairs[:1])
    for both, one in zip(whole, alone, strict=True):
        if both.linking == one.linking:
            assert both.links[0] == one.links[0]
            assert np.isfinite(one.rates).all()
