"""List the calls of the samples: what each shows, what is said in it, and under which names it lies in the export."""

from dataclasses import dataclass
from datetime import timedelta

from sample_data.call_model import Call
from sample_data.voices import Part

__all__ = ["CALLS", "CallSample"]


@dataclass(frozen=True, slots=True)
class CallSample:
    """A call, where its files lie, and what must become of it in the first run."""

    call: Call
    outcome: str
    why: str
    reason: str | None = None
    metadata: tuple[str, ...] = ()  # default: ujet-metadata/call-ID.json
    recording: str | None = "ujet-voice-recordings/call-{id}.mp3"
    coding: str = "mp3"
    wrapped: bool = False


def hours(number: float) -> timedelta:
    """Give that many hours."""
    return timedelta(hours=number)


def days(number: float) -> timedelta:
    """Give that many days."""
    return timedelta(days=number)


METTE, JONAS, SARA, IDA, PETER, TEMP = 5, 9, 12, 14, 17, 33

CALLS = (
    CallSample(
        Call(
            961,
            "the agent was in another team then; a tenant set to WAV that got an MP3",
            days(40),
            offset="-08:00",
            phone="+12125550131",
            parts=(
                Part(
                    SARA,
                    [
                        ("A", "Acme orders, this is Sara."),
                        ("C", "Hi, can I still change the address on my order?"),
                        ("A", "Yes, it has not left yet. Where should it go?"),
                        ("C", "To my office, please. Number twelve, Harbour Street."),
                        ("A", "Done. You will get a new confirmation."),
                    ],
                ),
            ),
        ),
        "delivered",
        "team Orders by valid_to in agents.csv; the content, not the name .wav, says that it is mp3",
        recording="ujet-voice-recordings/call-{id}.wav",
    ),
    CallSample(
        Call(
            1102,
            "recording that never came",
            days(9),
            menu="Billing",
            phone="+12125550132",
            parts=(Part(SARA, [("A", "Acme billing."), ("C", "I got the same invoice twice.")]),),
        ),
        "skipped",
        "the end is longer ago than audio.wait (7 days)",
        "audio_missing",
        recording=None,
    ),
    CallSample(
        Call(
            1131,
            "recording that comes late",
            days(2),
            menu="Support",
            phone="+12125550133",
            parts=(
                Part(
                    PETER,
                    [
                        ("A", "Support, Peter speaking."),
                        ("C", "The new router keeps losing its connection."),
                        ("A", "Please hold the button on the back for ten seconds."),
                        ("C", "All right. Now the light is green."),
                    ],
                ),
            ),
        ),
        "held",
        "the recording is not there yet, and audio.wait is not over",
        "audio_awaited",
        recording="late:ujet-voice-recordings/call-{id}.mp3",
    ),
    CallSample(
        Call(
            1418,
            "virtual agent, then an agent, then another agent, with a redaction pause",
            hours(26),
            virtual_agent_seconds=50,
            menu="Orders",
            later_menu="Orders/Order info",
            phone="+12125550134",
            parts=(
                Part(
                    METTE,
                    [
                        ("A", "Acme orders, this is Mette."),
                        ("C", "Hello, I was charged for an order I never got."),
                        ("A", "I am sorry. I will pass you on to my colleague."),
                    ],
                ),
                Part(
                    JONAS,
                    [
                        ("A", "Hi, Jonas here. How did you pay?"),
                        ("C", "By card. The number is"),
                        ("redact", 3),
                        ("A", "Thank you. The money will be back in two days."),
                        ("C", "Great, thanks."),
                    ],
                    wait_before=4,
                    voice="B",
                ),
            ),
            root={"out_ticket_id": "71450", "out_ticket_url": "https://crm.example.com/record/71450"},
        ),
        "delivered",
        "the last agent owns it; the waiting between the agents and the redacted seconds are cut out",
    ),
    CallSample(
        Call(
            1419,
            "outbound, in Danish",
            hours(25),
            lang="da",
            offset="+01:00",
            type="Voice Outbound",
            menu=None,
            wait_seconds=0,
            phone="+4531313131",
            parts=(
                Part(
                    METTE,
                    [
                        ("A", "Goddag, det er Mette fra Acme. Du har skrevet til os om en pakke."),
                        ("C", "Ja, den er ikke kommet endnu."),
                        ("A", "Den ligger klar til dig i butikken i morgen."),
                        ("C", "Det lyder godt. Tak skal du have."),
                    ],
                ),
            ),
        ),
        "delivered",
        "no menu, so the subject is the default; the customer is the number that was dialled",
    ),
)
