"""A command that starts with the libraries loaded already is what one is that starts afresh."""

import asyncio
import os
import signal
import sys

import pytest


@pytest.mark.parametrize("words", [("--help",), ("nonsense",), ("show", "acme-call-1"), ("check", "nobody", "--json")])
async def test_both_ways_end_alike(command, tmp_path, words):
    """The exit code and every word on both outputs are the same."""
    warm, cold = await asyncio.gather(*(command(tmp_path, *words, afresh=afresh) for afresh in (False, True)))
    assert cold == warm


async def test_nothing_of_the_package_is_loaded_before(starter, tmp_path):
    """The process brings libraries, its own folder and environment, and no module of the package itself."""
    (tmp_path / "told.py").write_text(
        "import os, sys\n"
        "print(sum(name.startswith('connector') for name in sys.modules), 'sqlalchemy' in sys.modules)\n"
        "print(os.getcwd(), sys.path[0], os.environ['COLUMNS'], sys.argv[1:])\n"
        "sys.exit(7)\n"
    )
    given = {**os.environ, "COLUMNS": "77"}
    process = await starter.start("told", "a", "b c", cwd=tmp_path, environment=given)
    out, err = await process.communicate()
    assert f"0 True\n{tmp_path} {tmp_path} 77 ['a', 'b c']\n" == out.decode(), err.decode()
    assert 7 == process.returncode


async def test_its_death_is_told_as_a_signal(starter, tmp_path):
    """Whoever kills it learns so from its exit code, and cannot kill it twice."""
    (tmp_path / "waits.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n")
    process = await starter.start("waits", cwd=tmp_path, environment=os.environ)
    assert b"here\n" == await process.stdout.readline()
    process.kill()
    assert -signal.SIGKILL == await process.wait()
    assert (b"", b"") == await process.communicate()
    with pytest.raises(ProcessLookupError):
        process.kill()


def test_what_is_read_at_the_start_asks_for_a_new_one(starter):
    """An environment that Python or a library reads once and for all is given to a process that begins with it."""
    assert starter.is_alike({**os.environ, "CONNECTOR_LEDGER": "other.db"})
    for name in ("PYTHONOPTIMIZE", "LD_PRELOAD", "SSL_CERT_FILE", "LC_ALL"):
        assert not starter.is_alike({**os.environ, name: sys.prefix})
