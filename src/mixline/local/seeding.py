"""Seeds the demo in a process of its own, whose memory goes when it is done: `python -m mixline.local.seeding`."""

from __future__ import annotations

import sys

from mixline.errors import MixlineError
from mixline.settings import load_settings


def main() -> int:
    """Print a line per step. Returns 1 when the demo could not be made."""
    from mixline.services.demo import seed

    try:
        seed(load_settings(), lambda line: print(line, flush=True))  # noqa: T201  (read by the stack)
    except MixlineError as error:
        print(f"The demo could not be made. {error.sentence}", flush=True)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
