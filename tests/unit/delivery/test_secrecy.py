import json
import logging
import traceback

import pytest
import structlog

from connector.delivery import Capturi, Policy, Route, deliver
from connector.errors import ConnectorError

FAULTS = ["reset_at_head", "reset_at_body", "stall_at_body", "close_at_body", "cut_answer", "early", "garbage"]
PERSON = ("Agnete", "Lindqvist", "agnete@", "31313131")
STATUSES = [200, 301, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500, 503]


def everything_about(error):
    """Give all that a log could say about an error and all that it hangs together with."""
    said = ["".join(traceback.format_exception(error, chain=True))]
    seen, waiting = set(), [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        said += [str(one), repr(one), repr(one.args), repr(vars(one))]
        waiting += [one.__cause__, one.__context__]
    return "\n".join(said)


@pytest.fixture
def attempt(caplog, journal):
    """Deliver, and give all that was said about it: the error, the log of every library, the steps."""
    caplog.set_level(logging.DEBUG)

    async def deliver_and_listen(capturi, parcel):
        said = ""
        with structlog.testing.capture_logs() as lines:
            try:
                await deliver(parcel, capturi, journal)
            except ConnectorError as error:
                said = everything_about(error)
        return "\n".join([said, caplog.text, repr(lines), repr(journal.lines), repr(capturi)])

    return deliver_and_listen


@pytest.mark.parametrize("status", STATUSES)
async def test_token_and_person_after_a_status(stub, target, parcel, attempt, status):
    """Even where the target sends back all it got, no error, log line or step has the token or the person in it."""
    echo = f"Authorization {stub.token} sent Agnete Lindqvist, agnete@acme.example, +4531313131"
    body = json.dumps({"error": echo, "headers": {"Authorization": stub.token}}).encode()
    stub.script = [stub.reply(status=status, body=body)] * 8
    async with target(tries=2) as capturi:
        said = await attempt(capturi, parcel(b"x"))
    assert [] == [secret for secret in (stub.token, *PERSON) if secret in said]


@pytest.mark.parametrize("fault", FAULTS)
async def test_token_after_a_fault_in_the_create(stub, target, parcel, attempt, fault):
    """No fault of the network at the create brings the token or the person into an error, a log line or a step."""
    stub.script = [stub.reply(fault=fault)] * 3
    async with target(tries=2, idle_seconds=0.05) as capturi:
        said = await attempt(capturi, parcel(b"x"))
    assert [] == [secret for secret in (stub.token, *PERSON) if secret in said]


@pytest.mark.parametrize("fault", FAULTS)
async def test_token_after_a_fault_in_the_upload(stub, target, parcel, attempt, fault):
    """No fault of the network at the upload brings the token or the person into an error, a log line or a step."""
    stub.script = [stub.reply(fault=fault)] * 3
    async with target(tries=2, idle_seconds=0.05) as capturi:
        said = await attempt(capturi, parcel(b"x" * 1000, created=True))
    assert [] == [secret for secret in (stub.token, *PERSON) if secret in said]


async def test_token_when_nobody_is_there(dead_port, clock, parcel, attempt):
    """A target that cannot be reached does not bring the token out either."""
    route = Route(f"http://127.0.0.1:{dead_port}")
    async with Capturi(route, "tok-Zk3v9QhJ2", policy=Policy(tries=2), clock=clock) as capturi:
        assert "Zk3v9" not in await attempt(capturi, parcel(b"x"))
    assert "Zk3v9" not in repr(route)


async def test_token_stands_in_no_address(stub, target, parcel, journal):
    """The token stands in the header of every request, and in no address or body."""
    async with target() as capturi:
        await deliver(parcel(b"x"), capturi, journal)
        await capturi.verify()
    assert {stub.token} == {request.headers["authorization"] for request in stub.requests}
    assert [] == [one.path for one in stub.requests if stub.token in one.path or stub.token.encode() in one.body]
