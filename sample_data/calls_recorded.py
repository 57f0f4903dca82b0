"""List the calls that show what can be with a recording: missing, late, mono, coded otherwise, in parts, broken."""

from sample_data.call_model import Call, CallSample, days, hours
from sample_data.voices import Part

__all__ = ["CALLS_RECORDED"]

METTE, SARA, IDA, PETER = 5, 12, 14, 17

CALLS_RECORDED = (
    CallSample(
        Call(
            961,
            "inbound, 40 days old: the agent was in another team then; named .wav, but mp3 inside",
            days(40),
            offset="-08:00",
            phone="+12125550131",
            parts=(
                Part(
                    SARA,
                    """
                    A: Acme orders, this is Sara.
                    C: Hi, can I still change the address on my order?
                    A: Yes, it has not left yet. Where should it go?
                    C: To my office, please. Number twelve, Harbour Street.
                    A: Done. You will get a new confirmation.
                    """,
                ),
            ),
        ),
        "delivered",
        "team Orders, because agents.csv says so until 2026-03-01; the content decides that it is mp3, not the name",
        recording="export/ujet-voice-recordings/call-{id}.wav",
    ),
    CallSample(
        Call(
            1102,
            "recording that never came",
            days(9),
            menu="Billing",
            phone="+12125550132",
            parts=(Part(SARA, "A: Acme billing, this is Sara.\nC: I got the same invoice twice."),),
        ),
        "skipped",
        "it ended longer ago than audio.wait (7 days): the recording will not come any more",
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
                    """
                    A: Support, Peter speaking.
                    C: The new router keeps losing its connection.
                    A: Please hold the button on the back for ten seconds.
                    C: All right. Now the light is green.
                    """,
                ),
            ),
        ),
        "held",
        "the recording is not there yet, and audio.wait is not over; delivered once it lies in the export",
        "audio_awaited",
        recording="late/ujet-voice-recordings/call-{id}.mp3",
    ),
    CallSample(
        Call(
            1429,
            "metadata.json in a folder of its own, beside a plain 16 bit WAV",
            hours(10),
            menu="Billing",
            phone="+12125550141",
            parts=(
                Part(
                    SARA,
                    """
                    A: Acme billing, Sara.
                    C: Where do I find my customer number?
                    A: At the top of every invoice, on the right.
                    C: Ah, there it is. Thank you very much.
                    """,
                ),
            ),
        ),
        "delivered",
        "third naming convention: the id stands in the content only; the team is Billing since 2026-03-01",
        metadata=("sessions/{id}/metadata.json",),
        recording="export/sessions/{id}/call-{id}.wav",
        coding="wav",
    ),
    CallSample(
        Call(
            1430,
            "stereo with twice the same channel, in Danish",
            hours(9),
            lang="da",
            menu="Support",
            phone="+12125550142",
            parts=(
                Part(
                    IDA,
                    """
                    A: Support, det er Ida.
                    C: Kan jeg få en ny adgangskode?
                    A: Ja, den er sendt til dig nu.
                    C: Tak, den er kommet.
                    A: Hav en god dag.
                    """,
                ),
            ),
        ),
        "delivered",
        "both speakers are on both channels: sent as Mono2Speaker, without the agent's channel",
        recording="export/ujet-voice-recordings/call-{id}.wav",
        coding="identical",
    ),
    CallSample(
        Call(
            1431,
            "mono recording; the customer's number is missing",
            hours(8),
            menu="Support",
            phone=None,
            parts=(
                Part(
                    PETER,
                    """
                    A: Acme support, Peter.
                    C: I cannot find the manual for my router.
                    A: It is on our home page, under downloads.
                    C: Found it. Goodbye.
                    """,
                ),
            ),
        ),
        "delivered",
        "sent as Mono2Speaker; the customer is `anonymous`",
        coding="mono",
    ),
    CallSample(
        Call(
            1432,
            "WAV that holds mu-law; the customer hides the number",
            hours(7),
            phone="example_anonymous",
            parts=(
                Part(
                    METTE,
                    """
                    A: Acme orders, Mette.
                    C: Do you ship to Norway?
                    A: Yes, within four days.
                    C: Good, then I will order now.
                    """,
                ),
            ),
        ),
        "delivered",
        "not a phone number, so the customer is `anonymous` (the platform's own word for it is not public)",
        recording="export/ujet-voice-recordings/call-{id}.wav",
        coding="mulaw",
    ),
    CallSample(
        Call(
            1433,
            "WAV in two parts",
            hours(6),
            menu="Billing",
            phone="+12125550143",
            parts=(
                Part(
                    SARA,
                    """
                    A: Acme billing, Sara speaking.
                    C: I would like my invoices by mail.
                    A: By letter or by e-mail?
                    C: By e-mail, please.
                    """,
                ),
            ),
        ),
        "delivered",
        "the parts are joined in their order; the whole is as long as the metadata says",
        recording="export/ujet-voice-recordings/call-{id}-{part}.wav",
        coding="parts",
    ),
    CallSample(
        Call(
            1437,
            "recording that is no audio: a storage's error page under the recording's name",
            hours(3.5),
            phone="+12125550144",
            parts=(Part(METTE, "A: Acme orders, Mette.\nC: Hello, I want to cancel my order."),),
        ),
        "refused",
        "what lies there cannot be played; kept with its reason until the file is mended",
        "audio_invalid",
        coding="error page",
    ),
)
