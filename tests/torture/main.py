"""Kill runs by the hundred, on SQLite and PostgreSQL, and write down what was lost, doubled and repeated.

python -m tests.torture.main --kills 1000 --folder /tmp/torture writes /tmp/torture/figures.jsonl, one line a round; a
second call goes on where the first one was ended. `--of messages` kills an intake instead of a job.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.flow.conftest import TOKEN
from tests.servers.postgresql import PostgresqlServer, find_postgresql, running_postgresql
from tests.torture.messages import suffer_messages
from tests.torture.ordeal import KILLS, Verdict, suffer

__all__ = ["main"]

PROMISES = ("lost", "doubled", "damaged", "stuck", "untrue")


def main(words: Sequence[str]) -> int:
    """Do rounds until there were so many kills; 0 where every promise was kept."""
    wish = _wish(words)
    os.environ["CAPTURI_TOKEN"] = TOKEN
    wish.folder.mkdir(parents=True, exist_ok=True)
    figures = wish.folder / "figures.jsonl"
    done = [json.loads(line) for line in figures.read_text().splitlines()] if figures.exists() else []
    began, seed = time.monotonic(), wish.seed + len(done)
    with _databases(wish.ledger) as server:
        while (killed := sum(one["kills"] for one in done)) < wish.kills:
            ledger = "connector.db" if server is None or seed % 2 else server.make_database()
            verdict = _round(wish, seed, ledger, min(wish.kills - killed, wish.round))
            done.append({**asdict(verdict), "is_clean": verdict.is_clean})
            with figures.open("a") as file:
                file.write(json.dumps(done[-1]) + "\n")
            seed += 1
    found = _sum(done, time.monotonic() - began)
    sys.stdout.write(json.dumps(found, indent=None if wish.json else 2) + "\n")
    return 0 if found["clean_rounds"] == found["rounds"] else 1


def _wish(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first round; every further one has the next")
    parser.add_argument("--round", type=int, default=KILLS, help="kills of one round")
    parser.add_argument("--of", choices=("calls", "messages"), default="calls", help="what is killed")
    parser.add_argument("--ledger", choices=("sqlite", "both"), default="both")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="print the sums on one line")
    return parser.parse_args(words)


def _round(wish: argparse.Namespace, seed: int, ledger: str, kills: int) -> Verdict:
    folder = wish.folder / f"round-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    verdict = (suffer_messages if wish.of == "messages" else suffer)(folder, seed, ledger, kills=kills)
    if verdict.is_clean:
        # What is left of a round is of interest where a promise was broken.
        shutil.rmtree(folder)
    return verdict


@contextmanager
def _databases(wanted: str) -> Iterator[PostgresqlServer | None]:
    if wanted == "sqlite" or find_postgresql() is None:
        yield None
        return
    with running_postgresql(fsync=True) as server:
        yield server


def _sum(done: Sequence[dict[str, Any]], seconds: float) -> dict[str, Any]:
    blows: Counter[str] = Counter()
    for one in done:
        blows.update(one["blows"])
    return {
        "rounds": len(done),
        "clean_rounds": sum(one["is_clean"] for one in done),
        "kills": sum(one["kills"] for one in done),
        "runs": sum(one["runs"] for one in done),
        "kills_by_ledger": {
            name: sum(one["kills"] for one in done if one["ledger"] == name) for name in ("sqlite", "postgresql")
        },
        **{name: sum(len(one[name]) for one in done) for name in PROMISES},
        "audio_uploads": sum(one["audio_uploads"] for one in done),
        "audio_repeats": sum(one["audio_repeats"] for one in done),
        "audio_repeats_after_a_yes": sum(one["needless_repeats"] for one in done),
        "kills_by_moment": dict(sorted(blows.items())),
        "seconds_of_this_call": round(seconds),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
