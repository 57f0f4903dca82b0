"""Killed anywhere, on every ledger, with a target and storages in trouble: nothing is lost, doubled or stuck."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = os.environ.get("TORTURE_KILLS", "24")
SEED = os.environ.get("TORTURE_SEED", "1")


@pytest.mark.slow
def test_whatever_is_killed_everything_arrives(tmp_path):
    """The short form of `make torture`: the same rounds, two of them, one per ledger."""
    words = [sys.executable, "-m", "tests.torture.main", "--kills", KILLS, "--seed", SEED, "--round", "12", "--json"]
    done = subprocess.run(
        [*words, "--folder", tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert int(KILLS) == found["kills"]
    assert [0] * 5 == [found[name] for name in ("lost", "doubled", "damaged", "stuck", "untrue")]
    assert found["audio_repeats_after_a_yes"] <= found["audio_repeats"] < found["audio_uploads"]
