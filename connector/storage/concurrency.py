"""Do several things at once, and none of them any longer where one fails."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterable
from typing import Any, TypeVar

__all__ = ["ahead", "together"]

T = TypeVar("T")


async def together(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Give what each of them gives, in their order; raise the first error as it is, after the others were ended."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def ahead(items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Give each item while the next one is already being got; who leaves early ends that as well."""
    coming = asyncio.ensure_future(_next(items))
    try:
        while found := await coming:
            coming = asyncio.ensure_future(_next(items))
            yield found[0]
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        if isinstance(items, AsyncGenerator):
            await items.aclose()


async def _next(items: AsyncIterator[T]) -> tuple[T] | None:
    """Give the next item, None at the end: a task cannot raise StopAsyncIteration."""
    async for item in items:
        return (item,)
    return None
