"""The questions that the atlas of heads answers, in words: what is asked, the badge, its source."""

from typing import NamedTuple

from pages import N_

ALL = "all"  # every head, coloured by its confidence
SPANS = ("corpus", "sentence")


class Words(NamedTuple):
    """``badge`` is empty where a question has no threshold."""

    asks: str
    badge: str
    means: str
    source: str


WORDS = {
    "confidence": Words(
        N_("Which heads are sure of themselves?"),
        N_("sure"),
        N_("Confidence, the mean of a row's largest weight, is at least 0.8."),
        N_("measure: Voita et al. 2019, section 4; threshold: ours"),
    ),
    "evenness": Words(
        N_("Which heads look everywhere at once?"),
        N_("broad"),
        N_(
            "The entropy of a row is at least 0.8 of what equal weights on all keys would have, in "
            "the mean."
        ),
        N_("measure: Clark et al. 2019, section 3.3; threshold: ours"),
    ),
    "previous": Words(
        N_("Which heads look at the previous piece?"),
        N_("previous"),
        N_(
            "The largest weight lies on the piece before in at least half of the rows. A row of "
            "the decoder stands at the piece that it has read last."
        ),
        N_("measure: Voita et al. 2019, section 5.1; half: Clark et al. 2019, section 3.1"),
    ),
    "same": Words(
        N_("Which heads look at the piece itself?"),
        N_("same"),
        N_("The largest weight lies on the row's own piece in at least half of the rows."),
        N_("measure: Voita et al. 2019, section 5.1; threshold: ours"),
    ),
    "next": Words(
        N_("Which heads look at the next piece?"),
        N_("next"),
        N_("The largest weight lies on the piece after in at least half of the rows."),
        N_("measure: Voita et al. 2019, section 5.1; half: Clark et al. 2019, section 3.1"),
    ),
    "positional": Words(
        N_("Which heads are positional?"),
        N_("positional"),
        N_(
            "The largest weight lies on the same relative position (before, itself, after) in at "
            "least 90 of 100 rows."
        ),
        N_("Voita et al. 2019, section 5.1"),
    ),
    "distance": Words(
        N_("Which heads look far away?"),
        "",
        N_("Distance between query and key in pieces, averaged by weight; no badge."),
        N_("as Vig and Belinkov 2019"),
    ),
    "special": Words(
        N_("Which heads stare at <s> or </s>?"),
        N_("special tokens"),
        N_("At least half of the weight lies on special tokens: often a head's way to do nothing."),
        N_("measure: Clark et al. 2019, section 3.2; threshold: ours"),
    ),
    "punctuation": Words(
        N_("Which heads stare at punctuation?"),
        N_("punctuation"),
        N_("At least half of the weight lies on pieces without a letter or digit."),
        N_("measure: Clark et al. 2019, section 3.2; threshold: ours"),
    ),
    "rarest": Words(
        N_("Which heads look at the rarest piece?"),
        N_("rarest"),
        N_(
            "The largest weight lies on the rarest piece of the sentence, by its place in the "
            "vocabulary, in at least half of the rows."
        ),
        N_("measure: Voita et al. 2019, section 5.3; threshold: ours"),
    ),
    "aligned": Words(
        N_("Which heads align words?"),
        N_("aligns"),
        N_(
            "At least half of the English words look most at a French word to which they were "
            "linked by hand, in the row that writes them or in the row after; what lies on the end "
            "mark does not count."
        ),
        N_("rows: Chen et al. 2020, section 3.1; threshold: ours"),
    ),
    "importance": Words(
        N_("Which heads would the loss feel?"),
        "",
        N_(
            "The mean over sentences of how much the loss of the reference changes with the head's "
            "gate, |dL/dgate|, in nats; no badge."
        ),
        N_("Michel et al. 2019, equation 2"),
    ),
    "missed": Words(
        N_("Which heads are missed?"),
        N_("missed"),
        N_(
            "BLEU falls when the head is switched off, and all of the 95-percent interval of the "
            "change lies below zero (paired bootstrap, 1000 resamples). Of heads that change "
            "nothing, about one in 40 would get this badge by chance."
        ),
        N_("Michel et al. 2019, section 3.2; interval: Koehn 2004"),
    ),
    "spare": Words(
        N_("Which heads does nothing need?"),
        N_("can go"),
        N_(
            "Even the lower bound of the same interval lies less than one point of BLEU below zero."
        ),
        N_("Michel et al. 2019, section 3.2; threshold: ours"),
    ),
}
ASKS = {ALL: N_("All heads")} | {code: words.asks for code, words in WORDS.items()}
SPAN_NAMES = {"corpus": N_("Corpus"), "sentence": N_("This sentence")}
