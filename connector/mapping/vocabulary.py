"""Know the words by which fields of foreign records are named, in English and in the Nordic languages."""

import re
from collections.abc import Iterable, Mapping

__all__ = ["WORDS", "words_of"]

WORDS: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "call": """call calls interaction conversation session contact recording segment samtale samtal opkald
            anrop""",
        "id": "id uuid guid reference ref key nr no number nummer num code nøgle",
        "agent": """agent agents operator user employee advisor adviser consultant rep representative handler owner
            medarbejder medarbejdere sagsbehandler konsulent saksbehandler handläggare ansat agenten""",
        "handle": "login initials initialer extension ext lokalnummer lokalnr lokal anknytning username",
        "name": "name navn namn fullname fornavn",
        "first": "first given fornavn",
        "last": "last family surname efternavn etternavn",
        "email": "email mail epost e",
        "team": "team department group afdeling avdeling avdelning dept unit gruppe grupp hold",
        "customer": """caller customer from ani cli client kunde kundens kund phone msisdn mobile telefon tlf telephone
            remote source calling party abonnent opkalder opkaldende oppringer innringer""",
        "called": "to called dnis destination did support til callee dialed dialled",
        "company": "company organisation organization firm firma virksomhed företag bedrift",
        "subject": """queue skill campaign reason topic subject category service ivr menu kø emne årsag line purpose
            ämne""",
        "status": "status disposition outcome result state wrapup resultat",
        "label": "direction type channel language lang tag tags retning sprog språk priority media",
        "start": """start started begin began begun answer answered connect connected created opened initiated
            starttid starttidspunkt påbegyndt startet begyndt besvaret oprettet påbörjad påbegynt""",
        "when": "date time datetime timestamp dato tid tidspunkt datum klokkeslæt",
        "end": """end ended ends finish finished stop stopped hangup completed disconnect disconnected closed slut
            sluttid sluttet afsluttet avsluttet avslutad""",
        "updated": "updated update modified changed ændret opdateret edited exported",
        "consent": """consent permission gdpr optin opt samtykke samtycke tilladelse allowed agreed accepted
            approved""",
        "figure": """duration wait waiting hold talk queued wrap acw ring ringing seconds sec secs varighed ventetid
            taletid sekunder rating score csat nps transfers count length handling""",
        "matter": "ticket case order crm sag sak ordre ärende invoice faktura",
        "recorded": "recording audio file filename wav mp3 optagelse lydfil lyd opptak inspelning path url link uri",
    }.items()
}
"""What a field can be about -> the words that say so."""

_EVERY = frozenset(word for words in WORDS.values() for word in words)
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[a-zæøå0-9])(?=[A-ZÆØÅ])|(?<=[A-Z])(?=[A-Z][a-z])")
SHORTEST = 2
LONGEST = 60


def words_of(names: Iterable[str]) -> tuple[str, ...]:
    """Give the words of a field's names in lower case; names written without gaps are cut where that gives words."""
    tokens = [token.lower() for name in names for token in _TOKEN.findall(_HUMP.sub(" ", name))]
    return tuple(word for token in tokens for word in _cut(token))


def _cut(token: str) -> tuple[str, ...]:
    """Give the known words that a token is made of without a rest, the fewest; else the token itself."""
    if token in _EVERY or len(token) > LONGEST:
        return (token,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(token) + 1):
        for start in range(end - SHORTEST + 1):
            word = token[start:end]
            if start in best and word in _EVERY and (end not in best or len(best[start]) + 1 < len(best[end])):
                best[end] = (*best[start], word)
    return best.get(len(token), (token,))
