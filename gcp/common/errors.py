"""Errors that only an HTTP edge can meet; they belong to the tree of `mixline.errors`."""

from __future__ import annotations

from mixline.errors import ForbiddenError, InputError

__all__ = ["BadRequestError", "ForbiddenError", "MediaTypeError", "MethodError"]


class BadRequestError(InputError):
    """The request cannot be read at all."""

    code = "bad-request"
    status = 400


class MediaTypeError(InputError):
    """The body is of a type this route does not read."""

    code = "media-type"
    status = 415


class MethodError(InputError):
    """The route exists, the method does not."""

    code = "method"
    status = 405
