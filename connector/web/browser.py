"""Let the pages that an intake names post to it from the browsers they are open in."""

from typing import Final

from starlette.responses import Response

from connector.job.definition.loader import IntakePlan
from connector.web.incoming import Incoming

__all__ = ["PREFLIGHT", "answer_preflight", "open_to_page"]

PREFLIGHT: Final = "OPTIONS"
CACHED_SECONDS: Final = "3600"


def answer_preflight(plan: IntakePlan | None, request: Incoming) -> Response:
    """Give the answer to a browser that asks whether a page may post: 204 for a page of the intake, else 405."""
    if plan is None or not _is_listed(plan, request):
        return Response(status_code=405, headers={"allow": "POST, PUT"})
    response = Response(status_code=204)
    response.headers["access-control-allow-methods"] = ", ".join(sorted(plan.source.methods))
    response.headers["access-control-allow-headers"] = "authorization, content-type, x-waited-ms"
    response.headers["access-control-max-age"] = CACHED_SECONDS
    return open_to_page(plan, request, response)


def open_to_page(plan: IntakePlan | None, request: Incoming, response: Response) -> Response:
    """Give the response with the word that the page which asked may read it, where the intake names that page."""
    if plan is not None and _is_listed(plan, request):
        response.headers["access-control-allow-origin"] = request.headers["origin"]
        response.headers["vary"] = "origin"
    return response


def _is_listed(plan: IntakePlan, request: Incoming) -> bool:
    return request.headers.get("origin") in plan.intake.source.origins
