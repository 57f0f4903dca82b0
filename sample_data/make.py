"""Make the sample data again: `python -m sample_data.make [FOLDER]`.

Needs espeak-ng and ffmpeg. The same versions of both give the same bytes; expected.yaml names the versions.
"""

import sys
from pathlib import Path

from sample_data import export

HERE = Path(__file__).parent

if __name__ == "__main__":
    export.make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
