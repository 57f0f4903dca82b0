"""How an intake file is read, and how its mistakes are told."""

from datetime import timedelta

import pytest

from connector.errors import ConfigurationError
from connector.job.definition import loader
from connector.job.definition.schema import schema
from connector.job.definition.size import parse_size
from connector.message.options import Mailbox, Secret
from tests.servers.service import SECRET, write_project

WHOLE = """\
intake: whole
tenant: acme
source:
  kind: zendesk
  signing_secret: "${SIGNING_SECRET}"
  api_key: "Bearer ${API_KEY}"
  secret: {header: X-Secret, mode: hmac-sha256-hex, value: "${API_KEY}"}
  tolerance: 10m
  max_body: 256KiB
  notes: send
  stand_in: {name: Nobody, email: nobody@acme.example}
  mailbox: {name: Support, email: support@acme.example, id: support}
mapping: mappings/zendesk-comment.yaml
target: {kind: capturi, url: http://127.0.0.1:8787, token: "${CAPTURI_TOKEN}"}
limits: {concurrency: 8, requests_per_second: 20}
"""


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path)


def mistakes(project, text, name="whole"):
    """Give what is told of a file with this text, without its folder."""
    (project.home / "jobs" / f"{name}.yaml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        loader.load_intake(name, project)
    return [str(problem).removeprefix(f"{project.home}/jobs/") for problem in caught.value.problems]


def test_everything_that_a_file_says_reaches_the_sender(project):
    """Every key of the file is in what its reader works with, secrets filled in from the environment."""
    (project.home / "jobs" / "whole.yaml").write_text(WHOLE)
    plan = loader.load_intake("whole", project)
    options = plan.intake.options()
    assert ("whole", "acme", SECRET, "Bearer key") == (
        options.name,
        options.tenant,
        options.signing_secret,
        options.api_key,
    )
    assert Secret("x-secret", "hmac-sha256-hex", "key") == options.secret
    assert Mailbox("Support", "support@acme.example", "support") == options.mailbox
    assert Mailbox("Nobody", "nobody@acme.example") == options.stand_in
    assert (timedelta(minutes=10), "send", False) == (options.tolerance, options.notes, options.relays)
    assert (256 << 10, 8, 20.0) == (
        plan.intake.source.max_body,
        plan.intake.limits.concurrency,
        plan.intake.limits.requests_per_second,
    )
    assert "/hooks/zendesk/whole" == plan.address
    assert SECRET not in repr(plan.intake)


def test_all_mistakes_are_told_at_once_with_their_places(project):
    """One look tells every mistake of the file and of what it names, each with line and column."""
    text = (
        WHOLE.replace("intake: whole", "intake: other")
        .replace('"${SIGNING_SECRET}"', "written-down")
        .replace("10m", "soon")
        .replace("256KiB", "much")
        .replace("notes: send", "relay: https://crm.example/hook")
        .replace("zendesk-comment", "sangoma-message")
        .replace("http://127.0.0.1:8787", "http://capturi.example")
        .replace("limits", "limit")
    )
    told = "\n".join(mistakes(project, text))
    for said in (
        "whole.yaml:1:1: intake: is 'other', but the file is whole.yaml",
        "whole.yaml:5:3: source.signing_secret: is a secret and must not stand in the file",
        "whole.yaml:8:3: source.tolerance: is not a length of time",
        "whole.yaml:9:3: source.max_body: is not an amount of bytes",
        "whole.yaml:10:3: source.relay: means nothing to a source of kind zendesk",
        "whole.yaml:13:1: mapping: reads sangoma.message, and the source is of kind zendesk",
        "whole.yaml:14:25: target.url: would send the token unencrypted",
        "whole.yaml:15:1: limit: is not a known key",
    ):
        assert said in told
    assert "written-down" not in told


def test_a_mapping_that_is_not_there_is_told_where_it_is_named(project):
    """Whoever wrote the file sees the line that names the mapping, and where a shipped one is to be had."""
    (told,) = mistakes(project, WHOLE.replace("zendesk-comment.yaml", "none.yaml"))
    assert told.startswith("whole.yaml:13:1: mapping: there is no file ")
    assert "connector init" in told


def test_a_harmless_key_of_another_kind_is_warned_of(project):
    """A list of bots, a silence or a word on notes that a kind has no use for stops nothing, and is told."""
    text = WHOLE.replace("  notes: send", "  notes: send\n  bots: [64aa00bb]\n  idle: 2h")
    (project.home / "jobs" / "whole.yaml").write_text(text)
    told = [warning.field for warning in loader.load_intake("whole", project).warnings]
    assert ["source.bots", "source.idle"] == told


@pytest.mark.parametrize("proof", ["", "unsigned: false", 'api_key: ""', "secret:", "tolerance: 5m"])
def test_a_sender_without_proof_is_refused(project, proof):
    """Where nothing proves who sends, the file must say that this is meant."""
    proofs = ("signing_secret", "api_key", "secret")
    lines = [line for line in WHOLE.splitlines() if not line.strip().startswith(proofs)]
    text = "\n".join(lines).replace("  kind: zendesk", f"  kind: zendesk\n  {proof}")
    text = text.replace("  tolerance: 10m\n", "") if "tolerance" in proof else text
    told = mistakes(project, text)
    assert any("nothing proves who sends" in said or "must not be empty" in said for said in told)
    (project.home / "jobs" / "whole.yaml").write_text(text.replace(f"  {proof}\n", "  unsigned: true\n", 1))
    assert loader.load_intake("whole", project).intake.source.unsigned


def test_jobs_and_intakes_are_told_apart(project):
    """An intake is no job to run, a job is no intake to serve, and a file that is both is neither."""
    (project.home / "jobs" / "nightly.yaml").write_text("job: nightly\n")
    assert ["nightly"] == loader.names(project.home)
    assert "acme-zendesk" in loader.intakes(project.home)
    with pytest.raises(ConfigurationError, match="is an intake and no job"):
        loader.load("acme-zendesk", project)
    assert any("job: is not a known key" in said for said in mistakes(project, WHOLE + "job: whole\n"))


@pytest.mark.parametrize(
    ("written", "size"), [(4096, 4096), ("1MiB", 1 << 20), ("256 kB", 256_000), ("1.5KiB", 1536), ("9B", 9)]
)
def test_amounts_of_bytes_are_read_as_people_write_them(written, size):
    """A number is bytes; a text says its unit."""
    assert size == parse_size(written)


@pytest.mark.parametrize("written", ["1", "1mb", "MiB", "-1MiB", "", None, True, 1.5])
def test_what_is_no_amount_of_bytes_is_refused(written):
    """A text without a known unit is a mistake."""
    with pytest.raises(ValueError, match="not an amount"):
        parse_size(written)


def test_editors_get_a_schema_of_intakes():
    """`connector schema intake` describes every key, and allows no other."""
    told = schema("intake")
    assert {"intake", "tenant", "source", "mapping", "target", "limits"} <= set(told["properties"])
    assert told["additionalProperties"] is False
