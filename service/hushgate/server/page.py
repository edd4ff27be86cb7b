"""The page on which a person decides: on loopback, for whoever holds the link.

No script, nothing from elsewhere. It calls the sidecar like any other caller, as the one who starts it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

import jinja2

from hushgate.client import HushgateError
from hushgate.server.reviews import waits
from hushgate.v1.verdict_pb2 import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.client import Client

_MOST_BYTES: Final = 20_000
"""Of a form."""
_COOKIE: Final = "hushgate_reviews"
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;
margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f5f2;border:1px solid #ddd;padding:1rem}
label,textarea{display:block;width:100%;box-sizing:border-box}textarea{font:inherit;margin:.3rem 0 1rem}
button{font:inherit;padding:.4rem 1rem;margin-right:.5rem}
.said{border-left:4px solid #b35900;padding:.2rem .8rem}
"""
_PAGES: Final = jinja2.Environment(
    autoescape=True,
    loader=jinja2.DictLoader(
        {
            "frame": """<!doctype html><html lang="en"><meta charset="utf-8">
<title>Reviews</title><meta name="viewport" content="width=device-width"><style>{{ style|safe }}</style>
<body><h1>{% block head %}{% endblock %}</h1>{% block body %}{% endblock %}</body></html>""",
            "list": """{% extends "frame" %}{% block head %}Drafts that wait{% endblock %}{% block body %}
{% if not held %}<p>Nothing waits.</p>{% else %}{{ table(held) }}{% endif %}
{% if sampled %}<h2>Messages that were sent, to be looked at</h2>{{ table(sampled) }}{% endif %}{% endblock %}
{% macro table(reviews) %}<table>
<thead><tr><th>Since (UTC)<th>Tenant<th>Agent<th>To<th>Because</tr></thead><tbody>
{% for r in reviews %}<tr><td><a href="/review/{{ r.review_id }}">
{{ r.held_at.ToDatetime().isoformat(" ", "seconds") }}
</a><td>{{ r.tenant }}<td>{{ r.agent_id or "-" }}<td>{{ r.destination }}<td>{{ r.reasons|map(attribute="code")
|unique|join(", ") }}</tr>{% endfor %}</tbody></table>{% endmacro %}""",
            "one": """{% extends "frame" %}{% block head %}
{{ "A message, sent to" if r.sampled else "A draft to" }} {{ r.destination }}{% endblock %}
{% block body %}
<p><a href="/">All that waits</a></p><p>{{ r.agent_id or "An agent" }} of {{ r.tenant }}, {{ r.intent }};
until {{ r.expires_at.ToDatetime().isoformat(" ", "seconds") }} UTC.</p>
<h2>Why it waits</h2><ul>{% for reason in r.reasons %}<li>{{ reason.detail }}{% endfor %}</ul>
<h2>The text, redacted</h2><pre>{{ r.text }}</pre>
{% if r.verdict %}<p class="said">It has been decided.</p>{% else %}
<form method="post"><input type="hidden" name="proof" value="{{ proof }}">
<label>{{ "Comment" if r.sampled else "Why" }}
<textarea name="reason" rows="3" maxlength="1000" required></textarea></label>
{% if r.sampled %}<input type="hidden" name="sampled" value="yes">
<button name="verdict" value="PASSED">Good</button>
<button name="verdict" value="BLOCKED">Bad</button>{% else %}
<button name="verdict" value="PASSED">Approve</button>
<button name="verdict" value="REDACTED">Approve as shown</button>
<button name="verdict" value="BLOCKED">Reject</button>{% endif %}</form>{% endif %}{% endblock %}""",
            "said": """{% extends "frame" %}{% block head %}Reviews{% endblock %}{% block body %}
<p class="said">{{ sentence }}</p><p><a href="/">All that waits</a></p>{% endblock %}""",
        }
    ),
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Page(ThreadingHTTPServer):
    """One person's page. The link lets one browser in, once."""

    daemon_threads = True

    def __init__(self, client: Client, *, port: int, by: str) -> None:
        """``port`` of loopback, 0: any that is free; ``by``: who decides."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.client = client
        self.by = by
        self.entrance: str | None = secrets.token_urlsafe(24)
        self.pass_ = secrets.token_urlsafe(24)

    @property
    def place(self) -> str:
        """Its address as a browser has it."""
        return f"127.0.0.1:{self.server_address[1]}"

    def proof(self, review_id: str) -> str:
        """What a form of this page has, and none of another site."""
        return hmac.digest(self.pass_.encode(), review_id.encode(), "sha256").hex()


class _Handler(BaseHTTPRequestHandler):
    server: Page
    timeout = 30
    server_version = "hushgate"
    sys_version = ""

    def log_message(self, *_: object) -> None:
        """The sidecar's log has what was decided; this one would have addresses alone."""

    def do_GET(self) -> None:
        """The link, the list, one review."""
        if self.headers.get("Host") != self.server.place:
            self._say(HTTPStatus.FORBIDDEN, "This page has another address.")
        elif self.server.entrance and self.path == f"/enter/{self.server.entrance}":
            self.server.entrance = None
            cookie = f"{_COOKIE}={self.server.pass_}; HttpOnly; SameSite=Strict; Path=/"
            self._send(HTTPStatus.SEE_OTHER, "", {"Location": "/", "Set-Cookie": cookie})
        elif not self._let_in():
            self._say(HTTPStatus.FORBIDDEN, "Open the link that the command has printed; it works once.")
        elif self.path == "/":
            self._ask(self._list)
        elif self.path.startswith("/review/"):
            self._ask(lambda: self._one(self.path.removeprefix("/review/")))
        else:
            self._say(HTTPStatus.NOT_FOUND, "There is no such page.")

    def do_POST(self) -> None:
        """A decision."""
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(min(length, _MOST_BYTES)).decode("utf-8", "replace"))
        said = {name: values[0] for name, values in form.items()}
        review_id = self.path.removeprefix("/review/")
        proven = hmac.compare_digest(said.get("proof", "").encode(), self.server.proof(review_id).encode())
        if self.headers.get("Host") != self.server.place or not self._let_in() or not proven:
            self._say(HTTPStatus.FORBIDDEN, "This form is not one of this page.")
        elif said.get("verdict") not in {"PASSED", "REDACTED", "BLOCKED"}:
            self._say(HTTPStatus.BAD_REQUEST, "A decision is one of the three buttons.")
        else:
            self._ask(lambda: self._decide(review_id, said))

    def _list(self) -> None:
        client = self.server.client
        self._show(HTTPStatus.OK, "list", held=waits(client), sampled=waits(client, sampled=True))

    def _one(self, review_id: str) -> None:
        review = self.server.client.get_review(review_id=review_id).review
        self._show(HTTPStatus.OK, "one", r=review, proof=self.server.proof(review_id))

    def _decide(self, review_id: str, said: dict[str, str]) -> None:
        self.server.client.decide_review(
            review_id=review_id,
            verdict=Verdict.Value(f"VERDICT_{said['verdict']}"),
            decided_by=self.server.by,
            reason=said.get("reason", ""),
            sampled="sampled" in said,
        )
        self._say(HTTPStatus.OK, "Decided.")

    def _ask(self, work: Callable[[], None]) -> None:
        try:
            work()
        except HushgateError as error:
            self._say(HTTPStatus.CONFLICT, f"{error.reason}: {error}" if error.reason else str(error))

    def _let_in(self) -> bool:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(_COOKIE)
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self.server.pass_.encode())

    def _say(self, status: HTTPStatus, sentence: str) -> None:
        self._show(status, "said", sentence=sentence)

    def _show(self, status: HTTPStatus, page: str, **values: object) -> None:
        self._send(status, _PAGES.get_template(page).render(style=_STYLE, **values), {})

    def _send(self, status: HTTPStatus, text: str, headers: dict[str, str]) -> None:
        body = text.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in {**_HEADERS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
