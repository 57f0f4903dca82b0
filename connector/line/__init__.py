"""Ask servers over HTTP: connections through proxies, patience with them, and words for their trouble."""

from connector.line.endpoint import read_endpoint
from connector.line.line import Line, Response
from connector.line.model import PASSING, Answer, Request
from connector.line.patience import Effort, Patience

__all__ = ["PASSING", "Answer", "Effort", "Line", "Patience", "Request", "Response", "read_endpoint"]
