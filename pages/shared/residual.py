"""The steps that pages on one vector share: its norm, and what a sub-layer adds to it."""

import numpy as np

from pages.shared.language import _
from pages.shared.side import PART_NAMES
from pages.shared.stage import Stage
from pages.shared.strips import strips
from transformer.analysis.residual import NormByHand, layer_norm, residual_by_hand
from transformer.analysis.stack import Part, Stack

SETUP = """\
import numpy as np
from transformer.analysis.residual import last_norm_by_hand, norm_by_hand, residual_by_hand
from transformer.analysis.stack import stack
read = stack(translation, {side!r})
found = {found}
"""


def norm_stage(
    title: str, read: Stack, piece: int, found: NormByHand, expression: str, begin: int
) -> Stage:
    """Mean away, divided by the standard deviation, times gain, plus bias."""
    said = _(
        "The {width} numbers at “{piece}” have the mean {mean} and the variance {variance}. Take "
        "the mean off, divide by the root of the variance, times a learned gain, plus a learned "
        "bias."
    ).format(
        width=len(found.before_D),
        piece=read.pieces[piece],
        mean=f"{found.mean:.4f}",
        variance=f"{found.variance:.4f}",
    )
    rows = np.stack(
        [found.before_D, found.standard_D, found.gain_D, found.bias_D, found.normalised_D]
    )
    labels = [
        _("before"),
        _("mean 0, variance 1"),
        _("learned gain"),
        _("learned bias"),
        _("normalised"),
    ]
    return Stage(
        title=title,
        picture=strips(
            "layer-norm",
            rows,
            "before_D standard_D gain_D bias_D normalised_D",
            labels,
            begin,
            said,
            SETUP.format(side=read.side, found=expression),
            learned=[2, 3],
            together=False,
        ),
        formula=r"\mathrm{normalised} = g \odot \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + b, "
        rf"\quad \mu = {found.mean:.4f}, \; \sigma^2 = {found.variance:.4f}, "
        rf"\; \epsilon = {_power(found.epsilon)}",
        source=layer_norm,
        check=found.check,
    )


def _power(number: float) -> str:
    """1e-05 as a formula writes it."""
    digits, exponent = f"{number:e}".split("e")
    return rf"{float(digits):g} \cdot 10^{{{int(exponent)}}}"


def sum_stage(read: Stack, layer: int, part: Part, piece: int, begin: int) -> Stage:
    """before + output = after."""
    found = residual_by_hand(read, layer, part, piece)
    lengths = [float(np.linalg.norm(row)) for row in (found.before_D, found.output_D)]
    said = _(
        "{part} adds its output to the vector of “{piece}” (residual sum): a vector of length "
        "{before} moves by {moved}."
    ).format(
        part=_(PART_NAMES[part]),
        piece=read.pieces[piece],
        before=f"{lengths[0]:.1f}",
        moved=f"{lengths[1]:.1f}",
    )
    return Stage(
        title=_("The residual sum"),
        picture=strips(
            "residual-sum",
            np.stack([found.before_D, found.output_D, found.after_D]),
            "before_D output_D after_D",
            [_("before"), _("+ output"), _("= after")],
            begin,
            said,
            SETUP.format(
                side=read.side, found=f"residual_by_hand(read, {layer}, {part!r}, {piece})"
            ),
        ),
        formula=r"x_\mathrm{after} = x_\mathrm{before} + \mathrm{sublayer}(\mathrm{norm}"
        r"(x_\mathrm{before}))",
        source=residual_by_hand,
        check=found.check,
    )
