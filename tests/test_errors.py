"""The error keeps its sentence as a template, so that it can be translated."""

from transformer import UsageError


def test_a_usage_error_keeps_template_and_values() -> None:
    error = UsageError("The beam is {beam}.", beam=0)
    assert str(error) == "The beam is 0."
    assert (error.template, error.values) == ("The beam is {beam}.", {"beam": 0})


def test_braces_in_a_value_are_harmless() -> None:
    assert str(UsageError("{path} is missing.", path="{x}")) == "{x} is missing."
