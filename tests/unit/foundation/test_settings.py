"""What is said of the process's own settings."""

from connector import settings


def test_a_misspelt_setting_is_noticed(tmp_path, monkeypatch):
    """A name close to a setting's gets a hint; names that only begin alike belong to the user."""
    monkeypatch.setenv("CONNECTOR_LEDGR", "elsewhere.db")
    monkeypatch.setenv("CONNECTOR_ZENDESK_SIGNING_SECRET", "x")
    (tmp_path / ".env").write_text("CONNECTOR_HASH_KAY=1\n")
    found = settings.doubtful(tmp_path)
    assert ["CONNECTOR_HASH_KAY", "CONNECTOR_LEDGR"] == [line.split()[0] for line in found]
    assert "'LEDGER'" in found[1]
