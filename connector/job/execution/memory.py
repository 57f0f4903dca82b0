"""Keep the memory of a process small that works for hours."""

import ctypes
import gc
import sys

__all__ = ["keep_small"]

M_ARENA_MAX = -8
"""The number of this setting in glibc's malloc.h."""


def keep_small() -> None:
    """Let all threads share one heap, and the garbage collector pass over what is there by now.

    By default glibc gives threads heaps of their own, which hardly ever give back what they had at their fullest: here
    threads come and go by the dozen, and all of them handle pieces of recordings. Must be called before they start.
    """
    # Millions of short-lived records come and go; what was imported so far need not be looked through for garbage.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    if sys.platform == "linux":
        # Other C libraries have no such function, and no such heaps.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_ARENA_MAX, 1)
