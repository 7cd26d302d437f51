"""The order of the house: who may import whom, nothing unpickled, no file too large."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = sorted((ROOT / "transformer").rglob("*.py"))
FIGURES = [path for path in LIBRARY if "figures" in path.parts]
APP = [*sorted((ROOT / "pages").rglob("*.py")), *ROOT.glob("*.py")]

# A module imports only from rows above its own. The two columns of architecture, text and network,
# meet in model.py; `transformer/__init__.py` and `__main__.py` stand below everything.
LAYERS = (
    ("errors", "progress", "projection", "ranking", "distributed", "sentences", "typed"),
    ("config", "duration"),
    ("tokenizer", "trace"),
    ("edits",),
    ("data", "attention", "edit_codes"),
    ("cache", "network"),
    ("model", "recurrent"),
    ("decoding", "checkpoint", "loss"),
    ("batching", "timings", "learner"),
    ("translator",),
    ("analysis", "results"),
    ("alignments",),
    ("archive", "evaluate", "explain", "export", "benchmark", "trainer"),
    ("train", "compare", "exercise", "recall", "bootstrap", "plain"),
    ("heads", "engines", "training_benchmark"),
    ("decoding_benchmark",),
)
RANK = {module: rank for rank, layer in enumerate(LAYERS) for module in layer}
TEXT, NETWORK = {"tokenizer", "data"}, {"trace", "attention", "edits"}

RUNTIME = {"torch", "numpy", "sentencepiece", "safetensors"}
FIGURES_RUNTIME = {"plotly", "numpy"}
# Measuring is the only task that needs more; translating must work without it.
LAZY = {"evaluate": {"sacrebleu"}, "export": {"ctranslate2"}, "train": {"sacrebleu"}}
UNPICKLERS = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


def name_of(path: Path) -> str:
    """The dotted name of a module: ``transformer.figures.heatmap``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in [*LIBRARY, *APP]}


def imports(path: Path, source: str | None = None) -> Iterator[tuple[str, bool]]:
    """Every module imported in a file, with True where that happens inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8") if source is None else source)
    lazy_nodes = {
        inner
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
    }
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in lazy_nodes) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")
                kept = above[: len(above) - node.level + 1]
                base = ".".join([*kept, base] if base else kept)
            for alias in node.names:
                # `from transformer import model` names a module, `... import Trace` does not.
                full = f"{base}.{alias.name}"
                yield (full if full in MODULES else base), node in lazy_nodes


def top(module: str) -> str:
    return module.partition(".")[0]


def part(module: str) -> str:
    """``transformer.figures.heatmap`` -> ``figures``; the package itself -> ``__init__``."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


def unpickling(source: str) -> set[str]:
    """The ways in which a source text may run code hidden in a data file."""
    tree = ast.parse(source)
    found = set()
    torch_names, load_names = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if top(alias.name) in UNPICKLERS}
            torch_names |= {a.asname or top(a.name) for a in node.names if top(a.name) == "torch"}
        elif isinstance(node, ast.ImportFrom) and node.module:
            if top(node.module) in UNPICKLERS:
                found.add(node.module)
            if top(node.module) == "torch":
                load_names |= {a.asname or a.name for a in node.names if a.name == "load"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in load_names:
            found.add("torch.load")
        elif isinstance(node, ast.Attribute) and node.attr in ("load", "read_pickle"):
            owner = node.value
            while isinstance(owner, ast.Attribute):
                owner = owner.value
            torch_load = isinstance(owner, ast.Name) and owner.id in torch_names
            if torch_load or node.attr == "read_pickle":
                found.add("torch.load" if torch_load else "read_pickle")
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            if not (isinstance(node.value, ast.Constant) and node.value.value is False):
                found.add("allow_pickle")
    return found


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_reader_of_imports_sees_every_form() -> None:
    source = (
        "import torch.nn as nn\nfrom . import trace\nfrom .config import ModelConfig\n"
        "from transformer import model, Translator\ndef f():\n    import sacrebleu\n"
    )
    path = ROOT / "transformer" / "example.py"
    assert set(imports(path, source)) == {
        ("torch.nn", False),
        ("transformer.trace", False),
        ("transformer.config", False),
        ("transformer.model", False),
        ("transformer", False),
        ("sacrebleu", True),
    }


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import torch as t\nt.load('x')",
        "import torch\ntorch.serialization.load('x')",
        "from torch import load as read\nread('x')",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
    ],
)
def test_the_search_for_unpickling_finds_it(source: str) -> None:
    assert unpickling(source)


def test_safe_loading_is_left_alone() -> None:
    source = "import json, torch\njson.load(f)\nnp.load('x', allow_pickle=False)\ntorch.zeros(1)"
    assert not unpickling(source)


@pytest.mark.parametrize("path", LIBRARY, ids=shown)
def test_the_library_needs_few_packages(path: Path) -> None:
    known = sys.stdlib_module_names
    figures = path in FIGURES
    allowed = known | {"transformer"} | (FIGURES_RUNTIME if figures else RUNTIME)
    late = allowed | (set() if figures else LAZY.get(part(name_of(path)), set()))
    for module, lazy in imports(path):
        assert top(module) in (late if lazy else allowed), (
            f"{shown(path)} imports {module}{'' if lazy else ' when it is loaded'}"
        )


@pytest.mark.parametrize("path", [path for path in LIBRARY if path not in FIGURES], ids=shown)
def test_the_library_is_built_in_layers(path: Path) -> None:
    own = part(name_of(path))
    above = {part(module) for module, _ in imports(path) if top(module) == "transformer"} - {own}
    assert "figures" not in above, "only the app draws figures"
    if own in ("__init__", "__main__"):
        return
    assert own in RANK, f"give {shown(path)} a place in LAYERS"
    wrong = {other for other in above if RANK.get(other, len(LAYERS)) >= RANK[own]}
    if own in TEXT:
        wrong |= above & NETWORK
    if own in NETWORK:
        wrong |= above & TEXT
    assert not wrong, f"{shown(path)} stands above or beside {sorted(wrong)}"


def test_figures_do_not_reach_the_network() -> None:
    reached = [name_of(path) for path in FIGURES]
    for module in reached:
        for other, _ in imports(MODULES[module]):
            if other in MODULES and top(other) == "transformer" and other not in reached:
                reached.append(other)
    forbidden = {"__init__", "attention", "model", "decoding", "translator"}
    assert not [module for module in reached if part(module) in forbidden]


@pytest.mark.parametrize("path", APP, ids=shown)
def test_the_app_is_built_in_layers(path: Path) -> None:
    found = {module for module, _ in imports(path)}
    pages = {module for module in found if top(module) == "pages"}
    tops = {top(module) for module in found}
    assert "plotly" not in tops, "figures are drawn in transformer/figures"
    if path == ROOT / "pages" / "__init__.py":
        assert not tops & {"streamlit", "torch", "transformer"}, "the list of views is only data"
    if path.parent == ROOT / "pages" / "shared":
        assert all(m == "pages" or m.startswith("pages.shared") for m in pages)


@pytest.mark.parametrize("path", [*LIBRARY, *APP], ids=shown)
def test_nothing_is_unpickled(path: Path) -> None:
    assert not unpickling(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*LIBRARY, *APP], ids=shown)
def test_files_stay_readable_in_one_sitting(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 320, f"{shown(path)} has {lines} lines: split it"


def test_only_models_are_large() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: git keeps the list of files")
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    large = [
        name
        for name in listing.stdout.split("\0")
        if name
        and not name.startswith("assets/models/")
        and (ROOT / name).is_file()
        and (ROOT / name).stat().st_size > 5_000_000
    ]
    assert not large
