"""One meaning a colour: query blue, key orange, value green, weights violet, learned grey."""

QUERY, QUERY_DARK = "#1a5fc4", "#6fb1ff"  # as text: at least 4.5 to 1 on the page
KEY, KEY_DARK = "#b34a00", "#ffa552"
VALUE, VALUE_DARK = "#18733f", "#5fd39a"
WEIGHT = "#6a3cc4"
LEARNED = "#777584"
SIGNED = ("#c2410c", "#0f766e")  # below and above zero, on a scale centred at zero

INK_LIGHT, INK_DARK = "#1d1b26", "#f3f1f8"  # text on the light and on the dark page

# Weights from 0, the page's own background, to 1.
WEIGHTS_LIGHT = ["#ffffff", "#ece5fb", "#cdbcf3", "#a98be8", "#8057d4", "#5a30b0", "#33176b"]
WEIGHTS_DARK = ["#121118", "#271f3d", "#423070", "#6445a8", "#8a65dc", "#b290f5", "#e2d5ff"]


def weights_scale(dark: bool) -> list[tuple[float, str]]:
    """Plotly's colour scale for weights."""
    colours = WEIGHTS_DARK if dark else WEIGHTS_LIGHT
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]
