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
