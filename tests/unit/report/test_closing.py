"""The facts that a closing step carries for the report."""

import subprocess
import sys

from connector.conversation.facts import AudioFacts
from connector.mapping.model import Draft
from connector.report import agent_facts, audio_facts, consent_facts, mapping_facts


def test_team_and_queue_are_those_of_the_draft():
    """What the mapping made counts; the agent's team stands in where it made none."""
    draft = Draft({"team": "Orders", "subject": "Menu/Orders"}, {"subject": None}, {})
    assert {"team": "Orders", "queue": "Menu/Orders"} == mapping_facts(draft, team="Support")
    assert {"team": "Support"} == mapping_facts(Draft({}, {}, {}), team="Support")


def test_the_subject_of_a_case_is_no_queue():
    """A case's subject is what a customer wrote, and stays out of the steps; its inbox is its queue."""
    draft = Draft({"caseUid": "1", "subject": "My card 1234", "inbox": "Refunds"}, {"caseUid": None}, {})
    assert {"queue": "Refunds"} == mapping_facts(draft)


def test_only_words_of_consent_are_repeated():
    """A wrong path may lead to a name: what is no word of a platform is told as another value."""
    assert {"consent": ["not_asked", True]} == consent_facts(" not_asked ", True)
    assert {"consent": ["(another value)", None]} == consent_facts("Ida Holm", None)
    assert {"consent": ["(another value)", None]} == consent_facts("+4531313131", None)
    assert {"consent": ["godkänd", None]} == consent_facts("godkänd", None)
    assert {"consent": ["1", None]} == consent_facts("1", None)
    assert {"consent": ["", None]} == consent_facts(None, None)


def test_a_value_that_the_mapping_lists_is_repeated_as_it_is():
    """What stands in the mapping tells of nobody: `Ja, må gemmes` is shown with what it became."""
    assert {"consent": ["Ja, må gemmes", True]} == consent_facts("Ja, må gemmes", True)
    assert {"consent": ["Nej tak", False]} == consent_facts("Nej tak", False)


def test_of_an_agent_s_address_only_the_form_is_told():
    """An id or number is needed to mend the agents file; an e-mail address is a person's."""
    assert {"agent": {"id": "91", "email": "xxx@xxxx.xxxxxxx"}} == agent_facts("91", "", "ida@acme.example")


def test_a_recording_is_told_in_a_few_words():
    """Form, length and channels; what is not known is left out."""
    audio = AudioFacts("mp3", "mp3_vbr", 31.4159, False, 1, 8000, None, 9, "audio/mpeg", ".mp3")
    expected = {"form": "mp3 mp3_vbr", "seconds": 31.4, "exact": False, "channels": 1, "told": 30.0}
    assert {"audio": expected} == audio_facts(audio, told_seconds=30)


def test_a_run_does_not_load_what_only_reports_need():
    """Telling the facts must not bring pandas into the process of a run, whose memory is bounded."""
    program = (
        "import sys, connector.report; sys.exit(sum(name in sys.modules for name in ('pandas', 'pygal', 'openpyxl')))"
    )
    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode
