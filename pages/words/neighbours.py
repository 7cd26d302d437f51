"""Below the map of words: the nearest to one of them, and how near translations lie."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import Picture, show
from transformer import Translator
from transformer.analysis.wordmap import (
    KNOWN,
    Nearest,
    Pairs,
    frequent_ids,
    frequent_words,
    mean_cosine,
    translation_ranks,
)
from transformer.figures.wordmap import nearest_figure, ranks_figure

LISTED = 12  # of them, by name
CLOSE = 10  # up to this rank a translation counts as near
RARE = 1000
AMONG = """\
from transformer.analysis.wordmap import known_words, nearest
word = {word!r}
asked = known_words(translator, word)
near = nearest(asked, word)
"""
TYPICAL = "from transformer.analysis.wordmap import KNOWN, frequent_words, mean_cosine\n"
PAIRS = """\
from transformer.analysis.wordmap import KNOWN, frequent_words, translation_ranks
found = translation_ranks(translator, frequent_words(translator, KNOWN))
"""


def draw_nearest(translator: Translator, word: str, near: Nearest) -> None:
    """The nearest words with their cosines, what any two have, and why rare ones are left out."""
    typical = mean_cosine(frequent_words(translator, KNOWN).rows_VD)
    show(_nearest(word, near, typical))
    rare = mean_cosine(translator.embedding_rows(frequent_ids(translator.tokenizer)[-RARE:]))
    st.caption(
        _(
            "Cosine: 1 is the same direction, 0 none in common. The {count} rarest words are left "
            "out, among others: seen too seldom in training, two of them have a cosine of {rare} "
            "on average and would crowd every list."
        ).format(count=f"{RARE:,}", rare=f"{rare:.2f}")
    )


def _nearest(word: str, near: Nearest, typical: float) -> Picture:
    names, cosines = near.names[:LISTED], near.cosines[:LISTED]
    return Picture.of(
        "nearest-words",
        nearest_figure,
        {
            f"near.names[:{LISTED}]": names,
            f"near.cosines[:{LISTED}]": cosines,
            "mean_cosine(frequent_words(translator, KNOWN).rows_VD)": typical,
        },
        setup=AMONG.format(word=word) + TYPICAL,
        mark=_("two words on average: {cosine}").format(cosine=f"{typical:.2f}"),
        title=_("Cosine with “{word}”").format(word=word),
        axis=_("cosine"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Of the {count} most frequent words, French and English, “{first}” is nearest to "
            "“{word}”: cosine {cosine}. Two of these words have {typical} on average."
        ).format(
            count=f"{KNOWN:,}",
            first=names[0],
            word=word,
            cosine=f"{cosines[0]:.2f}",
            typical=f"{typical:.2f}",
        ),
        table={_("word"): near.names, _("cosine"): near.cosines},
    )


# Two dozen rows against two thousand: a fifth of a second, the same for every visitor.
@st.cache_data(max_entries=8, show_spinner=False)
def _ranks(_translator: Translator, sha256: str) -> Pairs:
    return translation_ranks(_translator, frequent_words(_translator, KNOWN))


def draw_translations(translator: Translator) -> None:
    """At which rank each French word of a small dictionary has its translation."""
    found = _ranks(translator, translator.sha256)
    if not found.french:
        st.text(_("This model cuts every word of our small dictionary into several pieces."))
        return
    show(_translations(found))
    st.caption(
        _(
            "Nothing asks a translation to lie near: the embedding is only where a word begins. "
            "Attention and feed-forward turn French into English, layer by layer."
        )
    )


def _translations(found: Pairs) -> Picture:
    return Picture.of(
        "translations",
        ranks_figure,
        {f"found.{name}": getattr(found, name) for name in ("french", "english", "ranks", "among")},
        setup=PAIRS,
        mark=_("by chance: {rank}").format(rank=f"{found.among // 2:,}"),
        title=_("Rank of the translation among the words nearest to the French one"),
        axis=_("rank, 1 being the nearest; each line ten times the one before"),
        dark=st.context.theme.type == "dark",
        said=_(
            "For {near} of {count} French words the English one is among the {close} nearest of "
            "{among}. The median rank is {median}; by chance it would be {chance}."
        ).format(
            near=int((found.ranks <= CLOSE).sum()),
            count=len(found.ranks),
            close=CLOSE,
            among=f"{found.among:,}",
            median=f"{np.median(found.ranks):g}",
            chance=f"{found.among // 2:,}",
        ),
        table={
            _("French"): found.french,
            _("English"): found.english,
            _("rank"): found.ranks,
        },
    )
