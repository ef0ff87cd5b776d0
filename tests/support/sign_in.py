"""A small sign-in server on loopback: the endpoints of Microsoft and Google that we use, over HTTPS."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme


def _segment(value: object) -> str:
    raw = json.dumps(value).encode() if not isinstance(value, bytes) else value
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class SignIn:
    """One server. Change its fields at any time; `asked` has every form that came, oldest first.

    active: whom each token is for; what is in revoked is not taken by mail servers any more.
    person: who signs in when a code is entered. pending: how often the code is "not yet entered".
    refuse: an error to answer token requests with. broken: an HTTP status to answer with, where
    a path ends in broken_path.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca = folder / "sign-in-ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        self.asked: list[dict[str, str]] = []
        self.person = "anna@example.org"
        self.pending = 1
        self.lifetime = 3600
        self.refuse: dict[str, str] | None = None
        self.broken = 0
        self.broken_path = ""
        self.active: dict[str, str] = {}
        self.revoked: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = self._tls(authority).wrap_socket(
            self._server.socket, server_side=True
        )
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self.port}"

    def token(self, user: str) -> str:
        """Give out a new token for a user."""
        token = f"token-{len(self.active) + 1}"
        self.active[token] = user
        return token

    def __enter__(self) -> SignIn:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _tls(self, authority: trustme.CA):
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context

    def _handler(self):
        sign_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                sign_in._answer(self, {})

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(length).decode())
                sign_in._answer(self, {k: v[0] for k, v in form.items()})

            def log_message(self, *words):
                pass

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        path = urlsplit(handler.path).path
        broken = self.broken and path.endswith(self.broken_path)
        status, said = (self.broken, {}) if broken else self._route(path, form)
        raw = json.dumps(said).encode()
        with suppress(OSError):
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(raw)))
            handler.end_headers()
            handler.wfile.write(raw)

    def _route(self, path: str, form: dict[str, str]) -> tuple[int, dict]:
        tenant = path.split("/")[1]
        if path.endswith("openid-configuration"):
            base = f"{self.url}/{tenant}/oauth2/v2.0"
            return 200, {
                "issuer": f"{self.url}/{tenant}/v2.0",
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "device_authorization_endpoint": f"{base}/devicecode",
            }
        if path.endswith("/devicecode"):
            return 200, {
                "device_code": "d",
                "user_code": "ABCD1234",
                "verification_uri": f"{self.url}/device",
                "expires_in": 900,
                "interval": 0,
            }
        if path.endswith("/introspect"):
            token = form.get("token", "")
            if token in self.revoked or token not in self.active:
                return 200, {"active": False}
            return 200, {"active": True, "username": self.active[token]}
        if path.endswith("/token"):
            self.asked.append(form)
            return self._grant(form)
        return 404, {}

    def _grant(self, form: dict[str, str]) -> tuple[int, dict]:
        if self.refuse:
            return 400, self.refuse
        match form.get("grant_type", "").rpartition(":")[2]:
            case "device_code":
                if self.pending:
                    self.pending -= 1
                    return 400, {"error": "authorization_pending"}
                return 200, self._signed_in(form)
            case "refresh_token":
                return 200, self._signed_in(form)
            case "jwt-bearer":
                claims = form["assertion"].split(".")[1]
                claims += "=" * (-len(claims) % 4)
                return 200, self._bare(json.loads(base64.urlsafe_b64decode(claims))["sub"])
            case _:
                return 200, self._bare("*")

    def _bare(self, user: str) -> dict:
        token = self.token(user)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}

    def _signed_in(self, form: dict[str, str]) -> dict:
        claims = {
            "iss": self.url,
            "aud": form["client_id"],
            "exp": 2**33,
            "iat": 1,
            "sub": "s",
            "oid": "o",
            "preferred_username": self.person,
        }
        return {
            **self._bare(self.person),
            "refresh_token": "refresh-me",
            "scope": form.get("scope", ""),
            "id_token": f"{_segment({'alg': 'none'})}.{_segment(claims)}.{_segment(b'')}",
            "client_info": _segment({"uid": "u", "utid": "t"}),
        }
