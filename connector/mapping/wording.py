"""Say in words where a field's value came from, and why there is none."""

__all__ = ["say_reason", "say_source"]

REASONS = {
    "no_value": "the record has no value there",
    "path_error": "the expression failed on the record",
    "condition_not_met": "the rule's condition did not hold",
    "no_rule": "the mapping has no rule for it",
    "not_text": "not a text",
    "not_a_number": "not a number",
    "not_a_boolean": "not true or false",
    "not_a_time": "not a time",
    "not_a_list": "not a list",
    "not_segments": "not a list of segments",
    "not_allowed": "none of the values the field takes",
}
SOURCES = {"else": "the default (else)", "const": "the literal (const)", "join": "joined parts", "list": "listed parts"}


def say_source(source: str) -> str:
    """Say what filled a field: a path is its own name."""
    return SOURCES.get(source, source)


def say_reason(reason: str) -> str:
    """Say in words why a field is empty or not what its rule meant."""
    for ending, told in (("_failed", "could not be done"), ("_empty", "gave nothing")):
        if reason.endswith(ending):
            return f"{reason.removesuffix(ending)} {told}"
    return REASONS.get(reason, reason)
