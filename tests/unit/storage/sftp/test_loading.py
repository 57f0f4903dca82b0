import subprocess
import sys

import pytest

OPEN = """
import sys
{before}
from pathlib import Path
from connector.errors import ConfigurationError
from connector.storage import open_storage
assert "asyncssh" not in sys.modules or sys.modules["asyncssh"] is None
try:
    open_storage("sftp://ccai@host/x", {{"password": "x", "host_key": "SHA256:" + "A" * 43}}, Path.cwd())
except ConfigurationError as error:
    print(error)
else:
    print("opened")
"""


@pytest.mark.parametrize(
    ("before", "words"),
    [("", "opened"), ('sys.modules["asyncssh"] = None', 'pip install "conversation-connector[sftp]"')],
)
def test_the_extra_is_loaded_when_it_is_used(before, words):
    """Nothing loads asyncssh before an SFTP address is opened; without it the person is told what to install."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN.format(before=before)], capture_output=True, text=True, check=True
    )
    assert words in done.stdout
