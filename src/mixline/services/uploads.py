"""Uploads: a file becomes a stored table with a suggestion for each of its columns."""

from __future__ import annotations

import hashlib
import threading
from pathlib import PurePosixPath
from typing import BinaryIO

from mixline.errors import NotFoundError, TooLargeError
from mixline.messages import UploadView
from mixline.services.context import Services
from mixline.services.snapshots import show_rows
from mixline.services.time_axis import describe_time
from mixline.state.uploads import Upload

CONTENT_NAME = "content"  # the file of an upload's bundle
PREVIEW_ROWS = 20
CHUNK = 1 << 20
PARSED_AT_ONCE = 2  # a table takes several times its file in memory while it is read; others wait their turn
PARSING = threading.BoundedSemaphore(PARSED_AT_ONCE)


def store_upload(services: Services, filename: str, stream: BinaryIO) -> tuple[UploadView, bool]:
    """Read a file, check that it is a table, keep it. Nothing is kept of a file that is refused.

    Returns:
        What is known of it, and whether it is new: the same bytes again give the first upload.

    Raises:
        TooLargeError: more than `upload_limit_mb`; reading stops there.
        DataError: not a table; the sentence says why.
    """
    name = clean_filename(filename)
    with PARSING:
        content = read_limited(stream, services.settings.upload_limit_mb * 1_000_000, name)
        upload_id = hashlib.sha256(content).hexdigest()
        known = find_upload(services, upload_id)
        if known is not None:
            return known, False
        view = describe(content, name, upload_id)
        artifact_id = services.artifacts.publish({CONTENT_NAME: content})
    row = services.uploads.put(
        upload_id, filename=name, artifact_id=artifact_id, rows=view.rows, view=view.model_dump(mode="json")
    )
    return _view(row), True


def get_upload(services: Services, upload_id: str) -> UploadView:
    """Raises NotFoundError."""
    return _view(services.uploads.get(upload_id))


def find_upload(services: Services, upload_id: str) -> UploadView | None:
    """The upload of these bytes, None when they were never uploaded."""
    try:
        return get_upload(services, upload_id)
    except NotFoundError:
        return None


def describe(content: bytes, filename: str, upload_id: str) -> UploadView:
    """What a table looks like: its columns with a suggestion each, its time axis, and what is notable about it.

    Raises:
        DataError: not a table.
    """
    from mixline.data.mapping import choices_from
    from mixline.data.quality import review_table
    from mixline.data.reading import read_table
    from mixline.data.roles import suggest_columns

    frame = read_table(content, filename)
    suggestions = suggest_columns(frame)
    choices = choices_from(suggestions)
    axis = describe_time(frame, choices)
    return UploadView(
        id=upload_id,
        filename=filename,
        rows=len(frame),
        interval=axis.interval,
        first_date=axis.first,
        last_date=axis.last,
        segments=axis.segments,
        columns=suggestions,
        findings=review_table(frame, choices),
        preview=show_rows(frame, limit=PREVIEW_ROWS),
    )


def read_limited(stream: BinaryIO, limit: int, filename: str) -> bytes:
    """All bytes of a stream. Raises TooLargeError as soon as there are more than `limit`."""
    parts, size = [], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLargeError(
                "the file is too large",
                where=filename,
                got=f"more than {limit / 1_000_000:,.0f} MB",
                expected=f"at most {limit / 1_000_000:,.0f} MB",
                action="Keep the columns and rows you need, or raise MIXLINE_UPLOAD_LIMIT_MB.",
            )
        parts.append(chunk)
    return b"".join(parts)


def clean_filename(name: str) -> str:
    """The last part of a path, without anything that could break a line or a header; 1 to 120 characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(c for c in last if c.isprintable()).strip()
    return printable[-120:] or "table"


def _view(row: Upload) -> UploadView:
    return UploadView.model_validate(dict(row.view))
