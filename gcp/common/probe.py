"""`python -m gcp.common.probe`: exit code 0 when the service in this container answers."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection


def main() -> int:
    """Ask /health on the port the container listens on."""
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8080")), timeout=2)
    try:
        connection.request("GET", "/health")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
