"""Turn the files of a contact centre into sessions: one call or chat each, as its source told it."""

from connector.session.ccai import parse, parse_transcript
from connector.session.files import BrokenRow, FilesForm, Find
from connector.session.files import parse as parse_rows
from connector.session.identity import contradict
from connector.session.mail import Mail
from connector.session.mail import parse as parse_mail
from connector.session.model import Channel, FileName, FileRole, Leg, Session, Transcript, TranscriptEntry
from connector.session.naming import classify
from connector.session.pairing import Recording, pair
from connector.session.speaker import name_roles
from connector.session.standing import Direction, direction, is_voicemail, settles_at, was_handled, will_still_move
from connector.session.transcript import compile_line

__all__ = [
    "BrokenRow",
    "Channel",
    "Direction",
    "FileName",
    "FileRole",
    "FilesForm",
    "Find",
    "Leg",
    "Mail",
    "Recording",
    "Session",
    "Transcript",
    "TranscriptEntry",
    "classify",
    "compile_line",
    "contradict",
    "direction",
    "is_voicemail",
    "name_roles",
    "pair",
    "parse",
    "parse_mail",
    "parse_rows",
    "parse_transcript",
    "settles_at",
    "was_handled",
    "will_still_move",
]
