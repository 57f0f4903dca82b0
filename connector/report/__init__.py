"""Show from the ledger what a run did to every conversation and every field, in a form a person can keep."""

from connector.report.choice import Wish, choose
from connector.report.making import make
from connector.report.model import Report
from connector.report.reading import read
from connector.report.writer import FORMATS, write, write_files

__all__ = ["FORMATS", "Report", "Wish", "choose", "make", "read", "write", "write_files"]
