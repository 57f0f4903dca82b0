"""Set a Zendesk up as its user does: with the command, against a stand-in of its interface on a socket."""

import re

import pytest
from dotenv import dotenv_values
from typer.testing import CliRunner

from connector.cli import app
from connector.shipped import shipped
from tests.servers.zendesk import EMAIL, SECRET, TOKEN

INTAKE = """\
intake: acme-zendesk
tenant: acme
source:
  kind: zendesk
  signing_secret: "${{OUR_SIGNING_SECRET}}"
  api: {{url: "{url}", email: {email}, token: "${{ZENDESK_API_TOKEN}}"}}
mapping: mappings/zendesk-comment.yaml
target: {{kind: capturi, url: "http://127.0.0.1:8787", token: "${{CAPTURI_TOKEN}}"}}
"""
URL = "https://connector.example"


@pytest.fixture
def home(tmp_path, zendesk_server, monkeypatch):
    monkeypatch.setenv("ZENDESK_API_TOKEN", TOKEN)
    monkeypatch.delenv("OUR_SIGNING_SECRET", raising=False)
    monkeypatch.delenv("CAPTURI_TOKEN", raising=False)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "mappings").symlink_to(shipped("mappings"))
    text = INTAKE.format(url=zendesk_server.address, email=EMAIL)
    (tmp_path / "jobs" / "acme-zendesk.yaml").write_text(text)
    return tmp_path


@pytest.fixture
def run(home):
    def invoke(*words, given=None):
        result = CliRunner().invoke(app, ["--home", str(home), "zendesk", "setup", *words], input=given)
        return result.exit_code, re.sub(r"\s+", " ", result.output)

    return invoke


def edit(home, old, new):
    path = home / "jobs" / "acme-zendesk.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_wrong_token_stops_with_1(run, monkeypatch):
    """What a system says ends with 1, with the remedy and without the token."""
    monkeypatch.setenv("ZENDESK_API_TOKEN", "wrong-token")
    code, told = run("acme-zendesk", "--url", URL)
    assert 1 == code
    assert "does not accept the e-mail address with this API token" in told
    assert "wrong-token" not in told


def test_it_shows_first_and_changes_only_when_asked(run, zendesk_server):
    """The first call tells what would be made; --apply makes it, and a second time there is nothing to do."""
    code, told = run("acme-zendesk", "--url", URL)
    assert (0, {}) == (code, zendesk_server.webhooks)
    assert "make webhook Conversation connector: acme-zendesk" in told
    assert "Nothing was changed: --apply does it." in told
    assert 0 == run("acme-zendesk", "--url", URL, "--apply")[0]
    (webhook,) = zendesk_server.webhooks.values()
    assert f"{URL}/hooks/zendesk/acme-zendesk" == webhook["endpoint"]
    assert "as it should be trigger" in run("acme-zendesk", "--url", f"{URL}/", "--apply")[1]


def test_the_secret_is_written_where_the_intake_reads_it_and_never_printed(run, home):
    """--write-secret puts it into .env under the intake's own variable; nothing else there is touched."""
    (home / ".env").write_text("OTHER=1\n")
    code, told = run("acme-zendesk", "--url", URL, "--write-secret")
    assert (0, {"OTHER": "1"}) == (code, dict(dotenv_values(home / ".env")))
    assert "There is no webhook yet" in told
    code, told = run("acme-zendesk", "--url", URL, "--apply", "--write-secret")
    assert (0, {"OTHER": "1", "OUR_SIGNING_SECRET": SECRET}) == (code, dict(dotenv_values(home / ".env")))
    assert SECRET not in told


def test_a_secret_is_shown_on_a_terminal_alone(run, zendesk_server):
    """In a pipe or a log it never stands; nothing is changed where it was asked for."""
    code, told = run("acme-zendesk", "--url", URL, "--apply", "--show-secret", given="y\n")
    assert (2, {}) == (code, zendesk_server.webhooks)
    assert SECRET not in told


def test_undo_removes_it(run, zendesk_server):
    """--undo shows what goes, with --apply it goes, and then there is nothing of it."""
    run("acme-zendesk", "--url", URL, "--apply", "--two-triggers")
    assert 2 == len(zendesk_server.triggers)
    assert "remove webhook" in run("acme-zendesk", "--undo")[1]
    assert 1 == len(zendesk_server.webhooks)
    assert 0 == run("acme-zendesk", "--undo", "--apply")[0]
    assert ({}, {}) == (zendesk_server.webhooks, zendesk_server.triggers)
    assert "nothing of this intake" in run("acme-zendesk", "--undo")[1]


def test_a_key_and_internal_notes_are_taken_from_the_intake(run, home, zendesk_server, monkeypatch):
    """What the intake file says decides what is made."""
    monkeypatch.setenv("ZENDESK_KEY", "Bearer abc")
    edit(home, "  kind: zendesk\n", '  kind: zendesk\n  notes: send\n  api_key: "${ZENDESK_KEY}"\n')
    code, told = run("acme-zendesk", "--url", URL, "--apply")
    assert 0 == code
    assert "Bearer abc" not in told
    (webhook,) = zendesk_server.webhooks.values()
    assert {"name": "Authorization", "value": "Bearer abc"} == webhook["authentication"]["data"]
    (trigger,) = zendesk_server.triggers.values()
    assert "not_relevant" == trigger["conditions"]["all"][0]["value"]


@pytest.mark.parametrize(
    ("old", "new", "words", "remedy"),
    [
        ("", "", (), "--url: is missing"),
        ("", "", ("--url", "http://connector.example"), "https://"),
        ("", "", ("--url", "connector.example"), "--url"),
        ("kind: zendesk", "kind: ultimate", ("--url", URL), "source.kind: is ultimate, not zendesk"),
        ("${ZENDESK_API_TOKEN}", "${NOT_THERE}", ("--url", URL), "NOT_THERE is not set"),
        ("${ZENDESK_API_TOKEN}", "in the file", ("--url", URL), "is a secret and must not stand in the file"),
        ("  api: {", "  api: {subdomain: acme, ", ("--url", URL), "give subdomain or url, one of them"),
        ("email: admin", "mail: admin", ("--url", URL), "source.api.mail: is not a known key"),
        ("", "", ("--url", URL, "--zendesk", "ftp://x"), "source.api.url"),
    ],
)
def test_mistakes_end_with_2_and_say_what_to_write(run, home, zendesk_server, old, new, words, remedy):
    """What is wrong in the file or on the command line is named before Zendesk is asked anything."""
    edit(home, old, new)
    code, told = run("acme-zendesk", *words)
    assert (2, []) == (code, zendesk_server.requests)
    assert remedy in told


def test_an_intake_without_access_names_the_section(run, home, zendesk_server):
    """Where source.api is missing, the message shows what to write; the command line and a variable will do as well."""
    path = home / "jobs" / "acme-zendesk.yaml"
    path.write_text(re.sub(r"  api: .*\n", "", path.read_text()))
    code, told = run("acme-zendesk", "--url", URL)
    assert 2 == code
    assert "write source.api: {subdomain: acme" in told
    words = ("--zendesk", zendesk_server.address, "--email", EMAIL)
    assert 0 == run("acme-zendesk", "--url", URL, *words)[0]


def test_another_zendesk_can_be_named_for_a_trial(run, home, zendesk_server):
    """--zendesk and --email stand in for what the file says."""
    edit(home, zendesk_server.address, "https://acme.zendesk.invalid")
    edit(home, EMAIL, "else@acme.example")
    words = ("acme-zendesk", "--url", URL, "--zendesk", zendesk_server.address)
    assert 1 == run(*words)[0]
    assert 0 == run(*words, "--email", EMAIL)[0]


def test_check_tells_whether_the_webhook_leads_here(run, home, monkeypatch):
    """`connector check` tries Zendesk's interface as well, and says where its webhook sends to."""
    monkeypatch.setenv("OUR_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("CAPTURI_TOKEN", "sandbox")

    def check():
        result = CliRunner().invoke(app, ["--home", str(home), "check", "acme-zendesk"])
        return re.sub(r"\s+", " ", result.output)

    assert "has no webhook of this intake yet" in check()
    run("acme-zendesk", "--url", URL, "--apply")
    assert f"its webhook sends to {URL}/hooks/zendesk/acme-zendesk" in check()
    monkeypatch.setenv("ZENDESK_API_TOKEN", "wrong")
    assert "failed zendesk" in check()
