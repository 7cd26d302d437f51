"""French sentences of our own, each chosen for what it shows."""

from typing import NamedTuple

from pages import N_


class Example(NamedTuple):
    text: str
    shows: str


class Story(NamedTuple):
    """Edits that change a translation tellingly; ``edits`` is their code."""

    title: str
    text: str
    model: str
    edits: str


# Four French pieces and three English ones, their end marks counted: matrices of 3 x 4.
SMALLEST = Example("Des mots nouveaux", N_("so short that its matrices fit the screen"))

LONG = Example(
    "Quand j'étais petit, ma grand-mère nous racontait toujours une histoire avant de dormir dans "
    "la grande chambre bleue.",
    N_("a long sentence"),
)

EXAMPLES = (
    Example("Le chat noir dort sur le canapé.", N_("the adjective moves before the noun")),
    Example("Je ne sais pas pourquoi elle pleure.", N_("two words, ne ... pas, for one: not")),
    Example("Elle a perdu ses clés hier soir.", N_("elle becomes she, ses becomes her")),
    Example("Il a perdu ses clés hier soir.", N_("il becomes he, ses becomes his")),
    Example("Nous nous levons tôt le dimanche.", N_("a reflexive verb: the second nous goes")),
    Example("Il parle du film au voisin.", N_("contractions: du is de + le, au is à + le")),
    Example("J'ai du mal à comprendre ce livre.", N_("an idiom: avoir du mal")),
    Example("Il pleut des cordes depuis ce matin.", N_("an idiom: raining ropes")),
    Example("Zoltan habite à Győr avec sa sœur.", N_("names the model never saw, cut into pieces")),
    Example("Qu'est-ce que ta voisine a préparé ?", N_("qu'est-ce que becomes one word: what")),
    Example("Elle lui en a parlé.", N_("pronouns before the verb")),
    LONG,
    SMALLEST,
)

STORIES = (
    Story(N_("A head that this sentence needs"), LONG.text, "small", "off.cross.1.6"),
    Story(
        N_("him looks at elle, and becomes her"),
        "Marie a vu Paul et elle lui a souri.",
        "small",
        "force.cross.3.all.11.8",
    ),
)
