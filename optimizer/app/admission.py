"""Who may speak with the page: only its own address, only its own pages, and only whoever has the token.

The server listens on this machine alone, which keeps out other machines and no other web page: one that is open in the
same browser may send requests here (their Origin tells), or have its own name lead here (DNS rebinding: their Host
tells). Every request is judged before anything else sees it, also one that opens a websocket or asks for a script.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher
from tornado.web import RequestHandler

LOOPBACK = "127.0.0.1"
_ORIGINS = ("Origin", "Sec-Websocket-Origin")
"""Headers in which a browser names the page that asks; the second one is of early websockets."""


@dataclass(frozen=True)
class Admission:
    """What a request must show to be let in."""

    port: int
    token: str
    """The secret that the address holds, and after the first page a cookie."""

    @property
    def cookie(self) -> str:
        """Name of the cookie; a browser sends cookies to every port of a host, so each port has its own."""
        return f"tierwise-{self.port}"

    @property
    def address(self) -> str:
        """Where the page is, with the token."""
        return f"http://{LOOPBACK}:{self.port}/?token={self.token}"

    def refusal(self, request: HTTPServerRequest) -> str | None:
        """Why a request is refused, None where it is let in."""
        hosts = {f"{name}:{self.port}" for name in (LOOPBACK, "localhost")}
        if request.host.lower() not in hosts:
            return "This address is not the page's own."
        origins = [origin for header in _ORIGINS for origin in request.headers.get_list(header)]
        if any(origin.lower() not in {f"http://{host}" for host in hosts} for origin in origins):
            return "Another web page may not ask for this one."
        if not self._holds_token(request):
            return "The token is missing or wrong: open the address that tierwise app has printed."
        return None

    def _holds_token(self, request: HTTPServerRequest) -> bool:
        shown = list(request.query_arguments.get("token", []))
        if self.cookie in request.cookies:
            shown.append(request.cookies[self.cookie].value.encode())
        return any(compare_digest(one, self.token.encode()) for one in shown)


class Refused(Matcher):
    """The requests that are not let in."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """What the refusing handler is given; None where a request is let in."""
        why = self._admission.refusal(request)
        return None if why is None else {"target_kwargs": {"why": why}}


class RefusalHandler(RequestHandler):
    """Answers every request with 403 and a sentence."""

    def initialize(self, why: str) -> None:
        """Take what is to be said."""
        self._why = why

    async def prepare(self) -> None:
        """Answer, whatever the method."""
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        await self.finish(f"{self._why}\n")
