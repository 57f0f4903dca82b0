"""Take requests in over HTTP: stored before they are answered, answered as their senders understand it."""

from connector.web.app import create_app
from connector.web.bounds import Bounds
from connector.web.reception import Reception
from connector.web.service import serve

__all__ = ["Bounds", "Reception", "create_app", "serve"]
