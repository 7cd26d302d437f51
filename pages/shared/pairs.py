"""French sentences of our own in pairs that share a word: to see what each makes of it."""

from typing import NamedTuple

from pages import N_
from pages.shared.examples import EXAMPLES


class Pair(NamedTuple):
    first: str
    second: str
    word: str
    shows: str


ANOTHER = N_("another meaning")
SAME = N_("the same meaning")
MISSED = N_("another meaning, which the model misses")

PAIRS = (
    Pair(EXAMPLES[0].text, "Ma petite sœur a peur du noir.", "noir", ANOTHER),
    Pair(EXAMPLES[0].text, "Un chien noir attend devant la maison.", "noir", SAME),
    Pair(
        "Elle porte une robe verte au mariage.", "Ferme la porte de la cuisine.", "porte", ANOTHER
    ),
    Pair("Elle porte une robe verte au mariage.", "Mon oncle porte des lunettes.", "porte", SAME),
    Pair("Mon oncle ne fume plus.", "Mon oncle est plus grand que moi.", "plus", ANOTHER),
    Pair("Mon oncle ne fume plus.", "Ma tante ne pleure plus.", "plus", SAME),
    Pair("Notre vol part dans deux heures.", "Il est en prison pour vol.", "vol", ANOTHER),
    Pair("Notre vol part dans deux heures.", "Le vol pour Lyon est annulé.", "vol", SAME),
    Pair("Je suis fatigué ce soir.", "Je suis la rivière jusqu'au pont.", "suis", MISSED),
)


class Patch(NamedTuple):
    """Two sentences of as many pieces; ``differs`` says in what."""

    first: str
    second: str
    differs: str


PATCHES = (
    Patch(EXAMPLES[0].text, "Le chien noir dort sur le canapé.", N_("cat or dog")),
    Patch(EXAMPLES[2].text, EXAMPLES[3].text, N_("she or he")),
    Patch("Le repas est sur la table.", "Les repas sont sur la table.", N_("one or many")),
    Patch("Demain nous partons pour Lyon.", "Demain vous partez pour Lyon.", N_("we or you")),
    Patch("Mon oncle ne fume plus.", "Mon oncle ne fume pas.", N_("no longer, or not")),
    Patch(EXAMPLES[0].text, "Le chat blanc dort sur le canapé.", N_("black or white")),
)


class Minimal(NamedTuple):
    """Two sentences that differ in one thing, which ``shows`` names."""

    first: str
    second: str
    shows: str


MINIMAL_PAIRS = (
    Minimal(EXAMPLES[0].text, "Le chat noir ne dort pas sur le canapé.", N_("with ne … pas")),
    Minimal(EXAMPLES[0].text, "Les chats noirs dorment sur le canapé.", N_("one cat, several")),
    Minimal(EXAMPLES[2].text, EXAMPLES[3].text, N_("elle, il")),
    Minimal(EXAMPLES[2].text, "Hier soir, elle a perdu ses clés.", N_("the time first")),
    Minimal(
        "Le voisin regarde la petite fille.",
        "La petite fille regarde le voisin.",
        N_("who looks at whom"),
    ),
)
