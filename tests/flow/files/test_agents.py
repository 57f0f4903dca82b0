"""A mended list of agents brings back the rows that stopped for an agent's sake, and no other row of their file."""

import pytest

HEADER = "number,id,email,name,team\n"
KNOWN = "2041,5,mette.krogh@acme.example,Mette Krogh,Orders\n"


@pytest.mark.parametrize(("unknown", "stopped"), [("skip", (1, 0, 2, 1, 0)), ("send", (1, 0, 1, 2, 0))])
async def test_only_the_rows_of_a_mended_agent_are_judged_again(
    centre, capturi, reading, call, counts, unknown, stopped
):
    """Of one file: his row goes, the others are unchanged, and a list that leaves him out changes nothing of them."""
    async with capturi() as address:
        here = centre(address)
        here.job(f"agents: {{file: agents.csv, unknown: {unknown}}}")
        here.project.edit("mappings/calls.yaml", ('{join: [{path: agent_id}, "@example.com"]}', "$agent.email"))
        agents = here.project.folder / "agents.csv"
        agents.write_text(HEADER + KNOWN)
        rows = [call(1), call(2, agent_id="77"), call(3, consent="no"), call(4, started="soon")]
        here.write("calls.csv", rows)
        here.record(1, 2, 3, 4)
        assert stopped == counts(await here.run())
        assert (0, 0, 0, 0, 4) == counts(await here.run())
        agents.write_text(f"{HEADER},78,p@acme.example,P,Hr\n{KNOWN}")
        of_him = (0, 0, 1, 0, 3) if unknown == "skip" else (0, 0, 0, 1, 3)
        assert of_him == counts(await here.run())
        agents.write_text(f"{HEADER},77,new.comer@acme.example,New Comer,Orders\n{KNOWN}")
        assert (1, 0, 0, 0, 3) == counts(await here.run())
        assert (0, 0, 0, 0, 4) == counts(await here.run())
        arrived = await reading(address)
    assert {"acme-call-1", "acme-call-2"} == set(arrived.conversations)
    assert {1} == {one["creates"] for one in arrived.conversations.values()}
