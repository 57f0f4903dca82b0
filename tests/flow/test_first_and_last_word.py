"""What a command does with a signal that comes before it is loaded, and how often it says why it stopped."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest

EARLY = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Interrupting())
sys.argv = ["connector", "run", "demo", "--json"]
from connector.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["connector.cli.app", "typer._adapters", "connector.job.run.runner"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_command_is_loaded_ends_it_in_order(tmp_path, number, module):
    """Whoever starts and stops a run within a third of a second gets exit code 1 and the JSON object he asked for."""
    code = EARLY.format(number=int(number), module=module)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (1, 1, "interrupted", "demo") == (done.returncode, told["exit_code"], told["error"], told["job"])
    assert "Traceback" not in done.stderr


LOADING = """
import os, signal, sys
from connector import cli

def load():
    exec("import os\\nos.kill(os.getpid(), {number})\\nfor _ in range(1000): pass")

sys.argv = ["connector", "run", "demo", "--json"]
cli._run = load
cli.main()
"""


def test_a_signal_while_a_class_is_made_of_text_ends_in_order_too(tmp_path):
    """Where the signal comes out of compiled text, as in a dataclass being made, the exit code is 1 and no signal's."""
    # Python forgets about it where it runs a text or a file, and remembers where it runs a module.
    (tmp_path / "loading.py").write_text(LOADING.format(number=int(signal.SIGTERM)), encoding="utf-8")
    words = [sys.executable, "-m", "loading"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (1, 1, "interrupted") == (done.returncode, told["exit_code"], told["error"])
    assert "Traceback" not in done.stderr


def read_terminal(folder):
    """Run the job in a terminal of its own and give its exit code and everything that stood on the screen."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200"}
    words = [sys.executable, "-m", "connector", "run", "demo"]
    with subprocess.Popen(words, cwd=folder, env=environment, stdin=follower, stdout=follower, stderr=follower) as run:
        os.close(follower)
        told = bytearray()
        # The end of what a terminal's program writes is an error by the system's rules.
        while piece := read_or_end(leader):
            told += piece
    os.close(leader)
    return run.returncode, told.decode()


def read_or_end(leader):
    try:
        return os.read(leader, 65536)
    except OSError:
        return b""


def test_a_stop_is_told_once_on_a_terminal(make_project, dead_port):
    """Where a person watches, the reason stands in the summary alone; a log that nobody watches keeps its line."""
    project = make_project(f"http://127.0.0.1:{dead_port}", with_samples=False)
    project.call(1)
    code, screen = read_terminal(project.folder)
    assert 1 == code
    assert 1 == screen.count("the target is in trouble"), screen
    words = [sys.executable, "-m", "connector", "run", "demo"]
    piped = subprocess.run(words, cwd=project.folder, capture_output=True, text=True, check=False)
    assert "run.stopped" in piped.stderr
