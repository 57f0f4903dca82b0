import pytest

from connector.conversation import decide
from connector.mapping.model import ConsentSpec
from connector.reason import Code, Outcome

VALUES = {"not_asked": True, "granted": True, "denied": False}


def spec(**changes):
    return ConsentSpec(("recording_permission",), VALUES, **changes)


@pytest.mark.parametrize("seen", ["not_asked", "granted", " granted "])
def test_a_yes_sends_everything(seen):
    """A word that stands for yes lets the conversation and its recording go."""
    decision = decide(spec(), seen)

    assert (True, None, True) == (decision.has_consent, decision.verdict, decision.send_audio)


@pytest.mark.parametrize("seen", [None, "", "   ", "example_unlisted_value", "Granted", "true"])
@pytest.mark.parametrize(("policy", "outcome"), [("hold", Outcome.HELD), ("skip", Outcome.SKIPPED)])
def test_what_is_not_listed_is_never_a_yes(seen, policy, outcome):
    """An absent, blank or unlisted word is unknown: held, or skipped where the mapping says so."""
    decision = decide(spec(unknown=policy), seen)

    assert (None, False) == (decision.has_consent, decision.send_audio)
    assert (outcome, Code.CONSENT_UNKNOWN) == (decision.verdict.outcome, decision.verdict.code)


def test_a_no_skips_the_conversation():
    """Refused consent leaves the conversation out, by policy and not as an error."""
    verdict = decide(spec(), "denied").verdict

    assert (Outcome.SKIPPED, Code.CONSENT_REFUSED) == (verdict.outcome, verdict.code)


@pytest.mark.parametrize(("policy", "send_audio"), [("send", True), ("send_without_audio", False)])
def test_a_no_can_be_sent_as_a_no(policy, send_audio):
    """Where the mapping wants it, the conversation goes with a plain no, with or without its recording."""
    decision = decide(spec(refused=policy), "denied")

    assert (False, None, send_audio) == (decision.has_consent, decision.verdict, decision.send_audio)


def test_the_reason_repeats_words_and_never_people():
    """An unknown word helps to write the mapping; what may be a number, a name or an address is not repeated."""
    assert "'example_unlisted_value'" in decide(spec(), "example_unlisted_value").verdict.detail
    for word in ("J", "nægtet", "ikke_spurgt", "opt-in", "1"):
        assert f"'{word}'" in decide(spec(), word).verdict.detail
    for personal in ("+4522446688", "4711", "ida@example.org", "Ida Holm", "Møller"):
        assert personal not in decide(spec(), personal).verdict.detail
