"""List the calls that do not go at once: nobody spoke, consent, agent or time are against it."""

from datetime import timedelta

from sample_data.call_model import Call, CallSample, hours
from sample_data.voices import Part

__all__ = ["CALLS_APART", "GROWING", "LATIN1", "TRUNCATED"]

METTE, JONAS, IDA, TEMP = 5, 9, 14, 33

CALLS_APART = (
    CallSample(
        Call(
            1421,
            "abandoned in the queue",
            hours(23),
            wait_seconds=94,
            phone="+12125550145",
            updated=timedelta(seconds=1),
            root={"status": "failed", "fail_reason": "eu_abandoned"},
        ),
        "skipped",
        "no human agent spoke",
        "not_handled",
        recording=None,
    ),
    CallSample(
        Call(
            1422,
            "voicemail",
            hours(22),
            wait_seconds=0,
            phone="+12125550146",
            updated=timedelta(seconds=8),
            # the word is invented: only `not_voicemail` is known
            root={"status": "voicemail_received", "voicemail_reason": "example_reason_not_documented"},
        ),
        "skipped",
        "a voicemail is no conversation",
        "voicemail",
        recording="export/ujet-voicemails/call-{id}.mp3",
        coding="voicemail",
    ),
    CallSample(
        Call(
            1423,
            "handled by a virtual agent only",
            hours(21),
            virtual_agent_seconds=71,
            wait_seconds=0,
            menu=None,
            phone="+12125550147",
            updated=timedelta(seconds=9),
        ),
        "skipped",
        "no human agent spoke",
        "not_handled",
        metadata=("metadata/2026/03/23/call-{id}.json",),
        recording=None,
    ),
    CallSample(
        Call(
            1425,
            "consent: a word that the mapping does not list",
            hours(19),
            permission="example_unlisted_value",
            phone="+12125550148",
            parts=(
                Part(
                    METTE,
                    """
                    A: Acme orders, Mette.
                    C: Is the red jacket made of wool?
                    A: Half wool, half cotton.
                    C: Thanks, I will think about it.
                    """,
                ),
            ),
        ),
        "held",
        "what nobody knows is never a yes: waits until the mapping names the word",
        "consent_unknown",
    ),
    CallSample(
        Call(
            1426,
            "consent refused, therefore no recording",
            hours(18),
            permission="denied",
            phone="+12125550149",
            parts=(Part(METTE, "A: Acme orders, Mette.\nC: I do not want to be recorded."),),
            root={"recording_url": None, "recordings": []},
        ),
        "skipped",
        "the mapping lists the word as a no",
        "consent_refused",
        recording=None,
    ),
    CallSample(
        Call(
            1428,
            "an agent who is not in agents.csv",
            hours(11),
            menu="Support",
            phone="+12125550150",
            parts=(
                Part(
                    TEMP,
                    """
                    A: Acme support, you are speaking with Winter.
                    C: Where can I return a broken lamp?
                    A: In any of our shops, within thirty days.
                    """,
                ),
            ),
        ),
        "held",
        "waits until agents.csv has the agent (unknown: hold)",
        "agent_unknown",
    ),
    CallSample(
        Call(
            1438,
            "ended six minutes ago",
            timedelta(minutes=6),
            phone="+12125550151",
            updated=timedelta(seconds=12),
            parts=(
                Part(
                    JONAS,
                    """
                    A: Acme orders, Jonas.
                    C: Has my order been sent?
                    A: It left this morning, you will have it tomorrow.
                    C: Lovely, thank you.
                    """,
                    voice="B",
                ),
            ),
        ),
        "held",
        "will be exported again after the wrap-up (settle: 20m)",
        "settling",
    ),
    CallSample(
        Call(
            1439,
            "scheduled for later: not yet happened",
            hours(2),
            type="Voice Scheduled (Mobile)",
            scheduled=hours(-5),
            wait_seconds=0,
            phone="+12125550152",
            updated=timedelta(seconds=1),
            root={"status": "scheduled", "ends_at": None, "participants": [], "consumer_handle_durations": []},
        ),
        "skipped",
        "its status will still move; judged anew when the file changes",
        "not_finished",
        recording=None,
    ),
)

GROWING = CallSample(
    Call(
        1440,
        "a metadata file that is still being written",
        timedelta(minutes=42),
        updated=timedelta(minutes=16),
        phone="+12125550153",
        parts=(
            Part(
                METTE,
                """
                A: Acme orders, Mette speaking.
                C: I would like to send two shirts back.
                A: I will mail you a label. Put it on the parcel.
                C: Thank you, bye.
                """,
            ),
        ),
    ),
    "held",
    "younger than 60 seconds and cut off: the rest may still come; delivered once it is whole, refused when it stays",
    "settling",
)
TRUNCATED = Call(1441, "cut off in the middle, three hours ago", hours(3), phone="+12125550154")
LATIN1 = Call(
    1442,
    "written in Latin-1 instead of UTF-8",
    hours(2.8),
    lang="da",
    phone="+12125550155",
    survey=(5, "Ida var sød og hjælpsom"),
    parts=(Part(IDA, "A: Support, det er Ida.\nC: Tak for sidst."),),
)
