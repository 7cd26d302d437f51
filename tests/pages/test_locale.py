"""The catalogues are complete, current and compiled; `make locale` brings them up to date."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from pages.shared.language import LANGUAGES, LOCALE, catalogue

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "N_": None, "UsageError": None}
TRANSLATED = [language for language in LANGUAGES if language != "en"]
# French has a no-break space before : ; ? ! and %, and inside « »; its apostrophe is ’.
CARELESS = re.compile(r"[^\u00a0\u202f]([:;?!](?=\s|$)|%)|« | »|[“”]|\w'\w")


@pytest.fixture(scope="module", params=TRANSLATED)
def folder(request):
    return LOCALE / request.param / "LC_MESSAGES"


@pytest.fixture(scope="module")
def po(folder):
    with (folder / "app.po").open("rb") as file:
        return [message for message in read_po(file) if message.id]


@pytest.fixture(scope="module")
def sources():
    """Every sentence in the code that is marked for translation."""
    found = set()
    for part in ("pages", "transformer"):
        for _, _, message, *_ in extract_from_dir(
            ROOT / part, [("**.py", "python")], {"**": {}}, KEYWORDS
        ):
            found.add(message)
    with (ROOT / "app.py").open("rb") as file:
        found |= {message for _, message, *_ in extract("python", file, KEYWORDS)}
    return found


def placeholders(text):
    """Names with their conversions and formats, as in {code:04X}."""
    return {parts[1:] for parts in string.Formatter().parse(text) if parts[1] is not None}


def test_every_sentence_of_the_code_is_in_the_catalogue(po, sources):
    assert len(sources) > 50
    assert sources - {message.id for message in po} == set()


def test_the_catalogue_holds_no_sentence_that_is_gone(po, sources):
    assert {message.id for message in po} - sources == set()


def test_every_sentence_is_translated_and_looked_at(po):
    assert [message.id for message in po if not message.string] == []
    assert [message.id for message in po if message.fuzzy] == []


def test_placeholders_agree(po):
    for message in po:
        assert placeholders(message.string) == placeholders(message.id), message.id


def test_the_compiled_catalogue_is_current(folder, po):
    with (folder / "app.mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert compiled == {message.id: message.string for message in po}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_app_finds_the_compiled_catalogue(language):
    assert catalogue(language).gettext("Layer") != "Layer"
    assert catalogue("en").gettext("Layer") == "Layer"


def test_no_translation_is_the_english_again(folder, po, alike):
    same = {message.id for message in po if message.string == message.id}
    assert same == (alike if folder.parent.name == "fr" else set())


def test_french_is_set_with_care():
    with (LOCALE / "fr" / "LC_MESSAGES" / "app.po").open("rb") as file:
        said = [message.string for message in read_po(file) if message.id]
    assert [text for text in said if CARELESS.search(text)] == []
