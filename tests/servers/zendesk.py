"""Be a Zendesk on this machine, as far as its pages say how it behaves: tokens, pages, limits, refusals, triggers."""

import base64
import hmac
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.servers.thread import serving

__all__ = ["EMAIL", "TOKEN", "Fault", "ZendeskServer", "running_zendesk"]

EMAIL, TOKEN, SECRET = "admin@acme.example", "token-of-the-interface", "signing-secret-of-the-webhook"
PEOPLE: list[dict[str, Any]] = [
    {"id": 5510, "name": "Ida Holm", "email": "ida@example.org", "role": "end-user"},
    {"id": 7001, "name": "Bo Lind", "email": "bo@acme.example", "role": "agent"},
]
WEBHOOK_FIELDS = ("name", "status", "endpoint", "http_method", "request_format")


@dataclass
class Fault:
    """What the next requests meet whose method and path hold the text."""

    status: int
    times: int = 1
    holding: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class ZendeskServer:
    """What the account holds; a test may change any of it while requests come."""

    def __init__(self) -> None:
        self.address = ""
        self.reset()

    def reset(self) -> None:
        """Forget what a test did."""
        self.is_admin = True
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.triggers: dict[str, dict[str, Any]] = {}
        self.tickets: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.users = {int(one["id"]): one for one in PEOPLE}
        self.groups = {360: "Billing EU"}
        self.brands = {77: "Acme"}
        self.roles = {"end_user": "(end user)", "agent": "(agent)"}
        self.page_items = 100
        self.export_items = 1000
        self.sideloads = True
        self.counts_pages = False
        self._count = 0

    def add_ticket(self, number: int, **fields: Any) -> None:
        """Put a ticket of Ida's, assigned to Bo, into the account; the later the number, the later it changed."""
        usual = {
            "id": number,
            "created_at": "2026-02-01T08:50:11Z",
            "updated_at": "2026-02-03T09:41:07Z",
            "subject": "Refund for order 7711",
            "status": "open",
            "priority": None,
            "via": {"channel": "email"},
            "requester_id": 5510,
            "assignee_id": 7001,
            "group_id": 360,
            "brand_id": 77,
            "tags": [],
            "generated_timestamp": 1_772_000_000 + number,
        }
        self.tickets[number] = usual | fields
        self.comments[number] = []

    def add_comment(
        self, ticket: int, number: int, created_at: str, body: str, *, author: int = 5510, public: bool = True
    ) -> None:
        """Put a comment on a ticket, behind those it has."""
        found = {"id": number, "type": "Comment", "author_id": author, "body": body, "html_body": f"<p>{body}</p>"}
        self.comments[ticket].append({**found, "public": public, "created_at": created_at, "attachments": []})

    def fire(self, ticket: int, comment: int) -> list[tuple[str, dict[str, str], bytes]]:
        """Give what the account's triggers send for a new comment: address, headers and body of each request."""
        (found,) = [one for one in self.comments[ticket] if one["id"] == comment]
        sent = []
        for trigger in self.triggers.values():
            if all(self._holds(one, found) for one in trigger["conditions"]["all"]):
                webhook, template = trigger["actions"][0]["value"]
                body = self._rendered(template, self.tickets[ticket], found).encode()
                sent.append((self.webhooks[webhook]["endpoint"], self._signed(body), body))
        return sent

    def _holds(self, condition: dict[str, str], comment: dict[str, Any]) -> bool:
        if condition["field"] == "comment_is_public":
            return condition["value"] == "not_relevant" or condition["value"] == str(comment["public"]).lower()
        is_customer = self.users[comment["author_id"]]["role"] == "end-user"
        return condition["value"] == ("end_user" if is_customer else "agent")

    def _rendered(self, template: str, ticket: dict[str, Any], comment: dict[str, Any]) -> str:
        """Fill the template in as an account does that escapes values; what it does not know becomes empty."""
        author = self.users[comment["author_id"]]
        values = {
            "id": ticket["id"],
            "title": ticket["subject"],
            "status": ticket["status"].title(),
            "via": "Mail",
            "priority": (ticket["priority"] or "-").title(),
            "group.name": self.groups.get(ticket["group_id"]),
            "brand.name": self.brands.get(ticket["brand_id"]),
            "created_at_with_timestamp": ticket["created_at"],
            "updated_at_with_timestamp": ticket["updated_at"],
            "latest_comment.id": comment["id"],
            "latest_comment.value": comment["body"],
            "latest_comment.created_at_with_time": comment["created_at"],
            "latest_comment.is_public": str(comment["public"]).lower(),
            **{f"latest_comment.author.{name}": text for name, text in author.items()},
            **{f"requester.{name}": text for name, text in self.users[ticket["requester_id"]].items()},
            **{f"assignee.{name}": text for name, text in self.users.get(ticket["assignee_id"], {}).items()},
        }
        return re.sub(
            r"\{\{ticket\.([a-z_.]+)\}\}", lambda found: json.dumps(str(values.get(found[1]) or ""))[1:-1], template
        )

    def _signed(self, body: bytes) -> dict[str, str]:
        self._count += 1
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        signature = base64.b64encode(hmac.digest(SECRET.encode(), stamp.encode() + body, "sha256")).decode()
        return {
            "content-type": "application/json",
            "x-zendesk-account-id": "10054321",
            "x-zendesk-webhook-invocation-id": f"01HINVOCATION{self._count:012d}",
            "x-zendesk-webhook-signature": signature,
            "x-zendesk-webhook-signature-timestamp": stamp,
        }

    def asked(self, holding: str) -> list[str]:
        return [one for one in self.requests if holding in one]

    def serve(self) -> web.Application:
        app = web.Application(middlewares=[self._gate])
        for name in ("webhooks", "triggers"):
            app.router.add_get(f"/api/v2/{name}", self._list)
            app.router.add_post(f"/api/v2/{name}", self._create)
            app.router.add_put(f"/api/v2/{name}/{{id}}", self._replace)
            app.router.add_delete(f"/api/v2/{name}/{{id}}", self._delete)
        app.router.add_get("/api/v2/triggers/definitions", self._definitions)
        app.router.add_get("/api/v2/webhooks/{id}/signing_secret", self._secret)
        app.router.add_get("/api/v2/incremental/tickets/cursor", self._export)
        app.router.add_get("/api/v2/tickets/{id}/comments", self._comments)
        app.router.add_get("/api/v2/users/show_many", self._show_many)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        asked = f"{request.method} {request.path_qs}"
        self.requests.append(asked)
        expected = base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return web.json_response({"error": "Couldn't authenticate you"}, status=401)
        for fault in self.faults:
            if fault.times and fault.holding in asked:
                fault.times -= 1
                return web.json_response({"error": "fault"}, status=fault.status, headers=fault.headers)
        if not self.is_admin and not request.path.startswith(("/api/v2/tickets/", "/api/v2/users/")):
            return web.json_response({"error": {"title": "Forbidden", "message": "not an administrator"}}, status=403)
        return await handler(request)  # type: ignore[no-any-return]

    def _table(self, request: web.Request) -> tuple[str, dict[str, dict[str, Any]]]:
        name = request.path.split("/")[3]
        return name, self.webhooks if name == "webhooks" else self.triggers

    async def _list(self, request: web.Request) -> web.Response:
        name, table = self._table(request)
        return web.json_response(self._page(request, name, [_shown(one) for one in table.values()]))

    def _page(self, request: web.Request, name: str, items: list[Any]) -> dict[str, Any]:
        size = min(int(request.query.get("page[size]", 100)), 100, self.page_items)
        if self.counts_pages:
            number = int(request.query.get("page", 1))
            more = number * size < len(items)
            following = f"{self.address}{request.path}?page={number + 1}&per_page={size}" if more else None
            return {name: items[(number - 1) * size : number * size], "next_page": following, "count": len(items)}
        begin = int(request.query.get("page[after]", 0))
        more = begin + size < len(items)
        meta = {"has_more": more, "after_cursor": str(begin + size) if more else None, "before_cursor": None}
        return {name: items[begin : begin + size], "meta": meta, "links": {"next": None, "prev": None}}

    async def _create(self, request: web.Request) -> web.Response:
        name, table = self._table(request)
        body = (await request.json())[name[:-1]]
        if (refusal := self._refusal(name, body)) is not None:
            return refusal
        self._count += 1
        number = f"01HZENDESK{self._count:016d}" if name == "webhooks" else self._count
        table[str(number)] = {**body, "id": number, "created_at": "2026-02-03T08:00:00Z"}
        return web.json_response({name[:-1]: _shown(table[str(number)])}, status=201)

    async def _replace(self, request: web.Request) -> web.Response:
        name, table = self._table(request)
        body = (await request.json())[name[:-1]]
        if request.match_info["id"] not in table:
            return web.json_response({"error": "RecordNotFound"}, status=404)
        if (refusal := self._refusal(name, body)) is not None:
            return refusal
        old = table[request.match_info["id"]]
        table[request.match_info["id"]] = {**body, "id": old["id"], "created_at": old["created_at"]}
        if name == "webhooks":
            if body.get("subscriptions", old["subscriptions"]) != old["subscriptions"]:
                return web.json_response({"errors": [{"title": "subscriptions cannot change"}]}, status=400)
            return web.Response(status=204)
        return web.json_response({"trigger": table[request.match_info["id"]]})

    async def _delete(self, request: web.Request) -> web.Response:
        name, table = self._table(request)
        number = request.match_info["id"]
        if number not in table:
            return web.json_response({"error": "RecordNotFound"}, status=404)
        if name == "webhooks" and number in self._named_webhooks():
            return web.json_response({"errors": [{"title": "webhook is used by a trigger"}]}, status=409)
        del table[number]
        return web.Response(status=204)

    def _named_webhooks(self) -> set[str]:
        return {one["value"][0] for trigger in self.triggers.values() for one in trigger["actions"]}

    def _refusal(self, name: str, body: dict[str, Any]) -> web.Response | None:
        if name == "webhooks":
            missing = [one for one in WEBHOOK_FIELDS if not body.get(one)]
            errors = [{"code": "InvalidWebhook", "title": f"{one} is missing"} for one in missing]
            return web.json_response({"errors": errors}, status=400) if errors else None
        problems = [] if body.get("title") else ["Title: cannot be blank"]
        problems += [] if body.get("conditions", {}).get("all") else ["Conditions: must have one"]
        for action in body.get("actions", []):
            json.loads(action["value"][1])
            if action["value"][0] not in self.webhooks:
                problems.append("Actions: there is no such webhook")
        details = {"base": [{"description": one} for one in problems]}
        refusal = {"error": "RecordInvalid", "description": "Record validation errors", "details": details}
        return web.json_response(refusal, status=422) if problems else None

    async def _definitions(self, _request: web.Request) -> web.Response:
        values = [{"value": value, "title": title, "enabled": True} for value, title in self.roles.items()]
        found = {"conditions_all": [{"subject": "status"}, {"subject": "role", "type": "list", "values": values}]}
        return web.json_response({"definitions": found})

    async def _secret(self, request: web.Request) -> web.Response:
        if request.match_info["id"] not in self.webhooks:
            return web.json_response({"error": "RecordNotFound"}, status=404)
        return web.json_response({"signing_secret": {"algorithm": "SHA256", "secret": SECRET}})

    async def _export(self, request: web.Request) -> web.Response:
        """Give the tickets whose generated_timestamp is not before the start, oldest change first."""
        items = sorted(self.tickets.values(), key=lambda one: (one["generated_timestamp"], one["id"]))
        if (cursor := request.query.get("cursor")) is not None:
            after = tuple(json.loads(base64.b64decode(cursor)))
            items = [one for one in items if (one["generated_timestamp"], one["id"]) > after]
        else:
            items = [one for one in items if one["generated_timestamp"] >= int(request.query["start_time"])]
        some = items[: self.export_items]
        last = (some[-1]["generated_timestamp"], some[-1]["id"]) if some else None
        page: dict[str, Any] = {"tickets": some, "end_of_stream": len(items) <= self.export_items}
        page["after_cursor"] = base64.b64encode(json.dumps(last).encode()).decode() if last else cursor
        wanted = request.query.get("include", "").split(",")
        if "users" in wanted and self.sideloads:
            page["users"] = self._people({one[name] for one in some for name in ("requester_id", "assignee_id")})
        page["groups"] = [{"id": number, "name": name} for number, name in self.groups.items() if "groups" in wanted]
        page["brands"] = [{"id": number, "name": name} for number, name in self.brands.items() if "brands" in wanted]
        return web.json_response(page)

    async def _show_many(self, request: web.Request) -> web.Response:
        return web.json_response({"users": self._people({int(one) for one in request.query["ids"].split(",")})})

    def _people(self, numbers: set[int | None]) -> list[dict[str, Any]]:
        return [self.users[one] for one in sorted(number for number in numbers if number in self.users)]

    async def _comments(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        if number not in self.comments:
            return web.json_response({"error": "RecordNotFound"}, status=404)
        page = self._page(request, "comments", self.comments[number])
        if "users" in request.query.get("include", ""):
            page["users"] = self._people({one["author_id"] for one in page["comments"]})
        return web.json_response(page)


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    """Give a webhook or trigger as it is told: without the secret of its authentication."""
    found = dict(one)
    if found.get("authentication"):
        found["authentication"] = {name: value for name, value in found["authentication"].items() if name != "data"}
    return found


@contextmanager
def running_zendesk() -> Iterator[ZendeskServer]:
    """Serve an empty Zendesk."""
    server = ZendeskServer()
    with serving(server.serve()) as server.address:
        yield server
