"""The progress bar draws on a terminal only."""

import sys

import pytest

from transformer.progress import Progress, clock, track


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3661, "1:01:01")]
)
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_nothing_is_drawn_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Progress("training").show(1.0)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_the_share_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("transformer.progress.QUIET", 0.0)
    progress = Progress("training", width=4)
    progress.show(0.0)
    progress.show(1.0, "loss 2.000,")
    out, err = capsys.readouterr()
    assert out == ""
    assert "····   0%" in err
    assert err.endswith("████ 100% loss 2.000, 0:00 left\n")


def test_track_yields_everything() -> None:
    assert list(track(["a", "b"], "letters")) == ["a", "b"]


def test_short_work_draws_nothing_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    Progress("translating").show(1.0)
    assert capsys.readouterr() == ("", "")
