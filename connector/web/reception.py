"""Let a request in or turn it away: read, checked, stored, and only then answered with success."""

from collections.abc import Iterable
from typing import Final, Protocol

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from connector import ledger
from connector.clock import Clock
from connector.errors import LedgerError, NotAdmittedError, OutsideToleranceError, TryAgainError
from connector.job.definition.loader import IntakePlan
from connector.job.forward.pace import Pace
from connector.ledger import Change, Ledger, Received
from connector.message import model
from connector.web.arrival import Arrivals
from connector.web.body import discard, read_body
from connector.web.bounds import Bounds, Burden
from connector.web.complaint import Complaints
from connector.web.incoming import Incoming
from connector.web.patience import Patience

__all__ = ["Answerer", "Reception"]

JSON: Final = "application/json"
NOT_FOUND, WRONG_METHOD, TOO_LARGE, WRONG_TYPE, UNAVAILABLE = 404, 405, 413, 415, 503
LONGEST_NUMBER: Final = 18
WORDS: Final = {
    401: "not admitted",
    NOT_FOUND: "there is no such intake",
    WRONG_METHOD: "the method is not one of this intake",
    408: "the body took too long",
    TOO_LARGE: "the body is too large",
    WRONG_TYPE: "the body must be JSON",
}


class Answerer(Protocol):
    """Who knows the true answer to what a sender asks."""

    async def answer(self, plan: IntakePlan, request: model.Request) -> tuple[int, bytes] | None:
        """Give status and JSON body of the real answerer's answer; None where the intake has none or he is silent."""
        ...


class Reception:
    """Where requests for every intake of one process come in."""

    def __init__(
        self,
        plans: Iterable[IntakePlan],
        book: Ledger,
        *,
        clock: Clock,
        bounds: Bounds | None = None,
        answerer: Answerer | None = None,
    ) -> None:
        self.pace = Pace(clock)
        """How fast whoever forwards in this process may go."""
        self.plans = {plan.address: plan for plan in plans}
        self._book = book
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._burden = Burden(self._bounds)
        self._arrivals = Arrivals(plan.intake.intake for plan in self.plans.values())
        self.arrived = self._arrivals.events
        """Set soon after something new was stored for the intake of that name."""
        self._reading = Patience(self._bounds.body_seconds)
        self._storing = Patience(self._bounds.store_seconds)
        self._complaints = Complaints(clock)
        self._answerer = answerer
        self.is_ending = False
        """Whether the service is about to end: nothing more is let in."""

    @property
    def is_open(self) -> bool:
        """Tell whether a request that came now would be taken on."""
        return not self.is_ending and not self._burden.is_full

    def plan_at(self, path: str) -> IntakePlan | None:
        """Give the intake at this path, with or without a closing slash; None where there is none."""
        return self.plans.get(path) or self.plans.get(path.removesuffix("/"))

    async def receive(self, plan: IntakePlan | None, request: Incoming) -> Response:
        """Give the answer to a request for this intake; None stands for an address that is nobody's."""
        try:
            if plan is None:
                return await self._refuse(request, NOT_FOUND)
            if (status := _unfit(plan, request)) is not None:
                return await self._refuse(request, status, plan)
            return await self._take_in(plan, request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    async def _take_in(self, plan: IntakePlan, request: Incoming) -> Response:
        source = plan.intake.source
        try:
            await self._begin(request)
            with self._burden.parcel() as parcel:
                body = await read_body(request, source.max_body, self._reading, parcel)
                given = model.Request(request.method, request.headers, body)
                await self._admit(plan, given)
            return await self._answer(plan, given)
        except NotAdmittedError as error:
            self._complaints.turned_away(plan.intake.intake, error.status, error.message)
            return _said(error.status, close=error.status in {408, TOO_LARGE})
        except (TryAgainError, LedgerError, TimeoutError) as error:
            self._complaints.troubled(plan.intake.intake, str(error) or "the ledger takes too long")
            return self._trouble(plan)

    async def _begin(self, request: Incoming) -> None:
        if not self.is_open:
            await discard(request, self._reading)
            raise TryAgainError("the service has too much to do, or is ending")

    async def _admit(self, plan: IntakePlan, given: model.Request) -> None:
        """Return once the request is let in and safely stored; raises what keeps it from being."""
        now, intake = self._clock.now(), plan.intake
        body_hash = ledger.hash_body(given.body)
        try:
            ticket = plan.source.admit(given, now)
        except OutsideToleranceError as error:
            if await self._book.read(ledger.is_stored, intake.intake, error.repeats, body_hash):
                return
            raise
        received = Received(
            intake=intake.intake,
            kind=plan.source.kind,
            received_at=now,
            headers=ticket.headers,
            body=given.body,
            body_hash=body_hash,
            repeats=ticket.repeats,
            window=intake.source.tolerance,
        )
        with self._burden.waiting(), self._storing.limit():
            self.pace.see(self._burden.waiting_count)
            await self._book.write(Change(received=received), durable=True)
        self._arrivals.announce(intake.intake)

    async def _answer(self, plan: IntakePlan, given: model.Request) -> Response:
        if self._answerer is not None and (found := await self._answerer.answer(plan, given)) is not None:
            return Response(found[1], found[0], media_type=JSON)
        status, body = plan.source.answer(given)
        return Response(orjson.dumps(body), status, media_type=JSON)

    async def _refuse(self, request: Incoming, status: int, plan: IntakePlan | None = None) -> Response:
        await discard(request, self._reading)
        response = _said(status, close=True)
        if plan is not None:
            self._complaints.turned_away(plan.intake.intake, status, WORDS[status])
        if plan is not None and status == WRONG_METHOD:
            response.headers["allow"] = ", ".join(sorted(plan.source.methods))
        return response

    def fail(self, path: str) -> Response:
        """Give the answer to a request that something unforeseen happened to: its sender is to come again."""
        return self._trouble(self.plan_at(path))

    def _trouble(self, plan: IntakePlan | None) -> Response:
        status = plan.source.trouble_status if plan is not None else UNAVAILABLE
        response = _said(status, "come again later", close=self.is_ending)
        response.headers["retry-after"] = str(self._bounds.retry_after_seconds)
        return response


def _unfit(plan: IntakePlan, request: Incoming) -> int | None:
    """Give the status that a request is turned away with before its body is read; None where nothing speaks for it."""
    if request.method not in plan.source.methods:
        return WRONG_METHOD
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        return WRONG_TYPE
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:LONGEST_NUMBER]) > plan.intake.source.max_body:
        return TOO_LARGE
    return None


def _said(status: int, words: str = "", *, close: bool = False) -> Response:
    response = Response(orjson.dumps({"error": words or WORDS.get(status, "not admitted")}), status, media_type=JSON)
    if close:
        response.headers["connection"] = "close"
    return response
