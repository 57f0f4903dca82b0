"""Be where every command begins: let `connector` and `python -m connector` end in order from their first moment on."""

import signal

__all__ = ["main"]


def main() -> None:
    """Load the command line and run it; a signal to end that comes while it loads is obeyed as soon as it has."""
    early: list[int] = []
    for one in (signal.SIGTERM, signal.SIGINT):
        # Loading takes a third of a second, and half loaded nothing could be told in order.
        signal.signal(one, lambda number, _frame: early.append(number))
    from connector import cli  # noqa: PLC0415 - this is what takes the time

    cli.main(early)


if __name__ == "__main__":
    main()
