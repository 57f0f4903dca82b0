"""Try everything a job or an intake needs and say for each whether it is reached."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from connector import ledger
from connector.clock import Clock
from connector.delivery import Limits
from connector.errors import ConnectorError
from connector.job.definition.cpaas import Cpaas
from connector.job.definition.intake import Intake
from connector.job.definition.loader import IntakePlan, Plan
from connector.job.definition.model import Job
from connector.job.execution.opening import open_capturi
from connector.job.sender import webhook
from connector.job.sender.zendesk import access_of
from connector.job.trial.finding import Finding, failed
from connector.job.trial.storage import check_storages
from connector.message.sangoma.api import SangomaApi
from connector.message.zendesk.account import find_endpoint
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.setting_up import Wish
from connector.settings import Settings

__all__ = ["Finding", "check", "check_intake"]


async def check(plan: Plan, settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Give one finding for each storage, the target and the ledger; only in the ledger something stays written."""
    async for finding in check_storages(plan):
        yield finding
    async for finding in _check_ends(plan, plan.job, settings, clock):
        yield finding


async def check_intake(plan: IntakePlan, settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Give one finding for the target and one for the ledger of an intake, and one for its sender where it is asked."""
    if plan.intake.source.api is not None:
        yield await _check_zendesk(plan, settings, clock)
    if plan.intake.source.cpaas is not None:
        yield await _check_sangoma(plan, plan.intake.source.cpaas, settings, clock)
    async for finding in _check_ends(plan, plan.intake, settings, clock):
        yield finding


async def _check_ends(
    plan: Plan | IntakePlan, file: Job | Intake, settings: Settings, clock: Clock
) -> AsyncIterator[Finding]:
    yield await _check_target(plan, settings, clock)
    yield await _check_ledger(file, settings, clock)


async def _check_target(plan: Plan | IntakePlan, settings: Settings, clock: Clock) -> Finding:
    name = plan.target.url
    try:
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(open_capturi(plan, settings, Limits(clock=clock), clock))
            await target.verify()
    except ConnectorError as error:
        return failed("target", f"{name}: ", error)
    return Finding("target", True, f"{name}: reached, the token is accepted")


async def _check_ledger(file: Job | Intake, settings: Settings, clock: Clock) -> Finding:
    try:
        async with ledger.open_ledger(settings.ledger_url, clock=clock) as book:
            known = await book.read(ledger.delivered_before, file.tenant, file.target.name)
    except ConnectorError as error:
        return failed("ledger", "", error)
    return Finding("ledger", True, "ready" + ("" if known else ", nothing delivered yet"))


async def _check_zendesk(plan: IntakePlan, settings: Settings, clock: Clock) -> Finding:
    """Try the sender's own interface, and see whether its webhook leads here."""
    name, access = plan.intake.intake, access_of(plan.intake)
    try:
        async with ZendeskApi(access, clock, ca_file=settings.ca_file) as api:
            endpoint = await find_endpoint(api, Wish(name, plan.address))
    except ConnectorError as error:
        return failed("zendesk", f"{access.url}: ", error)
    remedy = f"`connector zendesk setup {name} --url https://…` makes it"
    if endpoint is None:
        return Finding("zendesk", True, f"{access.url}: reached; it has no webhook of this intake yet", remedy)
    where = f"its webhook sends to {endpoint}"
    return Finding(
        "zendesk", True, f"{access.url}: reached; {where}", "" if endpoint.endswith(plan.address) else remedy
    )


async def _check_sangoma(plan: IntakePlan, cpaas: Cpaas, settings: Settings, clock: Clock) -> Finding:
    """Try the credentials, and tell whether this project made a webhook: Sangoma itself tells nobody."""
    name = plan.intake.intake
    try:
        async with SangomaApi(cpaas.access(), clock, ca_file=settings.ca_file) as api:
            count = len(await api.inboxes())
        made = [one for one in webhook.memory_of(settings.home, name).read() if one.get("answered")]
    except ConnectorError as error:
        return failed("sangoma", f"{cpaas.url}: ", error)
    told = f"{cpaas.url}: reached, {count} inboxes"
    if made:
        return Finding("sangoma", True, f"{told}; the webhook made {made[-1]['made_at']} sends to {made[-1]['url']}")
    remedy = f"`connector sangoma setup {name} --url https://…` makes it"
    return Finding("sangoma", True, f"{told}; this project made no webhook yet", remedy)
