"""Test what a job says it reads of a record by itself."""

from connector.job.definition.attention import paths_read
from connector.job.definition.model import Job


def job(**facts):
    source = {"storage": "export", **facts.pop("source", {})}
    target = {"kind": "capturi", "url": "http://127.0.0.1:1", "token": "x"}
    whole = {"job": "calls", "tenant": "acme", "mappings": {"call": "mappings/calls.yaml"}, "target": target}
    return Job.model_validate({**whole, "source": source, **facts})


def test_a_job_over_foreign_files_reads_what_its_options_name():
    """Id, end, agent and recording are named by the job, each with what it is for; a filter is added."""
    options = {"id": "Call ID", "ended_at": "Ended", "agent": {"email": "mail"}, "recording": {"path": "file"}}
    read = paths_read(job(source={"kind": "files", "options": options}, filter=[{"path": "queue", "equals": "Orders"}]))
    assert {"Call ID", "Ended", "mail", "file", "queue"} == read.keys()
    assert ("the id", "the agent's email") == (read["Call ID"], read["mail"])


def test_a_job_over_the_platforms_sessions_reads_their_times_and_legs():
    """What tells a session's end, kind and agents is read whatever the mapping does."""
    assert {"ends_at", "call_type", "handle_durations[].agent_id", "agent_info.email"} <= paths_read(job()).keys()
