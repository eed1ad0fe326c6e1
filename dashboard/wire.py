"""The wire to the trainer: what is asked, for whom, what is kept of the answer, and what is said when none comes.

Documents named by their content never change and are kept in a bounded cache. Lists and states that do change are asked for
each time; when the trainer does not answer, the last known one is given back, marked with its date. All other faults are
errors of `mixline.errors`.

Where a sign-in names people, an answer belongs to the person the trainer gave it to: in memory and on disk it is found by
them alone, and a document they had is asked for again after a while, as what they may see may have changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
from flask import has_request_context, request
from pydantic import ValidationError

from dashboard import trail
from dashboard.memory import Known, Memory, digest_of, read_body
from dashboard.problems import read_problem
from dashboard.silence import Silence
from dashboard.trail import Asked
from mixline.errors import ForbiddenError, MixlineError, NotFoundError, UnavailableError
from mixline.settings import Settings

T = TypeVar("T")

AWAY = "Try again in a moment; if it stays so, tell whoever looks after Mixline."
CONNECT_TIMEOUT = 2.0  # seconds: a service that is away should be noticed at once


class Wire:
    """How the trainer is asked. One per process, safe to use from many threads.

    Args:
        settings: where the trainer is and how long to wait for it.
        transport: another way to reach the service (tests call an application in the same process).
        folder: where the last answers are kept for other processes and later ones; nowhere when not given.
    """

    def __init__(
        self, settings: Settings, transport: httpx.BaseTransport | None = None, folder: Path | None = None
    ) -> None:
        self.address = settings.trainer_address
        self._identity = settings.identity_header
        self._http = httpx.Client(
            base_url=self.address,
            transport=transport,
            timeout=httpx.Timeout(settings.request_timeout, connect=CONNECT_TIMEOUT),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
            trust_env=False,
        )
        self._silence = Silence(self._knock)
        self._memory = Memory(folder)

    def ask_again(self, asked: Asked) -> bytes | None:
        """The digest of the answer to a question of a page that was drawn, for whoever asks now; None without an answer."""
        person = self._person()
        if asked.settled and (given := self._memory.given(asked.path, person)):
            return given
        try:
            response = self._ask(asked.path, person)
        except MixlineError:
            return None
        digest = digest_of(response.content)
        if digest == asked.digest:
            self._memory.again(asked.path, person, response.content)
        return digest

    def _knock(self) -> bool:
        try:
            self._http.get("/health", timeout=CONNECT_TIMEOUT)
        except httpx.TimeoutException:
            return False
        except httpx.TransportError:
            return True  # refused at once: nobody waits for that
        return True

    def document(self, path: str, kind: type[T], settled: Callable[[T], bool] = lambda _: True) -> T:
        """A document that never changes once it is `settled`: from memory, else asked for."""
        person = self._person()
        found, unasked = self._memory.document(path, person, kind)
        if found is not None and unasked and settled(found):
            trail.note(path, self._memory.given(path, person), settled=True)
            return cast(T, found)
        try:
            response = self._ask(path, person)
            document = parse(kind, response)
        except UnavailableError:
            trail.spoil()
            if found is not None:
                return cast(T, found)
            if (kept := self._memory.kept(path, person, kind)) is None:
                raise
            return kept.value
        trail.note(path, digest_of(response.content), settled=settled(document))
        return self._memory.give(path, person, kind, document, response.content)

    def latest(self, path: str, kind: type[T]) -> Known[T]:
        """A document that changes: asked for each time, the last known one when the service is away."""
        person = self._person()
        try:
            response = self._ask(path, person)
            value = parse(kind, response)
        except UnavailableError:
            trail.spoil()
            if (last := self._memory.last(path, person, kind)) is None:
                raise
            return last
        trail.note(path, digest_of(response.content), settled=False)
        return self._memory.hear(path, person, value, response.content)

    def _ask(self, path: str, person: str | None) -> httpx.Response:
        """An answer that will be kept. Who is refused keeps no earlier one."""
        try:
            return self._exchange("GET", path)
        except MixlineError as error:
            trail.spoil()
            if isinstance(error, (ForbiddenError, NotFoundError)):
                self._memory.forget(path, person)
            raise

    def _signed_in(self) -> str:
        """The identity header's value as it came with the request that is being answered."""
        return request.headers.get(self._identity, "") if self._identity and has_request_context() else ""

    def _names(self) -> dict[str, str]:
        """The header that tells the trainer who asks."""
        name = self._signed_in()
        return {self._identity: name} if name else {}

    def _person(self) -> str | None:
        """Whose answers these are: a digest of the name the trainer is told, None where nobody is told apart.

        Who comes without a name where a sign-in is set up is somebody, too: the trainer's unknown person.
        """
        return hashlib.sha256(self._signed_in().encode()).hexdigest() if self._identity else None

    def _unanswered(self, *, sent: bool = False) -> UnavailableError:
        """What is said when no answer came; `sent` when something was asked to be done, which may have been done."""
        if sent:
            return UnavailableError(
                "no answer came in time, and what was asked may have been done all the same",
                where=self.address,
                action="Open the page again in a moment and see before you repeat it.",
            )
        return UnavailableError("the trainer did not answer in time", where=self.address, action=AWAY)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """An answer that is not kept: what is drawn with it is drawn anew each time."""
        trail.spoil()
        return self._exchange(method, path, **options)

    def require_answer(self) -> None:
        """Nothing where somebody is there, before something is sent whose answer may take much longer than others.

        Raises:
            UnavailableError: no sign of life within the time of any request.
        """
        self._request("GET", "/health")

    def _exchange(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._request(method, path, **options)
        if response.is_error:
            raise read_problem(response)
        return response

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        options["headers"] = {**(options.get("headers") or {}), **self._names()}
        try:
            if self._silence.holds():
                raise self._unanswered()
            return self._http.request(method, path, **options)
        except httpx.TimeoutException as fault:
            self._silence.met()
            never_left = isinstance(fault, (httpx.ConnectTimeout, httpx.PoolTimeout))
            raise self._unanswered(sent=method != "GET" and not never_left) from None
        except httpx.TransportError:
            raise UnavailableError(
                "the trainer cannot be reached",
                where=self.address,
                action=AWAY,
            ) from None

    @contextmanager
    def stream_text(self, path: str) -> Iterator[Iterator[bytes]]:
        """A text of any length, piece by piece as it arrives. Raises what the route answers before the first piece."""
        trail.spoil()
        try:
            with self._http.stream("GET", path, headers=self._names()) as response:
                if response.is_error:
                    response.read()
                    raise read_problem(response)
                yield response.iter_bytes()
        except httpx.TransportError:
            raise UnavailableError(
                "the trainer broke off", where=self.address, action="Try again in a moment."
            ) from None


def parse(kind: type[T], response: httpx.Response) -> T:
    """The document an answer holds. Raises UnavailableError where it has another form."""
    try:
        return read_body(kind, response.content)
    except ValidationError as fault:
        raise UnavailableError(
            "the trainer's answer has another form than this dashboard knows",
            where=str(response.request.url.path),
            got=str(fault.errors()[0]["loc"]),
            action="Run the dashboard and the trainer from the same version.",
        ) from None
