"""The box for the visitor's own English, on the pages that are about it."""

from pages.shared.language import _
from pages.shared.second_text import text_box


def english_box(label: str, button: str) -> None:
    """Empty: what the model itself writes. What is typed stays, also where it cannot be read."""
    text_box("english", label, button, _("Type an English sentence"))
