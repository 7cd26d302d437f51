"""The one exception for mistakes a user can mend."""


class UsageError(ValueError):
    """What was expected, what came and what to do, in one sentence.

    The sentence is kept as a template with named values, so that the app can show it in another
    language: ``UsageError("The beam is {beam}.", beam=0)``.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values))
        self.template = template
        self.values = values


def not_a_transformer() -> UsageError:
    """What to raise where a recurrent model is asked for what only a Transformer has."""
    return UsageError(
        "This model is a recurrent network: it has no heads with queries, keys and values, and no "
        "positions. Choose a Transformer."
    )
