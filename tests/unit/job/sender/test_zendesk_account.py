"""What setting a Zendesk up takes from an intake file whose secrets are not all there yet."""

import pytest

from connector.errors import ConfigurationError
from connector.job.sender.zendesk import access_of, load_account
from connector.settings import Settings

INTAKE = """\
intake: acme-zendesk
tenant: acme
source:
  kind: zendesk
  signing_secret: "${OUR_SECRET}"
  api: {subdomain: acme, email: admin@acme.example, token: "${ZENDESK_API_TOKEN}"}
mapping: mappings/nowhere.yaml
target: {kind: capturi, token: "${CAPTURI_TOKEN}"}
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Give a function that reads the intake with one thing changed."""
    for name in ("OUR_SECRET", "CAPTURI_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ZENDESK_API_TOKEN", "t")
    (tmp_path / "jobs").mkdir()

    def read(old="", new=""):
        (tmp_path / "jobs" / "acme-zendesk.yaml").write_text(INTAKE.replace(old, new) if old else INTAKE)
        return load_account("acme-zendesk", Settings(home=tmp_path))

    return read


def test_what_is_needed_later_may_be_missing(load):
    """Neither the secret that is to be fetched nor the target's token nor the mapping is asked for."""
    account = load()
    assert "OUR_SECRET" == account.secret_variable
    access = access_of(account.intake)
    assert ("https://acme.zendesk.com", "admin@acme.example", "t") == (access.url, access.email, access.token)


def test_a_secret_without_a_variable_gets_one(load):
    """An intake that names no signing secret yet is told which variable it lies in."""
    assert "ZENDESK_SIGNING_SECRET" == load('  signing_secret: "${OUR_SECRET}"\n', "  unsigned: true\n").secret_variable


def test_what_is_needed_now_must_be_there(load, monkeypatch):
    """A token that is not set is named with the variable to set."""
    monkeypatch.delenv("ZENDESK_API_TOKEN")
    with pytest.raises(ConfigurationError, match="ZENDESK_API_TOKEN is not set"):
        load()


def test_the_wish_follows_from_the_file(load):
    """The address ends with the intake's name; notes that are sent ask for a trigger that lets them through."""
    wish = load("kind: zendesk", "kind: zendesk\n  notes: send").wish("https://c.example/base/")
    assert ("https://c.example/base/hooks/zendesk/acme-zendesk", True) == (wish.endpoint, wish.internal_notes)


def test_neither_token_nor_key_shows_in_a_repr(load):
    """What might be logged by accident holds no secret."""
    account = load("subdomain: acme", "url: https://acme.example")
    assert "'t'" not in repr(access_of(account.intake))


@pytest.mark.parametrize("limits", ["requests_per_minute: 0", "exports_per_minute: many", "email: ''"])
def test_senseless_access_is_a_mistake(load, limits):
    """A limit of nothing, and an address without a letter, are named before anything is asked."""
    with pytest.raises(ConfigurationError, match=r"source\.api"):
        load("email: admin@acme.example", limits if "email" in limits else f"email: a@b.c, {limits}")


def test_a_subdomain_is_enough(load):
    """What stands on the command line may be a subdomain, and wins over the file."""
    access = access_of(load().intake, where="other", email="b@acme.example", token="not this one")
    assert ("https://other.zendesk.com", "b@acme.example", "t") == (access.url, access.email, access.token)
