"""List the chats of the samples: what each shows, what is written in it, and where its files lie."""

from datetime import timedelta

from sample_data.call_model import days, hours
from sample_data.chat_model import Chat, ChatSample, Entry

__all__ = ["CHATS"]

METTE, JONAS, PETER = 5, 9, 17

CHATS = (
    ChatSample(
        Chat(955, "web chat whose transcript never came", days(9), PETER, seconds=140),
        "skipped",
        "it ended longer ago than the wait of 7 days",
        "transcript_missing",
        transcript=None,
    ),
    ChatSample(
        Chat(
            957,
            "web chat with a TXT transcript; one message goes over two lines",
            hours(16),
            METTE,
            (
                Entry(9, "end_user", "Hi, where is my order?"),
                Entry(20, "agent", "Let me check."),
                Entry(26, "end_user", "Thanks"),
                Entry(
                    43,
                    "agent",
                    "It left the warehouse this morning: tracking 00-4711.\nIt should arrive tomorrow before noon.",
                ),
                Entry(54, "end_user", "Great, that was all :-)"),
                Entry(62, "agent", "You are welcome. Have a nice day!"),
            ),
        ),
        "delivered",
        "one case with six messages; names decide who wrote, for TXT knows no roles",
    ),
    ChatSample(
        Chat(
            958,
            "web chat with a JSON transcript: notice, virtual agent, photo, an entry type nobody knows",
            hours(15),
            JONAS,
            (
                Entry(0, "system", "", "noti"),
                Entry(2, "virtual_agent", "Hello! How can I help you today?", "text_template"),
                Entry(15, "end_user", "Min pakke er ikke kommet, ordre 4711 æøå"),
                Entry(21, "virtual_agent", "I will connect you to **a colleague**.", "markdown"),
                Entry(40, "agent", "Hi, this is Jonas. Can you send a picture of the receipt?"),
                Entry(75, "end_user", "9001", "photo"),
                Entry(96, "agent", "Thank you.\nThe parcel is on its way."),
                Entry(97, "agent", "readers must skip what they do not know", "example_future_type"),
                Entry(120, "end_user", "Tak!"),
            ),
            virtual_agent_seconds=24,
            seconds=126,
            identifier=None,
        ),
        "delivered",
        "message ids count every entry of the transcript, those without text included",
        transcript="export/ujet-chat-transcripts/chat-{id}.transcript.json",
    ),
    ChatSample(
        Chat(
            959,
            "SMS; the metadata file is named metadata-ID.json",
            hours(14),
            PETER,
            (
                Entry(10, "end_user", "Hvornår åbner butikken?"),
                Entry(31, "agent", "Vi åbner kl. 10. Venlig hilsen Peter"),
                Entry(55, "end_user", "Tak"),
            ),
            lang="da",
            offset="+01:00",
            type="Messaging (SMS)",
            type_v2="Messaging Inbound (SMS)",
            menu="Text messages",
            phone="+12125550161",
            identifier=None,
        ),
        "delivered",
        "second naming convention: the content says that it is a chat",
        metadata="ujet-metadata/metadata-{id}.json",
    ),
    ChatSample(
        Chat(
            960,
            "web chat whose transcript comes late",
            hours(13),
            METTE,
            (
                Entry(8, "end_user", "Can I change my password here?"),
                Entry(25, "agent", "Yes, under My account."),
            ),
        ),
        "held",
        "the transcript is not there yet; delivered once it lies in the export",
        "transcript_awaited",
        transcript="late/ujet-chat-transcripts/chat-{id}.txt",
    ),
    ChatSample(
        Chat(
            961,
            "web chat with the id of a call; its JSON transcript is itself named chat-ID.json",
            hours(9.5),
            METTE,
            (
                Entry(7, "end_user", "Is the green lamp in stock?"),
                Entry(19, "agent", "Yes, there are three left."),
                Entry(33, "end_user", "I will take one."),
            ),
        ),
        "delivered",
        "the content says what is metadata and what is transcript; call 961 is another conversation",
        transcript="export/ujet-chat-transcripts/chat-{id}.json",
    ),
    ChatSample(
        Chat(
            962,
            "abandoned chat",
            hours(8.5),
            None,
            seconds=80,
            updated=timedelta(seconds=2),
            # that the words are these is an inference: only "contains abandoned" is known
            root={"status": "abandoned", "fail_reason": "eu_abandoned"},
        ),
        "skipped",
        "no human agent answered",
        "not_handled",
        transcript=None,
    ),
)
