"""Check that nothing that is sent can break the rehearsal, and that it runs in any event loop."""

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigurationError
from connector.sandbox import SandboxOptions, Switches, create_app, running
from connector.sandbox.case_rules import ADD_MESSAGE, PATCH_CASE, PUT_CASE, PUT_MESSAGE
from connector.sandbox.conversation_rules import VERSIONS
from connector.sandbox.field import problems

LENIENT = Switches(
    unknown_fields="ignore",
    null_fields="ignore",
    blank_fields="accept",
    times_without_offset="accept",
    v2_required="lax",
    direction_case="any",
    repeated_message="duplicate",
)
FIELDS = {field.name for version in VERSIONS.values() for field in version.fields} | {
    field.name for fields in (PUT_CASE, PUT_MESSAGE, ADD_MESSAGE, PATCH_CASE) for field in fields
}
NESTED = {"name", "value", "email", "id", "from", "to", "direction", "messageUid", "startSeconds", "text", "type"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(NESTED)), inner, max_size=4),
    max_leaves=8,
)
bodies = json_values | st.dictionaries(st.sampled_from(sorted(FIELDS)), json_values, max_size=6)


@given(body=bodies, switches=st.sampled_from([Switches(), LENIENT]))
def test_any_json_is_judged(body, switches):
    """Whatever the JSON, every call says in sentences what is wrong with it, or takes it."""
    for version in VERSIONS.values():
        assert all(isinstance(said, str) for said in version.problems(body, switches))
    for fields in (PUT_CASE, PUT_MESSAGE, ADD_MESSAGE, PATCH_CASE):
        assert all(isinstance(said, str) for said in problems(fields, body, switches))


@given(extra=st.dictionaries(st.sampled_from(sorted(FIELDS)), json_values, max_size=4))
def test_what_is_taken_can_be_kept(extra):
    """A body that breaks no rule can be translated and written down, under lenient switches too."""
    for version in VERSIONS.values():
        required = {field.name: "2026-03-23T20:12:51Z" for field in version.fields if field.required}
        body = {**required, **({"numberOfSpeakers": 1} if version.api == "v1" else {}), **extra}
        if not version.problems(body, LENIENT):
            assert orjson.dumps(version.current(body), option=orjson.OPT_NON_STR_KEYS)


async def test_it_runs_without_a_socket(v3):
    """The application can be called in process; its own pages answer to this machine's names."""
    app = create_app(SandboxOptions())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post("/v3/conversation", json=v3, headers={"Authorization": "sandbox"})
        kept = (await client.get("/_sandbox/conversations")).json()
        await client.post("/_sandbox/faults", content="reset=100%,seed=1")
        with pytest.raises(ConnectionResetError):
            await client.post("/v3/conversation", json=v3, headers={"Authorization": "sandbox"})
    assert [answer.json()["uid"]] == [one["uid"] for one in kept]


async def test_several_run_side_by_side(start, v3):
    """Rehearsals in one event loop know nothing of each other."""
    one, other = await start(), await start()
    await one.create(v3)
    assert ([], 1) == (await other.got("conversations"), len(await one.got("conversations")))


async def test_wrong_options_start_nothing(start, tmp_path):
    """Wrong faults, a taken port or a used folder are configuration errors, and the rest stays usable."""
    rehearsal = await start(keep=tmp_path)
    port = int(rehearsal.url.rpartition(":")[2])
    for options in ({"faults": "x=1"}, {"port": port}, {"keep": tmp_path}, {"host": "no such host"}):
        with pytest.raises(ConfigurationError):
            async with running(SandboxOptions(**{"port": 0, **options})):
                pass
    assert [] == await rehearsal.got("conversations")


async def test_moments_at_the_end_of_the_calendar_can_be_shown(start, case, message):
    """A time that leaves the calendar in UTC is shown as it was written."""
    rehearsal = await start()
    body = {**case, "updated": "0001-01-01T00:00:00+05:00", "messages": [message]}
    assert 200 == (await rehearsal.api.put("/v1/case", json=body)).status_code
    assert "0001-01-01T00:00:00+05:00" in (await rehearsal.api.get("/")).text
