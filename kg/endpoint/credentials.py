"""Who asks: a user with a password, or the bearer of a token. A secret comes from the environment or a keyring, and goes to one server.

SPARQLWrapper answers a digest challenge through an opener that it installs for the whole process, and sends a basic password before it
is asked for one. Here a password is sent when the server asks for it, in the way that it asks for, and from then on with each request.
"""

import base64
import hashlib
import importlib.util
import os
import re
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from functools import partial
from typing import IO, NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request

from kg.errors import Unauthorized

USER, PASSWORD, TOKEN = "KG_USER", "KG_PASSWORD", "KG_TOKEN"
"""The environment variables that credentials are read from."""

_HINT = f"Set {USER} and {PASSWORD}, or {TOKEN}"


@dataclass(frozen=True)
class Credentials:
    """A user's name and password, for a server that asks for them in the basic or the digest way; or a token for the bearer way."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.user or self.token)

    def refusal(self) -> str:
        """What is to be said and done when a server does not accept these, without a secret."""
        if self.token:
            return f"it does not accept the token. Look at {TOKEN}."
        if self.user:
            return f"it does not accept the user {self.user!r} with this password. Look at {USER} and {PASSWORD}."
        return f"it wants to know who asks. {_HINT}."


def credentials_for(url: str, environment: Mapping[str, str] = os.environ, *, by_file: bool = False) -> Credentials:
    """The credentials for the server of `url`: a token, or a user and a password, of the environment.

    A server that is named `by_file` alone is sent no secret of the environment: the file may have come with somebody else's folder.
    Where the environment names a user without a password, the password is looked up in the keyring, if the package `keyring` is installed:
    as the user's for the service that is the scheme, host and port of `url`. Raises `Unauthorized` where it is not there.
    """
    token, user, password = (environment.get(name, "") for name in (TOKEN, USER, PASSWORD))
    if by_file and (token or password):
        name = TOKEN if token else PASSWORD
        raise Unauthorized(f"{url}: only a file names this server, and {name} is not sent to it. Name it as --endpoint or by KG_ENDPOINT.")
    if not (token + user + password).isprintable():
        raise Unauthorized(f"{USER}, {PASSWORD} or {TOKEN} has a line break or another control character in it; remove that.")
    if token and not token.isascii():
        raise Unauthorized(f"{TOKEN} has characters in it that no token has; look at it.")
    if token or (password and not user):
        if not token:
            raise Unauthorized(f"{PASSWORD} is set without {USER}; set both.")
        return Credentials(token=token)
    if user and PASSWORD not in environment:
        return Credentials(user, _from_keyring(url, user))
    return Credentials(user, password)


def _from_keyring(url: str, user: str) -> str:
    """The password that the keyring has for `user` at the server of `url`. Raises `Unauthorized`."""
    parts = urlsplit(url)
    service = f"{parts.scheme}://{parts.netloc}"
    if importlib.util.find_spec("keyring") is None:
        raise Unauthorized(f"{USER} is set without {PASSWORD}, and the package keyring, which could keep it, is not installed.")
    import keyring
    import keyring.errors

    try:
        password = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise Unauthorized(f"The keyring does not tell the password of {user!r} for {service}: {type(error).__name__}.") from error
    if password is None:
        raise Unauthorized(f"{PASSWORD} is not set, and the keyring has no password of {user!r}: keyring set {service} {user}")
    return str(password)


class Authorization(urllib.request.BaseHandler):
    """Gives one server the credentials that it asks for: a token at once, a password when it is challenged, once for each request."""

    handler_order = 480

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._credentials = credentials
        self._origin = _origin(url)
        self._digest = _Digest(credentials)
        self._write: Callable[[Request], str | None] | None = self._bearer if credentials.token else None

    def http_request(self, request: Request) -> Request:
        """`request` with the credentials, if it is known how the server wants them."""
        if self._write is not None and _origin(request.full_url) == self._origin:
            written = self._write(request)
            if written is not None:
                request.add_unredirected_header("Authorization", written)
        return request

    https_request = http_request

    def http_error_401(self, request: Request, response: IO[bytes], code: int, reason: str, headers: Message) -> object:
        """The answer to `request` with what the challenge asks for; None where there is nothing more to give."""
        if getattr(request, "challenged", False) or not self._credentials.user or _origin(request.full_url) != self._origin:
            return None
        self._write = self._for_challenge(challenges_in(headers.get_all("WWW-Authenticate", [])))
        if self._write is None:
            return None
        request.challenged = True  # type: ignore[attr-defined]
        response.close()
        return self.parent.open(request, timeout=request.timeout)

    def _for_challenge(self, challenges: Sequence["Challenge"]) -> Callable[[Request], str | None] | None:
        """How a header is written for the best of `challenges`: the first digest that can be given, else basic; None if none is known."""
        for challenge in challenges:
            if challenge.scheme == "digest" and challenge.parameters.get("algorithm", "MD5").upper() in _ALGORITHMS:
                return partial(self._digest.written, parameters=challenge.parameters)
        return self._basic if any(challenge.scheme == "basic" for challenge in challenges) else None

    def _basic(self, _: Request) -> str:
        pair = f"{self._credentials.user}:{self._credentials.password}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def _bearer(self, _: Request) -> str:
        return f"Bearer {self._credentials.token}"


class Challenge(NamedTuple):
    """A way in which a server wants credentials: its scheme in lower case, and the values of its parameters by name in lower case."""

    scheme: str
    parameters: Mapping[str, str]


_PARAMETER = re.compile(r"([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*)", re.ASCII | re.DOTALL)


def challenges_in(values: Iterable[str]) -> list[Challenge]:
    """The challenges in the values of `WWW-Authenticate`, in order: one may have several, and commas between parameters, too (RFC 9110).

    >>> challenges_in(['Basic realm="x", Digest nonce="n", qop="auth, auth-int"'])[1]
    Challenge(scheme='digest', parameters={'nonce': 'n', 'qop': 'auth, auth-int'})
    """
    found: list[tuple[str, dict[str, str]]] = []
    for part in filter(None, (part for value in values for part in urllib.request.parse_http_list(value))):
        if not _PARAMETER.fullmatch(part):
            scheme, _, part = part.partition(" ")
            found.append((scheme.lower(), {}))
        parameter = _PARAMETER.fullmatch(part.strip())
        if found and parameter:
            name, value = parameter.groups()
            found[-1][1][name.lower()] = value[1:-1] if value.startswith('"') else value
    return [Challenge(*one) for one in found]


class _OnePassword(urllib.request.HTTPPasswordMgr):
    """The same user and password for every realm."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self._pair = (credentials.user, credentials.password)

    def find_user_password(self, realm: str, authuri: str) -> tuple[str, str]:
        """The user and the password."""
        return self._pair


class _Digest(urllib.request.AbstractDigestAuthHandler):
    """The arithmetic of RFC 7616, with the digest that urllib lacks and passwords in any script."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(_OnePassword(credentials))

    def written(self, request: Request, parameters: Mapping[str, str]) -> str | None:
        """The header for `request`; None where the challenge cannot be met."""
        try:
            written = self.get_authorization(request, parameters)
        except (ValueError, urllib.error.URLError):
            return None
        return f"Digest {written}" if written else None

    def get_algorithm_impls(self, algorithm: str) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
        """The digest of a text, and of a secret with a text. Raises `ValueError`."""
        if algorithm.upper() not in _ALGORITHMS:
            raise ValueError(algorithm)
        new = _ALGORITHMS[algorithm.upper()]

        def digest(text: str) -> str:
            return str(new(text.encode(), usedforsecurity=False).hexdigest())

        return digest, lambda secret, text: digest(f"{secret}:{text}")


_ALGORITHMS = {"MD5": hashlib.md5, "SHA": hashlib.sha1, "SHA-256": hashlib.sha256}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
