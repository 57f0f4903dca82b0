"""Hand conversations, recordings and cases to Capturi, each one once as far as that can be known."""

from connector.delivery.client import Capturi
from connector.delivery.hours import Hours
from connector.delivery.limits import Budget, Limits
from connector.delivery.model import Api, Created, Delivered, Journal, Parcel, Recording, Step, Uploaded
from connector.delivery.portal import Found, Portal, Visitor
from connector.delivery.retry import LONGEST_REST, Policy, rest
from connector.delivery.sender import deliver, deliver_case, deliver_change, deliver_message
from connector.delivery.transport import Route

__all__ = [
    "LONGEST_REST",
    "Api",
    "Budget",
    "Capturi",
    "Created",
    "Delivered",
    "Found",
    "Hours",
    "Journal",
    "Limits",
    "Parcel",
    "Policy",
    "Portal",
    "Recording",
    "Route",
    "Step",
    "Uploaded",
    "Visitor",
    "deliver",
    "deliver_case",
    "deliver_change",
    "deliver_message",
    "rest",
]
