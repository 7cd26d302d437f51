"""What a page costs by length: seconds from its address to the finished picture, in the browser.

Every sentence is new, so that it is translated and traced; the browser has been here before. One
sentence has at most 64 pieces and 200 characters: the bar cuts anything longer into its sentences
(see ``transformer/sentences.py``), shows one at a time, and Translate translates all of them. So
from there on the length is that of a text of sentences of 32 pieces, up to 2,000 characters.
"""

import random
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext

from benchmarks.browser import server_and_browser
from benchmarks.cost_growth import ATTENTION, TEXT, TRANSLATE, Row
from transformer import Translator
from transformer.decoding_benchmark import OBJECTS, SUBJECTS, VERBS

LENGTHS = (5, 8, 12, 16, 24, 32, 48, 64)
TEXT_PIECES, TEXTS = 32, (1, 2, 4, 8, 14)  # pieces of a sentence, sentences of a text
LONGEST = 200  # characters of a sentence
PICTURES = {  # page -> its address, and what is there once its picture is drawn
    TRANSLATE: ("/", ".word-links svg path"),
    ATTENTION: ("/attention", '.heads canvas:not([data-drawn="0"])'),
    TEXT: ("/", ".word-links svg path"),
}
# A timer that is set within a frame runs after that frame has been painted. Milliseconds since the
# browser was given the address.
PAINTED = """() => new Promise(resolve =>
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))))"""
WHO = ("Il", "Elle", "On", "Paul", "Marie", "Luc", "Anne", "Jean", "Le roi", "La voisine")
DOES = ("dort", "chante", "attend", "mange", "court", "pleure", "travaille", "hésite")
ADDED = (" le 14 juin 1932", " à 9 h 25", " pour 308 francs", " avec toi", " et lui", " ici")


def all_cases() -> list[tuple[str, int, int]]:
    """Page, pieces of each sentence, sentences."""
    pages = [(page, pieces, 1) for page in (TRANSLATE, ATTENTION) for pieces in LENGTHS]
    return pages + [(TEXT, TEXT_PIECES, sentences) for sentences in TEXTS]


def measure(translator: Translator, rounds: int) -> Iterator[Row]:
    """All pages and lengths in every round, shuffled; a round to warm up is not counted."""
    cases = all_cases()
    found: dict[tuple[str, int, int], list[float]] = {case: [] for case in cases}
    seeds = count()
    with server_and_browser() as (address, browser):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(120_000)  # on a busy machine the run is slow, not lost
        for turn in range(1 + rounds):
            for page, pieces, sentences in random.Random(turn).sample(cases, len(cases)):
                text = " ".join(sentence(translator, pieces, next(seeds)) for _ in range(sentences))
                seconds = _open(context, address, page, text)
                found[page, pieces, sentences].append(seconds)
        context.close()
    for (page, pieces, sentences), seconds in found.items():
        yield Row(page, "s", pieces * sentences, 0, 4, seconds[1:])


def sentence(translator: Translator, pieces: int, seed: int) -> str:
    """Our own French, of exactly so many pieces with ``</s>``, short enough for the bar."""
    chance = random.Random(seed)
    while True:
        text = ""
        while len(translator.tokenizer.encode(text + ".").ids) < pieces:
            text += _more(chance, text, pieces)
        if len(translator.tokenizer.encode(text + ".").ids) == pieces and len(text) < LONGEST:
            return text + "."


def _more(chance: random.Random, text: str, pieces: int) -> str:
    """A clause, or some words for a sentence that has one."""
    if text and chance.random() < 0.7:
        return chance.choice(ADDED)
    clause = f"{chance.choice(WHO)} {chance.choice(DOES)}"
    if chance.random() < pieces / 20:
        clause = f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS)}"
    return f" et {clause[0].lower()}{clause[1:]}" if text else clause


def _open(context: BrowserContext, address: str, page: str, text: str) -> float:
    path, picture = PICTURES[page]
    tab = context.new_page()
    choices = {"text": text} | ({"unit": "pieces"} if page == ATTENTION else {})
    tab.goto(f"{address}{path}?{urlencode(choices)}")
    tab.wait_for_selector(picture, state="attached")
    seconds = float(tab.evaluate(PAINTED)) / 1000
    tab.close()
    return seconds
