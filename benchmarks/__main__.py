"""`make bench`: run every benchmark in this folder, or the named ones: `python -m benchmarks engine dashboard`.

Options after one name go to that benchmark: `python -m benchmarks engine --countries 50`.

A benchmark is a module `bench_<name>.py` with a `main()` that prints its figures. Machines differ and are noisy: read the
ratios printed side by side in one run, not single seconds from different days.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path


def main(words: list[str]) -> int:
    names = words[: next((k for k, word in enumerate(words) if word.startswith("-")), len(words))]
    options = words[len(names) :]
    if options and len(names) != 1:
        print("Options go to one benchmark: name it first.")
        return 2
    found = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = [name for name in names if name not in found]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(found)}.")
        return 2
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in names or found:
        print(f"\n== {name}")
        run = importlib.import_module(f"benchmarks.bench_{name}").main
        run(options) if options else run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
