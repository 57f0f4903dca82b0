"""Tell which places of a source record the job itself reads, whatever its mappings do, and what for."""

from connector.job.definition.model import Job
from connector.session.ccai import READ_FOR

__all__ = ["paths_read"]


def paths_read(job: Job) -> dict[str, str]:
    """Give the paths, or names of columns, with what each is read for, in words."""
    reading = job.source.reading
    of_source = READ_FOR if reading is None else reading.options.read_for()
    return {**{one.path: "the job's filter" for one in job.filter}, **of_source}
