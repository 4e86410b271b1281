"""Who is let in: one that shows the token, at the page's own name, and for no other page. By hand, without a server."""

from __future__ import annotations

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from optimizer.app.admission import Admission

ADMISSION = Admission(8901, "right")
OWN = {"Host": "127.0.0.1:8901"}


def request(path: str, headers: dict[str, str]) -> HTTPServerRequest:
    line = RequestStartLine("GET", path, "HTTP/1.1")
    return HTTPServerRequest(start_line=line, headers=HTTPHeaders(headers))


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?token=right", OWN),
        ("/?token=right", {"Host": "LOCALHOST:8901"}),
        ("/voila/static/voila.js", {**OWN, "Cookie": "tierwise-8901=right"}),
        ("/?token=right", {**OWN, "Origin": "http://127.0.0.1:8901"}),
        ("/?token=wrong", {**OWN, "Cookie": "tierwise-8901=right"}),
    ],
)
def test_let_in(path: str, headers: dict[str, str]) -> None:
    assert ADMISSION.refusal(request(path, headers)) is None


@pytest.mark.parametrize(
    ("path", "headers", "why"),
    [
        ("/", OWN, "token"),
        ("/?token=", OWN, "token"),
        ("/?token=righ", OWN, "token"),
        ("/?token=%C3%A9", OWN, "token"),
        ("/voila/static/voila.js", {**OWN, "Cookie": "tierwise-8901=wrong"}, "token"),
        ("/", {**OWN, "Cookie": "tierwise-8902=right"}, "token"),
        ("/", {**OWN, "Authorization": "token right"}, "token"),
        ("/?token=right", {"Host": "evil.example:8901"}, "address"),
        ("/?token=right", {"Host": "127.0.0.1:8902"}, "address"),
        ("/?token=right", {"Host": "127.0.0.1"}, "address"),
        ("/?token=right", {"Host": "127.0.0.1:8901.evil.example"}, "address"),
        ("/?token=right", {**OWN, "Origin": "http://evil.example"}, "web page"),
        ("/?token=right", {**OWN, "Origin": "https://127.0.0.1:8901"}, "web page"),
        ("/?token=right", {**OWN, "Origin": "http://127.0.0.1:8902"}, "web page"),
        ("/?token=right", {**OWN, "Origin": "null"}, "web page"),
        ("/?token=right", {**OWN, "Sec-WebSocket-Origin": "http://evil.example"}, "web page"),
    ],
)
def test_refused(path: str, headers: dict[str, str], why: str) -> None:
    refusal = ADMISSION.refusal(request(path, headers))
    assert refusal is not None
    assert why in refusal
