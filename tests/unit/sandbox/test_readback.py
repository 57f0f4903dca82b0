"""Check the levers of the rehearsal: faults on demand, and forgetting everything."""

import httpx
import pytest


@pytest.mark.parametrize(
    "sent",
    [{"content": "429=100%:retry=2"}, {"json": {"faults": "429=100%:retry=2"}}],
    ids=["text", "json"],
)
async def test_faults_can_be_changed(start, v3, sent):
    """New faults hold from the next request on, and an empty specification ends them; no token is needed."""
    rehearsal = await start()
    async with httpx.AsyncClient(base_url=rehearsal.url) as stranger:
        set_to = await stranger.post("/_sandbox/faults", **sent)
        refused = await rehearsal.api.post("/v3/conversation", json=v3)
        read = await stranger.get("/_sandbox/faults")
        ended = await stranger.post("/_sandbox/faults", content="")
    assert {"faults": "429=100%:retry=2"} == set_to.json() == read.json()
    assert (429, "2") == (refused.status_code, refused.headers["retry-after"])
    assert {"faults": ""} == ended.json()
    await rehearsal.create(v3)


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"502=1%", 400, "there is no such fault"),
        (b"{", 400, "not valid JSON"),
        (b'{"fault": "500=1%"}', 400, "something else than faults"),
        (b'{"faults": 5}', 400, "something else than faults"),
        (b"x" * 5000, 413, "at most 4096"),
    ],
)
def test_wrong_faults_are_explained(api, content, status, says):
    """A specification that does not fit is answered with what is wrong, and nothing changes."""
    answer = api.post("/_sandbox/faults", content=content)
    assert status == answer.status_code
    assert says in answer.text
    assert {"faults": ""} == api.get("/_sandbox/faults").json()


async def test_everything_can_be_forgotten(start, v3, case, *, message, wav, tmp_path):
    """DELETE empties memory, log and folder, and the same ids can be used again."""
    rehearsal = await start(keep=tmp_path)
    uid = await rehearsal.create(v3)
    await rehearsal.api.post(f"/v1/audio/{uid}", files={"data": ("a.wav", wav)})
    await rehearsal.api.put("/v1/case", json={**case, "messages": [message]})
    assert 204 == (await rehearsal.api.delete("/_sandbox")).status_code
    for what in ("conversations", "audio", "cases", "requests"):
        assert [] == await rehearsal.got(what)
    assert [] == list((tmp_path / "audio").iterdir())
    assert 0 == (tmp_path / "sandbox.jsonl").stat().st_size
    await rehearsal.create(v3)
