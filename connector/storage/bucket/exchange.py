"""Ask a service with its credentials, and see what its answers mean before anybody reads them."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from connector.errors import TryAgainError
from connector.line import Answer, Effort, Line, Request, Response
from connector.storage.bucket.service import Service, Standing, refusal_of

__all__ = ["Exchange"]

LARGEST_REFUSAL_BYTES = 64 * 1024


class Exchange:
    """Questions to one service and its answers."""

    def __init__(self, service: Service, line: Line) -> None:
        self._service = service
        self._line = line

    def effort(self) -> Effort:
        """Give the count of tries for something that is made of several requests."""
        return self._line.effort()

    async def fetch(self, request: Request) -> Answer:
        """Give the whole answer, whatever it means; what may heal is tried again with patience.

        Raises StorageUnreachableError when the tries are used up.
        """
        effort = self.effort()
        while True:
            try:
                async with self.opened(request) as response:
                    return response if isinstance(response, Answer) else await response.whole()
            except TryAgainError as trouble:
                await effort.failed(trouble)

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[Response | Answer]:
        """Give the answer to one try: open where it is good, whole where it is not.

        Raises TryAgainError for what may heal by itself, StorageUnreachableError where nothing can be reached.
        """
        service, renewed = self._service, False
        while True:
            signed = await service.authorise(request, self._line.answer)
            async with aclosing(await self._line.send(signed)) as response:
                if service.judge(Answer(response.status, response.headers, b"")) is Standing.GOOD:
                    yield response
                    return
                answer = await response.whole(LARGEST_REFUSAL_BYTES)
            standing = service.judge(answer)
            if standing is Standing.PASSING:
                raise _passing(service, answer)
            if standing is not Standing.STALE:
                yield answer
                return
            if renewed or not await service.renew(signed, answer):
                raise refusal_of(service, answer)
            renewed = True


def _passing(service: Service, answer: Answer) -> TryAgainError:
    asked = answer.headers.get("Retry-After", "")
    wait_seconds = float(asked) if asked.isascii() and asked.isdigit() else None
    told = f"status {answer.status} {service.code_of(answer)}".rstrip()
    hint = "it is overloaded or its limits are used up: run again later"
    return TryAgainError(f"{service.address}: {service.name} answers {told}", wait_seconds=wait_seconds, hint=hint)
