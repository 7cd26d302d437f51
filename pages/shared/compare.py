"""A translation before and after an edit, side by side, with the words that differ marked."""

import difflib
from collections.abc import Sequence
from typing import TypedDict

from pages.shared.components.base import register
from transformer import Translation
from transformer.tokenizer import Word

_mount = register(
    "two_texts",
    '<div class="two-texts">'
    '<section class="before"><h3></h3><p></p></section>'
    '<section class="after"><h3></h3><p></p></section>'
    "</div>",
)


class MarkedWord(TypedDict):
    """A word as a reader sees it: whether the other text lacks it, whether a space precedes it."""

    text: str
    changed: bool
    joined: bool


def compare(
    before: Translation, after: Translation, *, titles: tuple[str, str], key: str
) -> tuple[int, int]:
    """Draw both translations; returns how many words of ``before`` are gone, of ``after`` new.

    The texts reach the browser as data and are written there as text, never as markup.
    """
    marked = marked_words(_words(before), _words(after))
    _mount(
        key=key,
        data={
            side: {"title": title, "words": words}
            for side, title, words in zip(("before", "after"), titles, marked, strict=True)
        },
    )
    gone, new = (sum(word["changed"] for word in words) for words in marked)
    return gone, new


def marked_words(
    before: Sequence[Word], after: Sequence[Word]
) -> tuple[list[MarkedWord], list[MarkedWord]]:
    """Both texts with the words marked that are not in the other at their place."""
    matcher = difflib.SequenceMatcher(
        None, [word.text for word in before], [word.text for word in after], autojunk=False
    )
    kept = matcher.get_matching_blocks()
    kept_before = {block.a + i for block in kept for i in range(block.size)}
    kept_after = {block.b + i for block in kept for i in range(block.size)}
    return _marked(before, kept_before), _marked(after, kept_after)


def _marked(words: Sequence[Word], kept: set[int]) -> list[MarkedWord]:
    ends = [-1, *(word.end for word in words)]
    return [
        {"text": word.text, "changed": i not in kept, "joined": word.begin == ends[i]}
        for i, word in enumerate(words)
    ]


def _words(translation: Translation) -> list[Word]:
    return [word for word in translation.target.words if not word.special]
