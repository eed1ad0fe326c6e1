"""A fitted model as files: `model.json` and Parquet tables, nothing executable.

The same model gives the same bytes, and reading gives back an equal model. What is read is not trusted: names, shapes and
values are checked before a model is made of them.

The version of the format is in `model.json`. A reader understands its own version and, through `UPGRADES`, every older one.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixline.errors import InputError, IntegrityError, MixlineError
from mixline.mmm.model import Draws, MixModel, Series
from mixline.mmm.specification import ModelSpec, canonical_json

Floats = NDArray[np.float64]
Table = dict[str, NDArray[Any]]

FORMAT = "mixline-mmm"
VERSION = 2
# From a version to the next: takes and returns (model.json as a dict, tables by file name).
Upgrade = Callable[[dict[str, Any], dict[str, Table]], tuple[dict[str, Any], dict[str, Table]]]


def _add_lift_and_cluster(
    document: dict[str, Any], tables: dict[str, Table]
) -> tuple[dict[str, Any], dict[str, Table]]:
    """1 to 2: candidates say how far they are from the lift studies (nan: not asked) and their cluster (-1: none)."""
    candidates = tables["candidates.parquet"]
    rows = len(next(iter(candidates.values()), ()))
    added: Table = {"lift": np.full(rows, np.nan), "cluster": np.full(rows, -1, dtype=np.int64)}
    return document | {"version": 2}, tables | {"candidates.parquet": added | candidates}


UPGRADES: Mapping[int, Upgrade] = {1: _add_lift_and_cluster}

DOCUMENT = "model.json"
TABLES = ("series.parquet", "draws.parquet", "candidates.parquet")
LONGEST_FILE = 512 * 1024 * 1024  # bytes; a daily model of ten years with 1,000 draws is far below 100 MB
LARGEST_TABLE = 50_000_000  # cells


def write_model(model: MixModel) -> dict[str, bytes]:
    """The files of a model, by name. `facts` must hold JSON types (or numpy numbers); tuples come back as lists."""
    draws, series = model.draws, model.series
    document = {
        "format": FORMAT,
        "version": VERSION,
        "spec": model.spec.to_dict(),
        "spec_id": model.spec.id,
        "media_names": list(model.media_names),
        "other_names": list(model.other_names),
        "other_groups": list(model.other_groups),
        "paid_count": model.paid_count,
        "interval": model.interval,
        "window": [int(row) for row in series.window],
        "train": int(series.train),
        "periods": len(series.dates),
        "draws": len(draws),
        "chosen": int(draws.chosen),
        "metrics": {name: _encode(float(value)) for name, value in model.metrics.items()},
        "reason": model.reason,
        "facts": _plain(model.facts, "facts"),
    }
    tables: dict[str, Table] = {
        "series.parquet": {
            "date": series.dates.astype("datetime64[D]"),
            "outcome": series.outcome,
            **_columns("spend", series.spend),
            **_columns("media", series.media),
            **_columns("other", series.other),
        },
        "draws.parquet": {
            "weight": draws.weights,
            **_columns("adstock_first", draws.adstock[:, :, 0]),
            **_columns("adstock_second", draws.adstock[:, :, 1]),
            **_columns("alpha", draws.alpha),
            **_columns("inflexion", draws.inflexion),
            **_columns("beta", draws.beta),
            **_columns("coefficient", draws.coefficients),
            "intercept": draws.intercept,
            "candidate": draws.candidate,
        },
        "candidates.parquet": dict(model.candidates),
    }
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return {DOCUMENT: text.encode() + b"\n"} | {name: _to_parquet(table, name) for name, table in tables.items()}


def read_model(files: Mapping[str, bytes]) -> MixModel:
    """The model of the files; its arrays are read-only. Files it does not know are left alone.

    Raises:
        InputError: this is not a model, or one of a newer version of the format.
        IntegrityError: a file is missing, or what it holds cannot be a model.
    """
    for name in (DOCUMENT, *TABLES):
        if name not in files:
            raise _broken(name, "a file of the model is missing", expected=", ".join((DOCUMENT, *TABLES)))
        if len(files[name]) > LONGEST_FILE:
            raise _broken(name, "the file is too large", got=f"{len(files[name]):,} bytes")
    document = _read_document(files[DOCUMENT])
    tables = {name: _from_parquet(files[name], name) for name in TABLES}
    for version in range(document["version"], VERSION):
        document, tables = UPGRADES[version](document, tables)
    try:
        return _assemble(document, tables)
    except MixlineError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise _broken(DOCUMENT, "the parts of the model do not fit together", got=str(error)) from error


def _assemble(document: dict[str, Any], tables: dict[str, Table]) -> MixModel:
    spec = ModelSpec.from_dict(document["spec"])
    # The text as written is what the id names: a later release may know more fields, and gives them their defaults.
    if hashlib.sha256(canonical_json(document["spec"])).hexdigest() != document["spec_id"]:
        raise _broken(DOCUMENT, "the specification is not the one the model was fitted with")
    media_names, other_names = _names(document, "media_names"), _names(document, "other_names")
    other_groups = _names(document, "other_groups")
    if media_names != tuple(m.name for m in spec.ordered_media):
        raise _broken(DOCUMENT, "the channels are not those of the specification", got=", ".join(media_names))
    if len(other_groups) != len(other_names) or not set(other_groups) <= {"component", "context"}:
        raise _broken(DOCUMENT, "the groups of the other terms are wrong", got=", ".join(other_groups))
    if document["interval"] not in ("day", "week", "month"):
        raise _broken(DOCUMENT, "the interval is unknown", got=document["interval"])
    series_name, draws_name, candidates_name = TABLES
    raw, drawn, candidates = (tables[name] for name in TABLES)
    periods, count = _whole(document, "periods"), _whole(document, "draws")
    m, p, k = len(media_names), len(spec.paid), len(other_names)
    for name, table, rows in ((series_name, raw, periods), (draws_name, drawn, count)):
        if rows < 1 or any(len(column) != rows for column in table.values()):
            raise _broken(name, "the number of rows is wrong", expected=f"{rows} rows")
    window, train = document["window"], _whole(document, "train")
    start, stop = (int(row) for row in window)
    if not (0 <= start < stop <= periods and 0 < train <= stop - start and len(window) == 2):
        raise _broken(DOCUMENT, "the window lies outside the data", got=f"{window}, {train} rows fitted on")
    dates = raw["date"].astype("datetime64[D]")
    if np.isnat(dates).any() or (np.diff(dates) <= np.timedelta64(0)).any():
        raise _broken(series_name, "the dates do not rise")
    series = Series(
        dates=_locked(dates),
        outcome=_numbers(raw, "outcome", series_name),
        spend=_matrix(raw, "spend", p, periods, series_name),
        media=_matrix(raw, "media", m, periods, series_name),
        other=_matrix(raw, "other", k, periods, series_name),
        window=(start, stop),
        train=train,
    )
    first, second = (_matrix(drawn, f"adstock_{part}", m, count, draws_name) for part in ("first", "second"))
    draws = Draws(
        weights=_numbers(drawn, "weight", draws_name),
        adstock=_locked(np.stack([first, second], axis=2)),
        alpha=_matrix(drawn, "alpha", m, count, draws_name),
        inflexion=_matrix(drawn, "inflexion", m, count, draws_name),
        beta=_matrix(drawn, "beta", m, count, draws_name),
        coefficients=_matrix(drawn, "coefficient", k, count, draws_name),
        intercept=_numbers(drawn, "intercept", draws_name),
        candidate=_locked(drawn["candidate"].astype(np.int64)),
        chosen=_whole(document, "chosen"),
    )
    if (draws.weights < 0).any() or abs(float(draws.weights.sum()) - 1.0) > 1e-6:
        raise _broken(draws_name, "the weights of the draws do not sum to one", got=float(draws.weights.sum()))
    if not 0 <= draws.chosen < count:
        raise _broken(DOCUMENT, "the chosen draw does not exist", got=draws.chosen, expected=f"0 to {count - 1}")
    lengths = {len(column) for column in candidates.values()}
    if len(lengths) > 1 or (draws.candidate < 0).any() or (lengths and int(draws.candidate.max()) >= max(lengths)):
        raise _broken(candidates_name, "the draws and the candidates do not fit together")
    return MixModel(
        spec=spec,
        series=series,
        draws=draws,
        media_names=media_names,
        other_names=other_names,
        other_groups=other_groups,
        interval=document["interval"],
        candidates={name: _locked(column) for name, column in candidates.items()},
        metrics={str(name): _decode(value) for name, value in document["metrics"].items()},
        reason=str(document["reason"]),
        facts=dict(document["facts"]),
    )


def _read_document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _broken(DOCUMENT, "the file is not JSON", got=str(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(
            "this is not a model of Mixline", where=DOCUMENT, expected=f"a file of the format {FORMAT}",
            action="Choose the folder that a fit has written.",
        )  # fmt: skip
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _broken(DOCUMENT, "the version of the format is not a number", got=version)
    if version > VERSION or any(v not in UPGRADES for v in range(version, VERSION)):
        raise InputError(
            "this version of the model format cannot be read", where=DOCUMENT, got=version,
            expected=f"at most {VERSION}", action="Update Mixline, or fit the model again.",
        )  # fmt: skip
    return document


def _to_parquet(table: Table, name: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {}
    for key, values in table.items():
        array = np.asarray(values)
        if array.ndim != 1:
            raise InputError("a column must have one dimension", where=f"{name}, {key}", got=f"{array.ndim} dimensions")
        if array.dtype.kind in "OU":
            columns[key] = pa.array([str(v) for v in array], type=pa.string())
        elif array.dtype.kind == "b":
            columns[key] = pa.array(array.tolist(), type=pa.bool_())
        elif array.dtype.kind == "M":
            columns[key] = _to_arrow(array.astype("datetime64[D]").astype(np.int32), pa.date32())
        else:
            columns[key] = _to_arrow(array, pa.from_numpy_dtype(array.dtype))
    sink = io.BytesIO()
    # Without compression and statistics the bytes depend on the values alone.
    pq.write_table(pa.table(columns), sink, compression="none", use_dictionary=False, write_statistics=False)
    return sink.getvalue()


def _to_arrow(values: NDArray[Any], kind: Any) -> Any:
    """An Arrow column over the values' own bytes. pyarrow's conversions of numpy arrays would import pandas."""
    import pyarrow as pa

    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _from_arrow(column: Any) -> NDArray[Any]:
    """The values of a numeric Arrow column without missing ones, again without pandas."""
    chunks = [np.from_dlpack(chunk) for chunk in column.chunks if len(chunk)]
    if not chunks:
        return np.zeros(0, dtype=column.type.to_pandas_dtype())
    return np.concatenate(chunks)


def _from_parquet(content: bytes, name: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows * max(file.metadata.num_columns, 1) > LARGEST_TABLE:
            raise _broken(name, "the table is too large", got=f"{file.metadata.num_rows:,} rows")
        table = file.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _broken(name, "the file is not Parquet", got=str(error)) from error
    columns: Table = {}
    for key in table.column_names:
        column = table.column(key)
        if column.null_count:
            raise _broken(name, "a value is missing", got=key)
        if pa.types.is_string(column.type):
            columns[key] = np.array(column.to_pylist(), dtype=object)
        elif pa.types.is_date32(column.type):
            columns[key] = _from_arrow(column.cast(pa.int32())).astype("datetime64[D]")
        elif pa.types.is_boolean(column.type):
            columns[key] = np.array(column.to_pylist(), dtype=bool)
        elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            columns[key] = _from_arrow(column)
        else:
            raise _broken(name, "a column has a type that no model has", got=f"{key}: {column.type}")
    return columns


def _columns(prefix: str, matrix: Floats) -> Table:
    return {f"{prefix}_{i}": matrix[:, i] for i in range(matrix.shape[1])}


def _matrix(table: Table, prefix: str, width: int, rows: int, where: str) -> Floats:
    if width == 0:
        return _locked(np.zeros((rows, 0)))
    return _locked(np.column_stack([_numbers(table, f"{prefix}_{i}", where) for i in range(width)]))


def _numbers(table: Table, key: str, where: str) -> Floats:
    if key not in table:
        raise _broken(where, "a column is missing", got=key)
    values = np.asarray(table[key], dtype=np.float64)
    if not np.isfinite(values).all():
        raise _broken(where, "a number is not finite", got=key)
    return _locked(values.copy())


def _locked(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def _names(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = document[key]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _broken(DOCUMENT, "a list of names is wrong", got=key)
    return tuple(names)


def _whole(document: Mapping[str, Any], key: str) -> int:
    value = document[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise _broken(DOCUMENT, f"{key} is not a whole number", got=value)
    return value


def _encode(value: float) -> float | str:
    """JSON has no NaN and no infinity; their names stand for them."""
    return value if math.isfinite(value) else str(value)


def _decode(value: Any) -> float:
    return float(value)


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, where) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist(), where)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    raise InputError(
        "this cannot be kept in a model file", where=where, got=type(value).__name__, expected="JSON types"
    )


def _broken(where: str, what: str, *, got: object = None, expected: str = "") -> IntegrityError:
    return IntegrityError(
        what, where=where, got=got, expected=expected, action="Restore the file from a backup or fit the model again."
    )
