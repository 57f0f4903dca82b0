"""Check the case calls of the rehearsal against the documented rules, one case per rule."""

from urllib.parse import quote

import pytest

from connector.sandbox import Switches

LONG = [{"name": f"field{n}", "value": "x"} for n in range(11)]
REFUSED_FIELDS = {
    "blank id": ({"caseUid": " "}, "caseUid is blank"),
    "blank source": ({"source": ""}, "source is blank"),
    "blank subject": ({"subject": "\n"}, "subject is blank"),
    "blank inbox": ({"inbox": ""}, "inbox is blank"),
    "number for status": ({"status": 3}, "status must be text"),
    "created without offset": ({"created": "2026-02-03T08:50:11"}, "created must end in Z or an offset"),
    "updated no date": ({"updated": "now"}, "updated must be a date and time"),
    "blank tag": ({"tags": [""]}, "tags[0] is blank"),
    "null tag": ({"tags": [None]}, "tags[0] must be text"),
    "repeated tag": ({"tags": ["a", "a"]}, "tags[1] repeats an earlier one"),
    "eleven custom fields": ({"customFields": LONG}, "customFields has more than 10"),
    "custom name with a dash": ({"customFields": [{"name": "a-b", "value": "x"}]}, "customFields[0].name must consist"),
    "custom name with a letter of another": (
        {"customFields": [{"name": "ø", "value": "x"}]},
        "customFields[0].name must consist",
    ),
    "custom name with a line end": ({"customFields": [{"name": "a\n", "value": "x"}]}, "customFields[0].name must"),
    "custom number": ({"customFields": [{"name": "a", "value": 5}]}, "customFields[0].value must be text"),
    "no custom value": ({"customFields": [{"name": "a"}]}, "customFields[0].value is missing"),
    "unknown field": ({"externalUid": "x"}, "externalUid is not a known field"),
}
REFUSED_MESSAGES = {
    "blank id": ({"messageUid": ""}, "messageUid is blank"),
    "blank text": ({"text": " "}, "text is blank"),
    "created no date": ({"created": "2026-02-03"}, "created must be a date and time"),
    "small direction": ({"direction": "outbound"}, "direction must be Inbound or Outbound"),
    "automatic": ({"direction": "AutoReply"}, "direction must be Inbound or Outbound"),
    "no direction": ({"direction": None}, "direction must be Inbound or Outbound"),
    "sender a text": ({"from": "bo@acme.example"}, "from must be an object"),
    "sender without name": ({"from": {"email": "a", "id": "1"}}, "from.name is missing"),
    "sender without e-mail": ({"from": {"name": "a", "id": "1"}}, "from.email is missing"),
    "sender with blank e-mail": ({"from": {"name": "a", "email": "", "id": "1"}}, "from.email is blank"),
    "outbound without id": ({"from": {"name": "a", "email": "b"}}, "from.id is missing, and an Outbound"),
    "outbound with blank id": ({"from": {"name": "a", "email": "b", "id": " "}}, "from.id is missing, and an Outbound"),
    "nobody to read it": ({"to": []}, "to is empty"),
    "reader without e-mail": ({"to": [{"name": "a"}]}, "to[0].email is missing"),
    "reader's blank name": ({"to": [{"name": "", "email": "b"}]}, "to[0].name is blank"),
    "blank attachment": ({"attachments": [""]}, "attachments[0] is blank"),
    "unknown field": ({"html": "<p>"}, "html is not a known field"),
    "name of a PATCH": ({"externalUid": "1"}, "externalUid is not a known field"),
}
REFUSED_PATCHES = {
    "priority": ({"priority": "high"}, "priority is not a known field"),
    "source": ({"source": "x"}, "source is not a known field"),
    "flag as text": ({"onlyUpdateCustomFields": "true"}, "onlyUpdateCustomFields must be true or false"),
    "no message": ({"messages": []}, "messages is empty"),
    "blank subject": ({"subject": ""}, "subject is blank"),
    "names of the other calls": ({"messages": [{"messageUid": "1"}]}, "messages[0].messageUid is not a known field"),
    "no direction": ({"messages": [{"type": "email"}]}, "messages[0].type must be Inbound or Outbound"),
    "custom names": ({"customFields": [{"name": "a b", "value": "x"}]}, "customFields[0].name must consist"),
}
EVERY_FIELD = {"priority": "high", "inbox": "Billing", "status": "open", "tags": [], "customFields": LONG[:10]}


@pytest.mark.parametrize(("extra", "says"), REFUSED_FIELDS.values(), ids=REFUSED_FIELDS)
@pytest.mark.parametrize("path", ["/v1/case", "/v1/case/messages"])
def test_case_fields_that_break_a_rule_are_refused(api, case, message, *, path, extra, says):
    """Both calls that write a case refuse a broken field by its name and keep nothing."""
    part = {"messages": [message]} if path == "/v1/case" else {"message": message}
    answer = api.put(path, json={**case, **part, **extra})
    assert 400 == answer.status_code
    assert [True] == [says in line for line in answer.text.splitlines()]
    assert kept(api, case) is None


@pytest.mark.parametrize("name", ["caseUid", "source", "created", "updated", "subject", "messages"])
def test_required_case_fields_are_required(api, case, message, name):
    """A case needs each of these."""
    body = {**case, "messages": [message]}
    del body[name]
    answer = api.put("/v1/case", json=body)
    assert (400, f"{name} is missing") == (answer.status_code, answer.text)


@pytest.mark.parametrize("name", ["messageUid", "created", "direction", "from", "to", "text"])
def test_required_message_fields_are_required(api, case, message, name):
    """A message needs each of these."""
    del message[name]
    answer = api.put("/v1/case/messages", json={**case, "message": message})
    assert (400, f"message.{name} is missing") == (answer.status_code, answer.text)


@pytest.mark.parametrize(("extra", "says"), REFUSED_MESSAGES.values(), ids=REFUSED_MESSAGES)
def test_messages_that_break_a_rule_are_refused(api, case, message, extra, says):
    """Alone or in a list, a broken message is refused by place and name."""
    broken = {**message, **extra}
    alone = api.put("/v1/case/messages", json={**case, "message": broken})
    listed = api.put("/v1/case", json={**case, "messages": [{**message, "messageUid": "0"}, broken]})
    assert (400, 400) == (alone.status_code, listed.status_code)
    assert f"message.{says}" in alone.text
    assert f"messages[1].{says}" in listed.text
    assert kept(api, case) is None


def test_an_empty_list_of_messages_is_refused(api, case):
    """A case comes with at least one message."""
    answer = api.put("/v1/case", json={**case, "messages": []})
    assert (400, "messages is empty") == (answer.status_code, answer.text)


def test_one_id_twice_in_one_body_is_refused(api, case, message):
    """Which of the two would count is not known."""
    answer = api.put("/v1/case", json={**case, "messages": [message, message]})
    assert (400, "messages[1].messageUid repeats an earlier one") == (answer.status_code, answer.text)


def test_an_inbound_sender_needs_no_id(api, case, message):
    """The id counts on outbound messages only."""
    message |= {"direction": "Inbound", "from": {"name": "Ida", "email": "ida@example.org"}}
    assert 200 == api.put("/v1/case/messages", json={**case, "message": message}).status_code


def test_a_case_is_read_back_as_sent(api, case, message):
    """Fields and messages come back as they went in."""
    message |= {"type": "email", "subject": "Refund", "attachments": ["file-1"]}
    assert 200 == api.put("/v1/case", json={**case, **EVERY_FIELD, "messages": [message]}).status_code
    found = kept(api, case)
    expected = {**case, **EVERY_FIELD, "messages": [message], "writes": 1}
    assert expected == {name: found[name] for name in expected}


def test_custom_fields_without_a_value_are_ignored(api, case, message):
    """An empty value is dropped without a message, as documented."""
    fields = [{"name": "a", "value": ""}, {"name": "b", "value": "x"}, {"name": "c", "value": " "}]
    answer = api.put("/v1/case/messages", json={**case, "customFields": fields, "message": message})
    assert 200 == answer.status_code
    assert [{"name": "b", "value": "x"}] == kept(api, case)["customFields"]


def test_put_overwrites_the_whole_case(api, case, message):
    """A second PUT replaces fields and messages; what it does not name is gone."""
    api.put("/v1/case", json={**case, "messages": [message, {**message, "messageUid": "2"}]})
    del case["inbox"]
    api.put("/v1/case", json={**case, "status": "solved", "messages": [{**message, "messageUid": "3"}]})
    found = kept(api, case)
    assert ("solved", False, ["3"], 2) == (found["status"], "inbox" in found, uids(found), found["writes"])


def test_put_of_a_message_overwrites_the_fields_and_adds_the_message(api, case, message):
    """The first such call makes the case; the next overwrites its metadata and keeps its messages."""
    api.put("/v1/case/messages", json={**case, "message": message})
    del case["tags"]
    api.put("/v1/case/messages", json={**case, "status": "solved", "message": {**message, "messageUid": "2"}})
    found = kept(api, case)
    assert ("solved", False, ["902202", "2"]) == (found["status"], "tags" in found, uids(found))


def test_post_adds_a_message_to_a_case_that_exists(api, case, message):
    """POST takes id and message only, leaves the fields, and answers 404 where there is no case."""
    body = {"caseUid": case["caseUid"], "message": {**message, "messageUid": "2"}}
    assert 404 == api.post("/v1/case/messages", json=body).status_code
    api.put("/v1/case/messages", json={**case, "message": message})
    assert 200 == api.post("/v1/case/messages", json=body).status_code
    found = kept(api, case)
    assert (["902202", "2"], case["status"]) == (uids(found), found["status"])
    flat = {"caseUid": case["caseUid"], **message}
    assert 400 == api.post("/v1/case/messages", json=flat).status_code


def test_a_repeated_message_takes_the_place_of_the_first(api, case, message):
    """By default the newer text stands where the older one stood."""
    api.put("/v1/case", json={**case, "messages": [message, {**message, "messageUid": "2"}]})
    api.put("/v1/case/messages", json={**case, "message": {**message, "text": "newer"}})
    found = kept(api, case)
    assert (["902202", "2"], "newer") == (uids(found), found["messages"][0]["text"])


@pytest.mark.parametrize(("extra", "says"), REFUSED_PATCHES.values(), ids=REFUSED_PATCHES)
def test_patches_that_break_a_rule_are_refused(api, case, message, extra, says):
    """A PATCH knows its own fields and names only."""
    api.put("/v1/case", json={**case, "messages": [message]})
    answer = api.patch(address(case), json=extra)
    assert 400 == answer.status_code
    assert says in answer.text


def test_patch_changes_only_what_it_names(api, case, message):
    """Fields that the body does not name stay; tags are replaced; messages are added or updated by their id."""
    api.put("/v1/case", json={**case, "messages": [message]})
    added = {
        "externalUid": "2",
        "created": "2026-02-03T13:00:00Z",
        "type": "Outbound",
        "from": {"email": "bo@acme.example", "name": "Bo Lind"},
        "to": [{"email": "ida@example.org", "name": "Ida Holm"}],
        "text": "Your refund is on its way.",
    }
    updated = {**added, "externalUid": "902202", "text": "newer"}
    answer = api.patch(address(case), json={"status": "resolved", "tags": ["b"], "messages": [updated, added]})
    assert 200 == answer.status_code
    found = kept(api, case)
    assert ("resolved", ["b"], case["subject"]) == (found["status"], found["tags"], found["subject"])
    assert (["902202", "2"], "newer", "Outbound") == (
        uids(found),
        found["messages"][0]["text"],
        found["messages"][1]["direction"],
    )


def test_patch_of_custom_fields_only_changes_nothing_else(api, case, message):
    """The flag leaves everything else that the body names."""
    api.put("/v1/case", json={**case, "messages": [message]})
    fields = [{"name": "resolutionTime", "value": "3 hours"}]
    api.patch(address(case), json={"status": "x", "customFields": fields, "onlyUpdateCustomFields": True})
    found = kept(api, case)
    assert (fields, case["status"]) == (found["customFields"], found["status"])


def test_patch_can_give_another_id(api, case, message):
    """The field externalUid renames the case, unless another case has that id."""
    other = {**case, "caseUid": case["caseUid"] + "/other"}
    for one in (case, other):
        api.put("/v1/case", json={**one, "messages": [message]})
    assert 409 == api.patch(address(other), json={"externalUid": case["caseUid"]}).status_code
    assert 200 == api.patch(address(other), json={"externalUid": case["caseUid"] + "/new"}).status_code
    assert kept(api, other) is None
    assert ["902202"] == uids(kept(api, {"caseUid": case["caseUid"] + "/new"}))


def test_patch_of_a_missing_case_is_404(api, case):
    """There must be a case to change."""
    assert 404 == api.patch(address(case), json={"status": "x"}).status_code


async def test_a_switch_takes_any_case_of_a_direction(start, case, message):
    """With direction_case=any the guide's spelling is taken and read back capitalised, rules of outbound included."""
    rehearsal = await start(switches=Switches(direction_case="any"))
    body = {**case, "message": {**message, "direction": "outbound"}}
    assert 200 == (await rehearsal.api.put("/v1/case/messages", json=body)).status_code
    body["message"]["from"].pop("id")
    assert 400 == (await rehearsal.api.put("/v1/case/messages", json=body)).status_code
    assert "Outbound" == (await rehearsal.got("cases"))[0]["messages"][0]["direction"]


@pytest.mark.parametrize(("value", "status", "count"), [("duplicate", 200, 2), ("refuse", 409, 1)])
async def test_a_switch_decides_about_a_repeated_message(start, case, message, *, value, status, count):
    """A repeated messageUid is kept twice or refused where the switch says so."""
    rehearsal = await start(switches=Switches(repeated_message=value))
    for expected in (200, status):
        answer = await rehearsal.api.put("/v1/case/messages", json={**case, "message": message})
        assert expected == answer.status_code
    assert count == len((await rehearsal.got("cases"))[0]["messages"])


async def test_a_switch_drops_messages_of_missing_cases(start, case, message):
    """With missing_case=drop the answer is 200 and nothing is kept, as an older text of the vendor had it."""
    rehearsal = await start(switches=Switches(missing_case="drop"))
    body = {"caseUid": case["caseUid"], "message": message}
    assert 200 == (await rehearsal.api.post("/v1/case/messages", json=body)).status_code
    assert [] == await rehearsal.got("cases")


async def test_a_switch_refuses_older_fields(start, case, message):
    """With older_update=refuse a status cannot be rolled back; by default the last writer wins, as documented."""
    rehearsal = await start(switches=Switches(older_update="refuse", times_without_offset="accept"))
    body = {**case, "message": message}
    statuses = []
    for updated in ("2026-02-03T09:41:07Z", "2026-02-03T10:41:06+01:00", "2026-02-03T09:41:08"):
        answer = await rehearsal.api.put("/v1/case/messages", json={**body, "updated": updated})
        statuses.append(answer.status_code)
    assert [200, 409, 200] == statuses
    assert 409 == (await rehearsal.api.patch(address(case), json={"updated": "2020-01-01T00:00:00Z"})).status_code


async def test_older_fields_win_by_default(start, case, message):
    """Metadata is overwritten by whoever comes last."""
    rehearsal = await start()
    for updated, status in (("2026-02-03T09:41:07Z", "new"), ("2026-01-01T00:00:00Z", "old")):
        body = {**case, "updated": updated, "status": status, "message": message}
        await rehearsal.api.put("/v1/case/messages", json=body)
    assert "old" == (await rehearsal.got("cases"))[0]["status"]


def kept(api, case):
    """Read one case back."""
    return next((one for one in api.get("/_sandbox/cases").json() if one["caseUid"] == case["caseUid"]), None)


def uids(case):
    """Give the ids of its messages in order."""
    return [one["messageUid"] for one in case["messages"]]


def address(case):
    """Give the path of its PATCH."""
    return f"/v1/case/{quote(case['caseUid'], safe='')}"
