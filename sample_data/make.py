"""Make the sample data again: `python -m sample_data.make [FOLDER]`.

Needs espeak-ng and ffmpeg. The same versions of both give the same bytes; expected.yaml names the versions.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sample_data import expectations, writer

__all__ = ["make", "table", "tools"]

TABLE_BEGINS = "<!-- sessions: made by make.py -->\n"
TABLE_ENDS = "<!-- end of sessions -->\n"
HEADER = """\
# What must become of every session, made by sample_data/make.py together with the files.
# Times are those of the files as they are kept; segments are [startSeconds, durationSeconds].
"""


def tools() -> dict[str, str]:
    """Give the versions of the programs that make the sound."""
    found = {}
    for name, option in (("espeak-ng", "--version"), ("ffmpeg", "-version")):
        said = subprocess.run([name, option], check=True, capture_output=True, text=True).stdout
        version = re.search(r"[0-9]+(\.[0-9]+)+", said)
        found[name] = version[0] if version else "unknown"
    return found


def table(sessions: Mapping[str, Mapping[str, Any]]) -> str:
    """Give the sessions as a table: what each shows, what must become of it and why."""
    rows = ["| session | shows | must become | why |", "|---|---|---|---|"]
    for key, session in sessions.items():
        outcome = session["outcome"] + (f" `{session['reason']}`" if session["reason"] else "")
        rows.append(f"| {key} | {session['shows']} | {outcome} | {session['why']} |")
    return "\n".join(rows) + "\n"


def make(folder: Path) -> None:
    """Write the samples and the answer sheet below the folder, in place of what was made there before."""
    heard = writer.make(folder)
    sheet = expectations.expected(folder, writer.BASE, heard, tools())
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    with (folder / "expected.yaml").open("w", encoding="utf-8") as file:
        file.write(HEADER)
        yaml.dump(sheet, file)
    readme = folder / "README.md"
    if readme.exists():
        before, _, rest = readme.read_text(encoding="utf-8").partition(TABLE_BEGINS)
        after = rest.partition(TABLE_ENDS)[2]
        text = before + TABLE_BEGINS + table(sheet["sessions"]) + TABLE_ENDS + after
        readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
