"""From the bytes of a file to a table: CSV in the forms that exist, and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np
import pandas as pd

from mixline.data.date_text import mostly_dates, parse_dates
from mixline.data.number_text import Mark, mostly_numbers, parse_numbers, table_mark
from mixline.errors import DataError, TooLargeError

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 200_000  # enough to see the delimiter and the way of writing numbers
MOST_CELLS = 30_000_000  # a table of this size takes about 250 MB in memory

# First bytes of files people send by mistake, and what to do about each.
_NOT_A_TABLE = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive", "Save the sheet as CSV and upload that."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV and upload that."),
    (b"%PDF", "a PDF document", "Export the table as CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"\x89PNG", "a picture", "Export the table as CSV."),
    (b"\xff\xd8\xff", "a picture", "Export the table as CSV."),
)


def read_table(content: bytes, filename: str) -> pd.DataFrame:
    """The table in a file. Dates become datetime64[s], numbers int64 or float64, TRUE/FALSE bool, the rest stays text.

    CSV may use comma, semicolon, tab or bar, UTF-8 or UTF-16 or Windows-1252, any decimal and thousands marks. A column
    with a single value that does not fit stays text, so that the checks can name the row.

    Args:
        content: the whole file.
        filename: for messages only.

    Raises:
        DataError: for an empty file, binary junk, no or duplicate column names, ragged rows, dates or numbers that can be
            read in two ways.
        TooLargeError: for more than 30 million cells.
    """
    if not content[:1_000].strip() and not content.strip():
        raise DataError("the file is empty", where=filename, action="Upload a table with a header and rows.")
    if content[:4] == b"PAR1":
        return _read_parquet(content, filename)
    for magic, name, action in _NOT_A_TABLE:
        if content.startswith(magic):
            raise DataError(f"this is {name}, not a table", where=filename, expected="CSV or Parquet", action=action)
    return _read_csv(content, filename)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _read_csv(content: bytes, filename: str) -> pd.DataFrame:
    encoding = _encoding(content, filename)
    sample = content[:SAMPLE_BYTES].decode(encoding, errors="ignore")
    skipped = 1 if sample.lower().startswith("sep=") else 0  # Excel's own first line
    delimiter = _delimiter(sample, skipped, filename)
    header, rows = _check_rows(content, encoding, delimiter, skipped, filename)
    if rows == 0:
        raise DataError("there is a header but no rows", where=filename, action="Upload the data with its rows.")
    try:
        raw = pd.read_csv(
            io.BytesIO(content),
            sep=delimiter,
            encoding=encoding,
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            header=None,
            skiprows=skipped,
            skip_blank_lines=True,
            engine="c",
            low_memory=True,
        ).iloc[1:]
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        # What the row check accepts and pandas does not: a quote that never ends, mostly.
        raise DataError(
            "the file cannot be read as a table",
            where=filename,
            got=str(error).removeprefix("Error tokenizing data. C error: ").strip(),
            expected="every quoted text to end on its line, and as many fields in each row as in the header",
            action="Export the table as CSV again.",
        ) from None
    raw.index = pd.RangeIndex(len(raw))
    raw.columns = pd.Index(header)
    raw = _drop_unnamed(raw, filename)
    _require_names(list(raw.columns), filename)
    return _typed(raw, delimiter)


def _encoding(content: bytes, filename: str) -> str:
    if content[:3] == b"\xef\xbb\xbf":
        return "utf-8-sig"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\x00" in content[:SAMPLE_BYTES]:
        raise DataError(
            "the file holds binary data", where=filename, expected="CSV or Parquet", action="Export the table as CSV."
        )
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    sample = content[:SAMPLE_BYTES]
    # Windows-1252 gives a letter to nearly every byte; control characters are what tells junk from an old export.
    controls = sum(byte < 32 and byte not in (9, 10, 13) for byte in sample)
    if controls > len(sample) / 100:
        raise DataError(
            "the file holds binary data", where=filename, expected="CSV or Parquet", action="Export the table as CSV."
        )
    try:
        content.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        return "latin-1"


def _delimiter(sample: str, skipped: int, filename: str) -> str:
    """The mark that splits the header into most fields and the lines below it into equally many."""
    best, best_score = "", (0.0, 0)
    lines = sample.splitlines()[skipped : skipped + 40]
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        if len(rows) < 1 or len(rows[0]) < 2:
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        score = (round(alike, 1), len(rows[0]))
        if score > best_score:
            best, best_score = delimiter, score
    if not best:
        raise DataError(
            "only one column was found",
            where=filename,
            got=lines[0] if lines else "",
            expected="columns separated by comma, semicolon, tab or bar",
            action="Export the table as CSV.",
        )
    return best


def _check_rows(content: bytes, encoding: str, delimiter: str, skipped: int, filename: str) -> tuple[list[str], int]:
    """Header and number of rows. Reads the file as a stream; raises DataError naming the first line of another length."""
    stream = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")
    reader = csv.reader(stream, delimiter=delimiter)
    lines: Iterator[list[str]] = (row for row in reader if row)
    try:
        for _ in range(skipped):
            next(lines)
        header = [name.strip() for name in next(lines)]
        count = 0
        for row in lines:
            if len(row) != len(header):
                raise DataError(
                    "a row has another number of fields than the header",
                    where=f"{filename}, line {reader.line_num}",
                    got=len(row),
                    expected=f"{len(header)} fields",
                    action=f"Correct line {reader.line_num}; text that holds {_named(delimiter)} belongs in quotes.",
                )
            count += 1
    except (csv.Error, StopIteration) as error:
        raise DataError(
            "the file cannot be read as CSV", where=f"{filename}, line {reader.line_num}", got=str(error)
        ) from error
    if count * len(header) > MOST_CELLS:
        raise _too_large(count, len(header), filename)
    return header, count


def _typed(raw: pd.DataFrame, delimiter: str) -> pd.DataFrame:
    stripped = {str(name): raw[name].str.strip() for name in raw.columns}
    mark = table_mark(text.head(1_000).dropna().unique() for text in stripped.values())
    columns: dict[str, pd.Series] = {}
    for name in list(stripped):
        columns[name] = _column(stripped.pop(name), mark, delimiter)
    return pd.DataFrame(columns)


def _column(text: pd.Series, mark: Mark | None, delimiter: str) -> pd.Series:
    dates = parse_dates(text)
    if dates is not None:
        return dates
    if str(text.iloc[0]).lower() in ("true", "false"):
        lowered = text.str.lower()
        if lowered.isin(("true", "false")).all():
            return lowered == "true"
    numbers = parse_numbers(text, mark, delimiter)
    return text if numbers is None else numbers


# --- names ------------------------------------------------------------------------------------------------------------


def _drop_unnamed(raw: pd.DataFrame, filename: str) -> pd.DataFrame:
    """Without nameless columns that hold nothing, or only the row numbers some programs write first."""
    keep = []
    for position, name in enumerate(raw.columns):
        if name:
            keep.append(position)
            continue
        values = raw.iloc[:, position]
        counted = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
        numbered = position == 0 and (np.diff(counted) == 1).all() and counted[0] in (0, 1)
        if not (values.isna().all() or numbered):
            raise DataError(
                "a column has no name",
                where=f"{filename}, column {position + 1}",
                got=str(values.dropna().iloc[0]),
                expected="a name in the first row",
                action="Name the column or delete it.",
            )
    return raw.iloc[:, keep]


def _require_names(names: list[str], filename: str) -> None:
    header = pd.Series(names, dtype="str")
    values = (mostly_numbers(header) + mostly_dates(header)) > 0.5
    if values:
        raise DataError(
            "the first row holds values, not column names",
            where=filename,
            got=", ".join(names[:4]),
            expected="a header",
            action="Add a first row with the names of the columns.",
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError(
            "column names repeat",
            where=filename,
            got=", ".join(repeated),
            expected="every name once",
            action="Rename one of them.",
        )
    if len(names) < 2:
        raise DataError("only one column was found", where=filename, got=", ".join(names), expected="a table")


# --- Parquet ----------------------------------------------------------------------------------------------------------


def _read_parquet(content: bytes, filename: str) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        names, rows = list(file.schema_arrow.names), file.metadata.num_rows
        if rows * len(names) > MOST_CELLS:
            raise _too_large(rows, len(names), filename)
        _require_names([str(n) for n in names], filename)
        nested = [f.name for f in file.schema_arrow if pa.types.is_nested(f.type)]
        if nested:
            raise DataError(
                "columns hold lists or records", where=filename, got=", ".join(nested), expected="plain values"
            )
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            "the Parquet file is damaged", where=filename, got=str(error).splitlines()[0], action="Write it again."
        ) from error
    if rows == 0:
        raise DataError("there are columns but no rows", where=filename, action="Upload the data with its rows.")
    frame = table.to_pandas(ignore_metadata=True)
    return pd.DataFrame({str(name): _plain_type(frame[name], table.schema.field(name).type) for name in frame.columns})


def _plain_type(values: pd.Series, kind: object) -> pd.Series:
    """Days without a clock or zone, decimals as floats, text with dates read like in a CSV."""
    import pyarrow.types as types

    if types.is_date(kind) or types.is_timestamp(kind):
        days = pd.to_datetime(values)
        days = days.dt.tz_localize(None) if getattr(days.dt, "tz", None) is not None else days
        return days.dt.normalize().astype("datetime64[s]")
    if types.is_decimal(kind):
        return values.astype(np.float64)
    if types.is_dictionary(kind):
        values = values.astype("str")
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        text = values.astype("str").str.strip() if values.notna().any() else values
        dates = parse_dates(text) if values.notna().any() else None
        return values if dates is None else dates
    return values


def _too_large(rows: int, columns: int, filename: str) -> TooLargeError:
    return TooLargeError(
        "the table is too large",
        where=filename,
        got=f"{rows:,} rows of {columns:,} columns",
        expected=f"at most {MOST_CELLS:,} cells",
        action="Keep the columns that matter, or add up to days or weeks first.",
    )


def _named(delimiter: str) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}[delimiter]
