"""What the page Compare can set side by side."""

from pages import N_

VERSUS = {
    "sentences": N_("sentences"),
    "heads": N_("heads"),
    "models": N_("models"),
}
