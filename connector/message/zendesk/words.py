"""Know what Zendesk's words for people mean, in the languages they are shown in.

Triggers render status, priority and channel as labels, possibly translated; the interface for programs has one word for
each. A word that is not listed here is passed on as it is: an account may have made it itself.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final
from unicodedata import normalize

__all__ = ["CHANNELS", "PRIORITIES", "STATUSES", "is_end_user", "is_false", "is_staff", "known_word", "told"]

_ABSENT: Final = frozenset({"", "-", "\N{EN DASH}", "\N{EM DASH}"})


def _table(rows: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({label: word for word, labels in rows.items() for label in (word, *labels.split("|"))})


STATUSES: Final = _table(
    {
        "new": "ny|neu|nieuw|nouveau|nouvelle|nuevo|nuovo|novo|uusi|nowe|nowy",
        "open": "åben|åbent|öppen|öppet|åpen|åpent|offen|ouvert|ouverte|abierto|aperto|aberto|avoin|otwarte|otwarty",
        "pending": "afventer|afventende|väntande|väntar|venter|ventende|wartend|in wartestellung|in behandeling|"
        "en attente|pendiente|in attesa|pendente|odottaa|oczekujące|oczekuje",
        "hold": "on-hold|on hold|på hold|sat på hold|i bero|i venteposition|pausad|parkerad|på vent|angehalten|"
        "in de wacht|en pause|en espera|in sospeso|em espera|pidossa|wstrzymane",
        "solved": "løst|løste|löst|gelöst|opgelost|résolu|résolue|resuelto|risolto|resolvido|ratkaistu|rozwiązane",
        "closed": "lukket|stängd|stängt|lukka|geschlossen|gesloten|fermé|clos|clôturé|cerrado|chiuso|fechado|suljettu|"
        "zamknięte",
    }
)
PRIORITIES: Final = _table(
    {
        "low": "lav|låg|niedrig|laag|basse|faible|baja|bassa|baixa|matala|niski",
        "normal": "normale|normaali|normalny|mittel|medium",
        "high": "høj|hög|høy|hoch|hoog|haute|élevée|alta|korkea|wysoki",
        "urgent": "haster|presserende|akut|brådskande|haste|dringend|spoed|urgente|kiireellinen|pilny",
    }
)
CHANNELS: Final = _table(
    {
        "mail": "email|e-mail|e-post|epost|mail|e-mailadresse",
        "web": "web form|webform|webformular|web-formular|webbformulär|nettskjema|formulaire web|formulario web|"
        "webformulier|web_form",
        "api": "web service (api)|web service|webservice (api)|webtjeneste (api)|webbtjänst (api)|web_service|"
        "service web (api)|servicio web (api)",
        "chat": "live chat",
        "messaging": "native messaging|native_messaging",
        "voice": "phone|phone call|phone call (incoming)|phone call (outgoing)|telefon|telefonopkald",
        "facebook": "facebook post|facebook message|facebook private message|facebook messenger",
        "twitter": "twitter|tweet|twitter direct message|x corp|x corp post|x corp direct message",
        "whatsapp": "whats app",
        "sms": "text|text message",
    }
)
_END_USERS: Final = frozenset({"end user", "enduser", "slutbruger", "endbenutzer", "slutanvändare", "sluttbruker"})
_STAFF: Final = frozenset(
    {"agent", "admin", "administrator", "owner", "light agent", "contributor", "team lead", "billing admin", "staff"}
)
_FALSE: Final = frozenset({"false", "no", "0"})


def told(value: Any) -> str | None:
    """Give a text without the blanks around it; None where it is empty, a dash, or a placeholder nobody filled in."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    return None if text in _ABSENT or (text.startswith("{{") and text.endswith("}}")) else text


def known_word(value: Any, table: Mapping[str, str]) -> str | None:
    """Give the program's word for a label, or the label itself where it is not known."""
    label = told(value)
    if label is None:
        return None
    # A letter with an accent may come as two signs.
    return table.get(" ".join(normalize("NFC", label).casefold().split()), label)


def is_end_user(role: str) -> bool:
    """Tell whether the role is that of a customer."""
    return _plain(role) in _END_USERS


def is_staff(role: str) -> bool:
    """Tell whether the role is that of somebody who answers customers."""
    return _plain(role) in _STAFF


def is_false(value: Any) -> bool:
    """Tell whether the value says no beyond doubt."""
    return value is False or (isinstance(value, str) and value.strip().casefold() in _FALSE)


def _plain(role: str) -> str:
    return " ".join(_words(role))


def _words(role: str) -> Iterable[str]:
    return role.casefold().replace("-", " ").replace("_", " ").split()
