"""How sentences write a probability."""

import numpy as np


def odds(probability: float) -> str:
    """Four decimals, or as many as it takes not to read zero."""
    if probability >= 0.001:
        return f"{probability:.4f}"
    if probability < 1e-6:
        return "< 0.000001"
    return np.format_float_positional(probability, precision=2, fractional=False, trim="-")
