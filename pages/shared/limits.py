"""What models of this kind are known to find hard, with French sentences of our own to try it on.

Nothing here says what a model writes: the page asks the chosen one. ``ours`` is what we take to be
right, one wording of several.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pages import N_


class Case(NamedTuple):
    """A sentence, and the page, with what it is to show, that helps to see why it is hard.

    ``before`` is a sentence that a reader would know and the model does not see; ``ours`` is empty
    where there is nothing to translate.
    """

    text: str
    ours: str
    path: str
    choices: Mapping[str, str] = {}
    before: str = ""


class Limit(NamedTuple):
    name: str
    says: str
    source: str
    cases: tuple[Case, ...]


LIMITS = {
    "names": Limit(
        N_("Names, rare words"),
        N_(
            "No vocabulary holds every name. A rare word is cut into pieces, and the model has to "
            "copy or translate it piece by piece."
        ),
        "Sennrich et al. 2016, ACL",
        (
            Case(
                "Zoltan habite à Győr avec sa sœur.",
                "Zoltan lives in Győr with his sister.",
                "vectors",
            ),
            Case(
                "Wojciech et Siobhán se sont rencontrés à Reykjavik.",
                "Wojciech and Siobhán met in Reykjavik.",
                "attention",
            ),
            Case(
                "Maëlys a vu un ornithorynque au zoo.",
                "Maëlys saw a platypus at the zoo.",
                "vectors",
            ),
        ),
    ),
    "idioms": Limit(
        N_("Idioms"),
        N_(
            "An idiom does not mean what its words mean. To put word for word, right nearly "
            "everywhere else, is wrong here, and each idiom has to be learned by itself."
        ),
        "Dankers et al. 2022",
        (
            Case(
                "Ma tante raconte toujours des salades.",
                "My aunt always tells tall tales.",
                "search",
            ),
            Case(
                "Il est tombé dans les pommes devant le dentiste.",
                "He fainted in front of the dentist.",
                "search",
            ),
            Case(
                "Arrête de tourner autour du pot et réponds-moi.",
                "Stop beating around the bush and answer me.",
                "lines",
            ),
        ),
    ),
    "meanings": Limit(
        N_("Two meanings"),
        N_(
            "One French word, two English ones: only the words around it tell which. Models lean "
            "towards the meaning that they have read most often."
        ),
        "Campolungo et al. 2022",
        (
            Case(
                "Son avocat n'est pas mûr.",
                "His avocado is not ripe.",
                "context",
                {"other": "L'avocat a perdu le procès.", "word": "avocat"},
            ),
            Case(
                "La pièce est tombée dans le puits.",
                "The coin fell into the well.",
                "context",
                {"other": "La pièce a duré trois heures.", "word": "pièce"},
            ),
            Case(
                "Elle se regarde longtemps dans la glace.",
                "She looks at herself in the mirror for a long time.",
                "context",
                {"other": "Elle mange une glace au citron.", "word": "glace"},
            ),
        ),
    ),
    "news": Limit(
        N_("News, long sentences"),
        N_(
            "A model does best on sentences like those it was trained on, and the models here have "
            "read no newspapers. The longer a sentence, the more can go wrong."
        ),
        "Koehn and Knowles 2017",
        (
            Case(
                "Le ministre de l'Économie a annoncé mardi que le déficit public dépasserait les "
                "prévisions pour la troisième année consécutive.",
                "The Minister for the Economy announced on Tuesday that the public deficit would "
                "exceed forecasts for the third consecutive year.",
                "decode",
            ),
            Case(
                "Selon une étude parue jeudi, la fonte des glaciers menace l'approvisionnement en "
                "eau de plusieurs villes andines.",
                "According to a study published on Thursday, melting glaciers threaten the water "
                "supply of several Andean cities.",
                "lines",
            ),
            Case(
                "Quand le facteur qui apportait les lettres que ma mère attendait est enfin "
                "arrivé, la pluie avait effacé toutes les adresses et personne n'a su à qui était "
                "le gros colis bleu.",
                "When the postman who was bringing the letters my mother was waiting for finally "
                "arrived, the rain had washed away all the addresses and nobody knew whose the big "
                "blue parcel was.",
                "attention",
            ),
        ),
    ),
    "numbers": Limit(
        N_("Numbers"),
        N_(
            "Each digit is a piece of its own, copied one by one; and quatre-vingt-dix-sept, four "
            "times twenty plus seventeen, is a sum that the model has to know by heart."
        ),
        "Wang et al. 2021",
        (
            Case(
                "Le code du cadenas est 70491836.",
                "The code of the padlock is 70491836.",
                "attention",
            ),
            Case(
                "Quatre-vingt-dix-sept moutons traversent le pont.",
                "Ninety-seven sheep are crossing the bridge.",
                "vectors",
            ),
            Case(
                "Ma grand-mère est née le 29 février 1936.",
                "My grandmother was born on 29 February 1936.",
                "attention",
            ),
        ),
    ),
    "context": Limit(
        N_("Without context"),
        N_(
            "The model reads one sentence at a time. Whether elle is she or it, and whether sa is "
            "his or her, often stands in the sentence before."
        ),
        "Bawden et al. 2018",
        (
            Case(
                "Elle est dans la cave.",
                "It is in the cellar.",
                "explain",
                before="J'ai réparé la brouette.",
            ),
            Case("Il est trop salé.", "It is too salty.", "explain", before="Goûte ce fromage."),
            Case(
                "Sa mère a vendu sa maison.",
                "Her mother sold her house.",
                "explain",
                before="Léa est furieuse.",
            ),
        ),
    ),
    "negation": Limit(
        N_("Negation"),
        N_(
            "A small word turns a sentence round: ne ... que is only, ne ... guère is hardly, ni "
            "... ni is neither ... nor, and tous ne ... pas is not all."
        ),
        "Hossain et al. 2020",
        (
            Case(
                "Il n'y a que lui qui ne le sache pas.",
                "He is the only one who does not know.",
                "lines",
            ),
            Case(
                "Ni le plombier ni le maçon ne sont venus.",
                "Neither the plumber nor the bricklayer came.",
                "lines",
            ),
            Case("Tous les invités ne sont pas venus.", "Not all the guests came.", "lines"),
        ),
    ),
    "you": Limit(
        N_("tu or vous"),
        N_(
            "English has one word for both. What French says here about how two people stand to "
            "each other is gone from the English, however good the model."
        ),
        "Sennrich et al. 2016, NAACL",
        (
            Case(
                "Tu as oublié ton parapluie.",
                "You forgot your umbrella.",
                "compare",
                {"versus": "sentences", "variant": "Vous avez oublié votre parapluie."},
            ),
            Case(
                "Vous avez oublié votre parapluie.",
                "You forgot your umbrella.",
                "compare",
                {"versus": "sentences", "variant": "Tu as oublié ton parapluie."},
            ),
            Case(
                "Il me vouvoie depuis notre dispute.",
                "He has been calling me vous since our quarrel.",
                "vectors",
            ),
        ),
    ),
    "typed": Limit(
        N_("Typed in haste"),
        N_(
            "Without accents or in capitals a word is cut into other pieces, and marche, a step, "
            "may stand for marché, a market."
        ),
        "Belinkov and Bisk 2018",
        (
            Case(
                "le marche est ferme le lundi",
                "The market is closed on Mondays.",
                "compare",
                {"versus": "sentences", "variant": "Le marché est fermé le lundi."},
            ),
            Case(
                "ou est passee ma clef",
                "Where has my key gone?",
                "compare",
                {"versus": "sentences", "variant": "Où est passée ma clef ?"},
            ),
            Case(
                "MON PÈRE A CUISINÉ DES PÂTES.",
                "My father cooked pasta.",
                "compare",
                {"versus": "sentences", "variant": "Mon père a cuisiné des pâtes."},
            ),
        ),
    ),
    "unknown": Limit(
        N_("Never seen"),
        N_(
            "The model has no way to say that it does not know. Given invented words, another "
            "language or a picture it still writes something; this is called hallucination."
        ),
        "Raunak et al. 2021",
        (
            Case("Le flimboteau grignace doucement.", "", "vectors"),
            Case(
                "Elle fait du télétravail le mardi.", "She works from home on Tuesdays.", "search"
            ),
            Case("😀", "", "vectors"),
        ),
    ),
    "sure": Limit(
        N_("Sure, and yet ..."),
        N_(
            "A probability says what English text would be likely to go on with, not what is true. "
            "Look for lines without a mark that do not mean what ours does."
        ),
        "Ott et al. 2018",
        (
            Case("Ton idée ne mange pas de pain.", "Your idea does no harm.", "lens"),
            Case("Je mange souvent sur le pouce.", "I often have a quick bite.", "lens"),
            Case("Tu leur manques beaucoup.", "They miss you a lot.", "lines"),
            Case("Le livre pèse deux livres.", "The book weighs two pounds.", "contributions"),
        ),
    ),
}
