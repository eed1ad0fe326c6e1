"""The `mixline` command line.

Exit codes: 0 done, 1 failed (one sentence on the error stream), 2 wrong usage. `--json` prints one JSON document on the
output stream, and errors as one JSON document on the error stream.
"""

from mixline.cli.main import main

__all__ = ["main"]
