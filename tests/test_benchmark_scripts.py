"""Every script of benchmarks/ still finds what it imports, and says what it measures."""

import runpy
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_can_be_imported(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("playwright")
    monkeypatch.setattr(sys, "path", [str(script.parent), *sys.path])  # as python does for a script
    found = runpy.run_path(str(script), run_name="imported")
    if "main" in found:  # not what the scripts share
        assert f"benchmarks/{script.name}" in found["__doc__"]
