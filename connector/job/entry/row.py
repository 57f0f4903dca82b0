"""Make the row of a session that the ledger has not met yet."""

from connector.job.entry.version import version_of
from connector.job.execution.model import Execution
from connector.ledger import EntryRow, entry_id
from connector.session import Session

__all__ = ["first_row"]


def first_row(run: Execution, session: Session, leg: str = "", *, file_id: int | None = None) -> EntryRow:
    """Give the row of a session that the ledger has not met yet."""
    job, now = run.plan.job, run.now()
    used = run.plan.mappings.get(session.channel)
    return EntryRow(
        id=entry_id(job.tenant, session.source_kind, session.channel, session.id, leg=leg, target=run.target_name),
        tenant=job.tenant,
        source_kind=session.source_kind,
        channel=session.channel,
        session_id=session.id,
        leg=leg,
        target=run.target_name,
        job=job.job,
        state="sending",
        uuid=session.uuid,
        started_at=session.created_at,
        ended_at=session.ends_at or session.created_at,
        version=version_of(session),
        file_id=file_id,
        mapping=used.name if used else None,
        mapping_hash=used.hash if used else None,
        policy_hash=run.policy_hash,
        run_id=run.run_id,
        first_seen_at=now,
        changed_at=now,
    )
