"""Add the command `upgrade`: bring the ledger's tables to this version."""

from connector.cli.app import app, guarded, load_settings, output

__all__ = ["upgrade"]


@app.command(epilog="Example: `connector upgrade`, once after a newer version was installed, before anything runs.")
@guarded
def upgrade() -> None:
    """Make the ledger's tables, or bring them to this version.

    A SQLite ledger does so by itself, after a backup copy. PostgreSQL waits for this command: its tables change in one
    transaction, so nothing is half done, and a backup is yours to make first.
    """
    from connector import clock, ledger  # noqa: PLC0415 - `connector --help` must not pay for the database

    settings = load_settings()
    before, after = ledger.upgrade(settings.ledger_url, clock.SystemClock())
    output.print(f"ledger: {ledger.place_of(settings.ledger_url)}", markup=False, soft_wrap=True)
    if before is None:
        output.print(f"  its tables were made, version {after}")
    elif before == after:
        output.print(f"  nothing to do: it has version {after}")
    else:
        output.print(f"  upgraded from version {before} to {after}; every entry is kept")
        if (file := ledger.file_of(settings.ledger_url)) is not None:
            output.print(f"  what was before lies beside it: {file.name}.{before}-….backup", markup=False)
