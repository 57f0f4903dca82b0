"""List the calls that show who spoke: in, out, called back, handed over, held, exported twice."""

from datetime import timedelta

from sample_data.call_model import Call, CallSample, hours
from sample_data.voices import Part

__all__ = ["CALLS_USUAL"]

METTE, JONAS, SARA, IDA, PETER = 5, 9, 12, 14, 17

CALLS_USUAL = (
    CallSample(
        Call(
            1418,
            "virtual agent, then two human agents one after the other, with a redaction pause",
            hours(26),
            virtual_agent_seconds=50,
            later_menu="Orders/Order info",
            phone="+12125550134",
            parts=(
                Part(
                    METTE,
                    """
                    A: Acme orders, this is Mette.
                    C: Hello, I was charged for an order I never got.
                    A: I am sorry. I will pass you on to my colleague.
                    """,
                ),
                Part(
                    JONAS,
                    """
                    A: Hi, Jonas here. How did you pay?
                    C: By card. The number is
                    [redact 3]
                    A: Thank you. The money will be back in two days.
                    C: Great, thanks.
                    """,
                    wait_before=4,
                    voice="B",
                ),
            ),
            root={"out_ticket_id": "71450", "out_ticket_url": "https://crm.example.com/record/71450"},
        ),
        "delivered",
        "the last agent owns it; the wait between the agents and the redacted seconds are cut out",
    ),
    CallSample(
        Call(
            1419,
            "outbound, in Danish, other offset",
            hours(25),
            lang="da",
            offset="+01:00",
            type="Voice Outbound",
            menu=None,
            wait_seconds=0,
            phone="+4531313131",
            contact="6b0105e38ab9acc79",
            parts=(
                Part(
                    METTE,
                    """
                    A: Goddag, det er Mette fra Acme. Du har skrevet til os om en pakke.
                    C: Ja, den er ikke kommet endnu.
                    A: Den ligger klar til dig i butikken i morgen.
                    C: Det lyder godt. Tak skal du have.
                    """,
                ),
            ),
        ),
        "delivered",
        "no menu, so the subject is the default; the customer is the number that was dialled",
    ),
    CallSample(
        Call(
            1420,
            "callback asked for on the web site, after 27 minutes of waiting",
            hours(24.5),
            type="Voice Callback (Web)",
            menu="Support",
            wait_seconds=1620,
            phone="+12125550136",
            parts=(
                Part(
                    IDA,
                    """
                    A: Hello, this is Ida from Acme support. You asked us to call.
                    C: Yes, my bill shows a service I never ordered.
                    A: I see it. I have removed it from the next bill.
                    """,
                ),
            ),
        ),
        "delivered",
        "the platform dialled, yet the customer asked for it; the agent is found by her number",
    ),
    CallSample(
        Call(
            1424,
            'wrapper {"call": …}, arrays null or absent, formatted phone number',
            hours(20),
            offset="+01:00",
            menu="Orders/Order info",
            phone="+1 212-555-0115",
            parts=(
                Part(
                    JONAS,
                    """
                    A: Order info, Jonas.
                    C: When will the blue chairs be back in stock?
                    A: Next Monday. Shall I put two aside for you?
                    C: Yes please.
                    """,
                    voice="B",
                ),
            ),
            root={"transfers": None, "virtual_agent_handle_durations": None},
        ),
        "delivered",
        "the wrapper is taken off, the number is brought into one form",
        wrapped=True,
    ),
    CallSample(
        Call(
            1427,
            "exported twice under two date folders; only the second export has the rating",
            hours(12.2),
            menu="Orders/Order info",
            phone="+12125550137",
            survey=(5, "Great help"),
            parts=(
                Part(
                    JONAS,
                    """
                    A: Acme order info, Jonas speaking.
                    C: Can I pick my order up instead of having it sent?
                    A: Sure. It is ready from ten o'clock.
                    C: Perfect, see you then.
                    """,
                    voice="B",
                ),
            ),
        ),
        "delivered",
        "one session, however many files: the newest updated_at wins",
        metadata=("metadata/2026/03/23/call-{id}.json", "metadata/2026/03/24/call-{id}.json"),
        recording="export/call_recording/2026/03/23/call-{id}.mp3",
    ),
    CallSample(
        Call(
            1434,
            "the same agent twice: she passed the call on to the queue and got it back",
            hours(5),
            later_menu="Orders/Order info",
            phone="+12125550138",
            parts=(
                Part(
                    METTE,
                    """
                    A: Acme orders, Mette.
                    C: I would like to add a lamp to my order.
                    A: One moment, I will put you through.
                    """,
                ),
                Part(
                    METTE,
                    """
                    A: It is me again, everybody else is busy. I have added the lamp.
                    C: That was quick. Thank you.
                    """,
                    wait_before=3,
                ),
            ),
        ),
        "delivered",
        "two segments of one agent; the wait between them is cut out",
        metadata=("metadata/2026/03/24/call-{id}.json",),
        recording="export/call_recording/2026/03/24/call-{id}.mp3",
    ),
    CallSample(
        Call(
            1435,
            "hold time, in Danish; the rating is a string",
            hours(4.5),
            lang="da",
            menu="Support",
            phone="+12125550139",
            survey=("4", "Tak for hjælpen"),
            parts=(
                Part(
                    PETER,
                    """
                    A: Support, du taler med Peter.
                    C: Min router blinker rødt.
                    A: Et øjeblik, jeg tjekker forbindelsen.
                    [hold 5]
                    A: Der var en fejl på linjen. Nu skulle det virke.
                    C: Ja, nu er lampen grøn.
                    """,
                ),
            ),
        ),
        "delivered",
        "hold has no times in the metadata, so nothing is cut; the agent is found by his e-mail",
    ),
    CallSample(
        Call(
            1436,
            "scheduled on the web site; the metadata file is named metadata-ID.json",
            hours(4),
            type="Voice Scheduled (Web)",
            menu="Billing",
            wait_seconds=0,
            scheduled=timedelta(minutes=2),
            phone="+12125550140",
            parts=(
                Part(
                    SARA,
                    """
                    A: Sara from Acme billing. You booked a call about your invoice.
                    C: Yes. May I pay it in two parts?
                    A: You may. I will send you a new plan today.
                    """,
                ),
            ),
        ),
        "delivered",
        "second naming convention: the content says that it is a call",
        metadata=("ujet-metadata/metadata-{id}.json",),
    ),
)
