"""Shared by all tests: a small vocabulary, a tiny model with random weights, a small corpus."""

import gzip
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from transformer import ModelConfig, Translator
from transformer.checkpoint import save_model
from transformer.data import Pair
from transformer.model import Transformer
from transformer.tokenizer import Tokenizer
from transformer.trace import Trace

torch.set_num_threads(1)
settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=50)
settings.load_profile("suite")

SUBJECTS = (
    ("Le petit chat", "The little cat"),
    ("La voisine", "The neighbour"),
    ("L'homme âgé", "The old man"),
    ("Mon frère", "My brother"),
    ("Une élève", "A pupil"),
    ("Aujourd'hui, elle", "Today she"),
    ("Le garçon de 12 ans", "The 12-year-old boy"),
)
VERBS = (
    ("regarde", "watches"),
    ("n'aime pas", "doesn't like"),
    ("cherche", "looks for"),
    ("a peint", "has painted"),
    ("reconnaît", "recognises"),
)
OBJECTS = (
    ("la fenêtre.", "the window."),
    ("les forêts d'été !", "the summer forests!"),
    ("« l'étoile »...", '"the star"...'),
    ("sept cœurs, 345 clés ?", "seven hearts, 345 keys?"),
    ("le vieux moulin-à-vent.", "the old windmill."),
    ("où qu'il aille.", "wherever he goes."),
)
PAIRS: list[Pair] = [
    (" ".join(french), " ".join(english))
    for french, english in (
        zip(*parts, strict=True) for parts in itertools.product(SUBJECTS, VERBS, OBJECTS)
    )
]

MakeModel = Callable[..., Transformer]


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    """210 French and English sentences."""
    return PAIRS


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """A joint vocabulary of 500 pieces, 256 of them bytes."""
    return Tokenizer.learn([side for pair in PAIRS for side in pair], 500)


@pytest.fixture(scope="session")
def make_model() -> MakeModel:
    """``make_model(seed=1, vocabulary=11, ...)``: every parameter random, also norms and biases.

    Layers, heads and widths are all different, so that no axis can be taken for another.
    """

    def make(seed: int = 1, **changes: int | float) -> Transformer:
        shape = dict(d_model=32, heads=4, d_k=6, d_ff=40, encoder_layers=2, decoder_layers=3)
        torch.manual_seed(seed)
        model = Transformer(ModelConfig(**{**shape, "vocabulary": 11, "max_length": 60} | changes))
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() == 1:
                    parameter += 0.3 * torch.randn_like(parameter)
                else:
                    parameter *= 2
        return model.eval()

    return make


@pytest.fixture(scope="session")
def translator(tokenizer: Tokenizer, make_model: MakeModel) -> Translator:
    """Random weights: its translations are nonsense, its arithmetic is not."""
    return Translator(make_model(vocabulary=len(tokenizer), max_length=256), tokenizer, "random")


@pytest.fixture(scope="session")
def trace(translator: Translator) -> Trace:
    """A pass over a longer French and a shorter English sentence."""
    encode = translator.tokenizer.encode
    return translator.model.trace(encode("L'homme cherche la fenêtre.").ids, encode("The man").ids)


@pytest.fixture(scope="session")
def model_folder(translator: Translator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The translator as a folder of files; for reading only."""
    folder = tmp_path_factory.mktemp("models") / "random"
    model = translator.model
    save_model(folder, model.config, translator.tokenizer, model.state_dict())
    return folder


@pytest.fixture
def corpus_folder(tmp_path: Path, pairs: list[Pair]) -> Path:
    """Two corpora to train on, one of them compressed, and a dev set."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    lines = [f"{french}\t{english}\n" for french, english in pairs]
    (folder / "plain.train.tsv").write_text("".join(lines[:120]), encoding="utf-8")
    with gzip.open(folder / "packed.train.tsv.gz", "wt", encoding="utf-8") as file:
        file.writelines(lines[120:200])
    (folder / "plain.dev.tsv").write_text("".join(lines[200:]), encoding="utf-8")
    return folder
