"""Which warehouse an address means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from mixline.errors import SettingsError
from mixline.warehouse.contract import Warehouse


def open_warehouse(address: str) -> Warehouse:
    """The warehouse at an address: `duckdb:///path/to/file.duckdb`.

    Raises:
        SettingsError: no warehouse has such an address.
    """
    parts = urlsplit(address)
    # both forms mean an absolute path, three slashes or, as SQLAlchemy writes it, four
    path = "/" + unquote(parts.path).lstrip("/")
    if parts.scheme == "duckdb" and not parts.netloc and len(path) > 1:
        from mixline.warehouse.duckdb import DuckDBWarehouse

        return DuckDBWarehouse(Path(path))
    raise SettingsError(
        "the address of the warehouse is not usable",
        where="MIXLINE_WAREHOUSE",
        got=address,
        expected="duckdb:///path/to/file.duckdb",
    )
