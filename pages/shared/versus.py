"""What the page Compare can set side by side."""

from pages import N_

VERSUS = {
    "sentences": N_("two sentences"),
    "heads": N_("two heads"),
    "models": N_("two models"),
}
