"""The command line: one line out for every line in, one line for every mistake."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from transformer import Translator
from transformer.__main__ import main
from transformer.analysis.confidence import Calibration
from transformer.archive import load_trace

ROOT = Path(__file__).resolve().parent.parent
FRENCH = ("La voisine cherche.", "L'homme âgé")


@pytest.fixture(scope="module")
def loaded(model_folder: Path) -> Translator:
    """What the commands below translate with."""
    return Translator.load(model_folder, "cpu")


@pytest.fixture
def run(model_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """``run("translate", ..., stdin=b"")`` gives (status, lines out, lines of errors)."""

    def call(command: str, *arguments: object, stdin: bytes = b"", model: Path = model_folder):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        where = [] if command == "train" else ["--model", str(model)]
        status = main([command, "--device", "cpu", *where, *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out.split("\n")[:-1], err.split("\n")[:-1]

    return call


def test_arguments_are_translated_in_order(run, loaded: Translator) -> None:
    expected = [found.text for found in loaded.translate_batch(FRENCH)]
    assert run("translate", *FRENCH) == (0, expected, [])


def test_standard_input_is_translated_line_by_line(run, loaded: Translator) -> None:
    stdin = "\r\n".join(FRENCH).encode()
    expected = [found.text for found in loaded.translate_batch(FRENCH, beam_size=1)]
    assert run("translate", "--beam", 1, stdin=stdin) == (0, expected, [])


def test_who_types_gets_each_line_at_once(
    run, loaded: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(io, "TextIOWrapper", Terminal)
    seen: list[int] = []
    translate = Translator.search_texts
    monkeypatch.setattr(
        Translator,
        "search_texts",
        lambda self, texts, beam: seen.append(len(texts)) or translate(self, texts, beam),
    )
    assert run("translate", "--beam", 1, stdin="\n".join(FRENCH).encode())[0] == 0
    assert seen == [1] * len(FRENCH)


def test_more_lines_than_fit_one_block_stay_in_order(
    run, loaded: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transformer.__main__.LINES_AT_ONCE", 2)
    lines = ["un", "", *FRENCH, "\x07", "deux"]
    status, out, err = run("translate", "--beam", 1, stdin="\n".join(lines).encode())
    good = loaded.translate_batch(["un", *FRENCH, "deux"], beam_size=1)
    a, b, c, d = (found.text for found in good)
    assert (status, out) == (2, [a, "", b, c, "", d])
    assert [line.split(":")[0] for line in err] == ["line 2", "line 5"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "There is no text"),
        (b"   ", "There is no text"),
        (b"caf\xe9", "not valid UTF-8"),
        (b"le \x00 chat", r"control character U+0000"),
    ],
)
def test_a_bad_line_is_left_empty_and_the_others_go_on(
    run, loaded: Translator, line: bytes, why: str
) -> None:
    status, out, err = run("translate", stdin=b"un\n" + line + b"\ndeux\n")
    first, last = (found.text for found in loaded.translate_batch(["un", "deux"]))
    assert (status, out) == (2, [first, "", last])
    assert len(err) == 1 and err[0].startswith("line 2: ") and why in err[0]


def test_a_line_of_any_length_is_translated_sentence_by_sentence(run, loaded: Translator) -> None:
    sentences = ["La voisine cherche.", "Où est M. Octave ?", "chat " * 300]
    status, out, err = run("translate", "--beam", 1, " ".join(sentences), "1" * 300)
    assert (status, err, len(out)) == (0, [], 2)
    beginning = [found.text for found in loaded.translate_batch(sentences[:2], beam_size=1)]
    assert out[0].startswith(" ".join(text for text in beginning if text))


def test_json_tells_all_about_each_sentence_of_a_line(run, loaded: Translator) -> None:
    line = "  ".join(FRENCH)
    found = json.loads(run("translate", "--json", line)[1][0])
    alone = [json.loads(one) for one in run("translate", "--json", *FRENCH)[1]]
    assert found["source"] == line
    assert [part["source"] for part in found["sentences"]] == list(FRENCH)
    assert found["translation"] == " ".join(one["translation"] for one in alone)
    assert found["score"] == pytest.approx(sum(one["score"] for one in alone), abs=1e-4)
    for side in ("source_pieces", "target_pieces"):
        assert found[side] == [piece for one in alone for piece in one[side]]
    assert [part["alternatives"] for part in found["sentences"]] == [
        [
            other | {"score": pytest.approx(other["score"], abs=1e-4)}
            for other in one["alternatives"]
        ]
        for one in alone
    ]


def test_one_output_line_for_every_input_line_whatever_is_in_them(run) -> None:
    stdin = "un\u2028deux\u0085trois\x0bquatre\x1ccinq\n🦊\n".encode()
    status, out, _ = run("translate", "--json", stdin=stdin)
    assert (status, len(out)) == (0, 2)
    assert json.loads(out[1])["source"] == "🦊"


def test_json_tells_all_about_a_line(run, loaded: Translator) -> None:
    status, out, err = run("translate", "--json", *FRENCH)
    assert (status, err) == (0, [])
    for french, line in zip(FRENCH, out, strict=True):
        found, expected = json.loads(line), loaded.translate(french)
        assert list(found) == [
            *("source", "translation", "score"),
            *("source_pieces", "target_pieces", "alternatives", "sentences"),
        ]
        (sentence,) = found["sentences"]
        assert sentence == {name: found[name] for name in sentence}
        assert (found["source"], found["translation"]) == (french, expected.text)
        assert found["score"] == pytest.approx(expected.score, abs=1e-4)
        assert tuple(found["source_pieces"]) == expected.source.pieces
        assert tuple(found["target_pieces"]) == expected.target.pieces
        others = [h.text for h in expected.search.hypotheses[1:]]
        assert [other["translation"] for other in found["alternatives"]] == others


def test_a_bad_line_is_empty_in_json_too(run) -> None:
    status, out, err = run("translate", "--json", "un", "")
    assert (status, out[1], len(err)) == (2, "", 1)
    assert json.loads(out[0])["source"] == "un"


@pytest.mark.parametrize("stdin", [b"un\n", b"\n"], ids=["a line", "a blank line"])
@pytest.mark.parametrize("beam", [0, -2, 33])
def test_an_impossible_beam_is_one_line(run, beam: int, stdin: bytes) -> None:
    status, out, err = run("translate", "--beam", beam, stdin=stdin)
    assert (status, out, len(err)) == (2, [], 1)
    assert err[0].startswith("transformer: The beam must be a whole number from 1 to 32")


def test_nothing_in_is_nothing_out(run) -> None:
    assert run("translate") == (0, [], [])


def test_a_trace_is_written_without_pickles(run, tmp_path: Path, loaded: Translator) -> None:
    path = tmp_path / "new" / "trace.npz"
    status, out, err = run("trace", FRENCH[0], "--out", path)
    expected = loaded.translate(FRENCH[0])
    assert (status, err) == (0, [])
    assert out[0] == expected.text and str(path) in out[1]
    arrays, origin = load_trace(path)
    assert tuple(origin["source_pieces"]) == expected.source.pieces
    assert (origin["source"], origin["target"]) == (FRENCH[0], expected.text)
    np.testing.assert_allclose(
        arrays["decoder.2.cross_attention.heads.weights_HLM"],
        expected.trace.sublayer("cross", 2).heads.weights_HLM,
        atol=1e-5,
    )


def test_a_trace_follows_the_users_english(run, tmp_path: Path) -> None:
    status, out, _ = run("trace", "Où ?", "--target", "The man", "--out", tmp_path / "t.npz")
    assert (status, out[0]) == (0, "The man")


def test_evaluate_prints_both_beams_and_the_signatures(run, tmp_path: Path) -> None:
    path = tmp_path / "few.tsv"
    path.write_text("Où ?\tWhere?\nUn chat.\tA cat.\n")
    status, out, err = run("evaluate", "--data", path)
    assert (status, err, len(out)) == (0, [], 5)
    assert out[0] == "random on few.tsv, 2 sentences"
    assert out[1].startswith("beam 1: BLEU ") and out[2].startswith("beam 4: BLEU ")
    assert out[1].endswith(" sentences/s")
    assert out[3].startswith("BLEU nrefs:1") and out[4].startswith("chrF nrefs:1")


def test_evaluate_prints_and_keeps_how_well_calibrated_the_model_is(run, tmp_path: Path) -> None:
    path, kept = tmp_path / "few.tsv", tmp_path / "kept" / "calibration.json"
    path.write_text("Où ?\tWhere?\nUn chat.\tA cat.\n")
    other = tmp_path / "other.tsv"
    other.write_text("Un chat ?\tA cat?\n")
    status, out, err = run("evaluate", "--data", other, "--calibration", path, "--out", kept)
    assert (status, err, len(out)) == (0, [], 10)
    assert out[0] == "random on few.tsv, 2 sentences, 15 bins"
    assert out[5] == "random on other.tsv, 1 sentences, 15 bins"
    assert all("ECE 0." in out[i] and "temperature" in out[i] for i in (1, 2, 6, 7))
    found = Calibration.load(kept)
    assert f"up to probability {found.limit:.2f}: " in out[3]
    assert [corpus.data for corpus in found.corpora] == ["few.tsv", "other.tsv"]
    again = tmp_path / "again.json"
    found.save(again)
    assert again.read_text() == kept.read_text()


def test_train_then_translate(run, corpus_folder: Path, tmp_path: Path) -> None:
    small = ["--size", "tiny", "--mix", "plain=1", "--vocabulary", 400, "--tokens", 200]
    small += ["--noise", 0.5]
    status, _, err = run(
        *("train", "--data", corpus_folder, "--out", tmp_path / "run", "--steps", 2, *small)
    )
    assert (status, err) == (0, [])
    status, out, err = run("translate", "Où ?", model=tmp_path / "run")
    assert (status, len(out), err) == (0, 1, [])


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["translate", "un", "--model", "/nowhere"], "There is no model in /nowhere"),
        (["translate", "un", "--device", "abacus"], "'abacus' is not there"),
        (["trace", "", "--out", "t.npz"], "There is no text"),
        (["trace", "un", "--out", "/dev/null/t.npz"], "cannot be written"),
        (["trace", "un", "--beam", "0", "--out", "t.npz"], "beam"),
        (["evaluate", "--data", "/nowhere.tsv"], "/nowhere.tsv cannot be read"),
        (["evaluate", "--alignments", "a", "--calibration", "b"], "goes with --data"),
        (["train", "--data", "/nowhere", "--out", "run"], "/nowhere should hold"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_and_status_two(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, len(err)) == (2, 1)
    assert err[0].startswith("transformer: ") and why in err[0]
    assert not list(tmp_path.iterdir())


def test_a_malformed_test_set_is_named_by_file_and_line(run, tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("un\tone\ndeux\n")
    status, _, err = run("evaluate", "--data", tmp_path / "bad.tsv")
    assert (status, len(err)) == (2, 1)
    assert "bad.tsv, line 2:" in err[0]


@pytest.mark.parametrize("command", ["translate", "trace", "evaluate", "train"])
def test_help_explains_every_option(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "--device" in out and "usage: python -m transformer" in out


def test_the_command_runs_as_a_process_of_its_own(model_folder: Path, loaded: Translator) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "transformer", "translate", "--model", model_folder, "--beam", "2"],
        input=b"L'homme\n\xff\xfe\n\xc3\x89t\xc3\xa9\n",
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
    )
    first, last = (found.text for found in loaded.translate_batch(["L'homme", "Été"], 2))
    assert done.stdout.decode() == f"{first}\n\n{last}\n"
    assert done.stderr.decode().splitlines() == [
        "line 2: The text is not valid UTF-8: save or paste it again as UTF-8."
    ]
    assert done.returncode == 2
