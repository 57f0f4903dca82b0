"""Fuzz the running service from its own description, over real sockets."""

import asyncio
import sqlite3
from contextlib import closing

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.auth import AuthBase
from schemathesis import GenerationMode, checks

from tests.servers.service import chatwoot_headers, running_service, write_project, zendesk_headers

checks.load_all_checks()
CHECKED = (
    checks.CHECKS.get_one("not_a_server_error"),
    checks.CHECKS.get_one("status_code_conformance"),
    checks.CHECKS.get_one("content_type_conformance"),
    checks.CHECKS.get_one("response_schema_conformance"),
)
EXAMPLES = 30


class Proof(AuthBase):
    """Signs a request as its sender does: what is not let in finds nothing."""

    def __call__(self, request):
        body = request.body or b""
        raw = body if isinstance(body, bytes) else body.encode()
        kind = request.headers.get("content-type", "application/json")
        proof = {"authorization": "key", "x-secret": "key", "x-message-id": str(hash(raw))}
        request.headers.update({**zendesk_headers(raw), **chatwoot_headers(raw), **proof, "content-type": kind})
        return request


async def test_no_described_request_ends_in_a_500(capturi, tmp_path):
    """Whatever is made from the description of an intake, right or wrong, signed or not, gets an answer it names."""
    home, seen = tmp_path / "project", {}
    async with capturi() as address:
        write_project(home, address)
        with running_service(home) as service:
            await asyncio.to_thread(_fuzz_all, service.address, seen)
            code, _, said = service.end()

    assert {"PUT /hooks/zendesk/acme-zendesk", "POST /hooks/sangoma/acme-sangoma", "GET /healthz"} <= seen.keys()
    assert all(200 in statuses for statuses in seen.values())
    assert (0, False) == (code, "Traceback" in said)
    with closing(sqlite3.connect(home / "connector.db")) as book:
        assert book.execute("SELECT count(*) FROM inbox").fetchone()[0] > EXAMPLES


def _fuzz_all(address, seen):
    with requests.Session() as session:
        session.trust_env = False
        document = session.get(f"{address}/openapi.json").json()
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            _fuzz(found.ok(), address, session, seen)
        assert {"status": "ok"} == session.get(f"{address}/healthz").json()


def _fuzz(operation, address, session, seen):
    """Send what schemathesis makes for one operation; a case that is wrong on purpose is one in two."""
    modes = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=st.one_of(modes), signs=st.booleans())
    def fuzz(case, signs):
        answer = case.call(base_url=address, session=session, auth=Proof() if signs else None)
        seen.setdefault(operation.label, set()).add(answer.status_code)
        case.validate_response(answer, checks=list(CHECKED))

    fuzz()
