"""Who asks: credentials go to one server, when it wants them, and are never shown."""

import base64
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import pytest
import servers
import trustme
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from servers import Proxy
from virtuoso import PASSWORD, USER

from kg.cli import cli
from kg.endpoint import Credentials, Endpoint, GraphStore, Patience, credentials_for, web
from kg.endpoint.credentials import _Digest, challenges_in
from kg.errors import Refused, Unauthorized, Unreachable, Untrusted

ROWS = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
ONCE = Patience(attempts=1)


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with servers.oxigraph_server() as base:
        yield f"{base}/query"


@pytest.fixture
def proxy(upstream: str) -> Iterator[Proxy]:
    with servers.misbehaving_proxy(upstream) as running:
        yield running


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


# ---- basic and bearer


def test_a_basic_password_is_given_when_it_is_asked_for_and_then_at_once(proxy: Proxy) -> None:
    """To whoever does not ask it is not sent."""
    proxy.then(servers.passed, *[servers.asking_for("Basic", basic("me", "Vətən: 1"))] * 3)
    endpoint = Endpoint(proxy.url, credentials=Credentials("me", "Vətən: 1"))
    for _ in range(3):
        endpoint.query(ROWS)
    assert [None, None, *[basic("me", "Vətən: 1")] * 2] == [seen.headers["Authorization"] for seen in proxy.seen]


def test_a_token_is_given_at_once(proxy: Proxy) -> None:
    """As RFC 6750 writes it."""
    proxy.then(servers.asking_for("Bearer", "Bearer a.b-c"))
    Endpoint(proxy.url, credentials=Credentials(token="a.b-c")).query(ROWS)
    assert 1 == len(proxy.seen)


WRONG = {
    "basic": (
        "Basic",
        Credentials("me", "guess-1"),
        2,
        "it does not accept the user 'me' with this password. Look at KG_USER and KG_PASSWORD.",
    ),
    "bearer": ("Bearer", Credentials(token="guess-1"), 1, "it does not accept the token. Look at KG_TOKEN."),
    "nobody": ("Basic", Credentials(), 1, "it wants to know who asks. Set KG_USER and KG_PASSWORD, or KG_TOKEN."),
    "another way": ("Negotiate", Credentials("me", "guess-1"), 1, "it does not accept the user 'me' with this password."),
}


@pytest.mark.parametrize(("scheme", "credentials", "requests", "message"), WRONG.values(), ids=WRONG)
def test_wrong_credentials_are_told_at_once_and_not_shown(
    proxy: Proxy, scheme: str, credentials: Credentials, requests: int, message: str
) -> None:
    """No request is repeated, no secret is in the message; the same for an update and a graph."""
    for ask in (
        lambda: Endpoint(proxy.url, credentials=credentials).query(ROWS),
        lambda: Endpoint(proxy.url, credentials=credentials).update("CLEAR ALL", idempotent=True),
        lambda: GraphStore(proxy.url, credentials=credentials).put("http://example.org/g", b""),
    ):
        proxy.seen.clear()
        proxy.then(*[servers.asking_for(scheme, basic("me", "right"))] * requests)
        with pytest.raises(Unauthorized) as caught:
            ask()
        assert str(caught.value).startswith(f"{proxy.url}: answered 401 (Unauthorized): {message}")
        assert "guess-1" not in str(caught.value)
        assert (requests, 1) == (len(proxy.seen), caught.value.exit_code)


def test_credentials_are_not_sent_on(proxy: Proxy, upstream: str) -> None:
    """Neither a token nor a password follows a redirect."""
    with servers.misbehaving_proxy(upstream) as elsewhere:
        for credentials in (Credentials(token="secret"), Credentials("me", "secret")):
            proxy.then(servers.redirect(elsewhere.url, 307))
            with pytest.raises(Refused, match="redirects to"):
                Endpoint(proxy.url, credentials=credentials).query(ROWS)
        assert [] == elsewhere.seen


def test_the_process_has_no_opener_that_knows_a_password(virtuoso: str) -> None:
    """SPARQLWrapper installs one for a digest."""
    before = urllib.request._opener  # type: ignore[attr-defined]
    Endpoint(f"{virtuoso}/sparql-auth", credentials=Credentials(USER, PASSWORD)).update("CLEAR GRAPH <http://example.org/g>")
    assert before is urllib.request._opener  # type: ignore[attr-defined]


# ---- digest


DIGEST = 'Digest realm="graphs, all", qop="auth, auth-int", algorithm=SHA-256, nonce="n"'


@pytest.mark.parametrize(
    ("challenges", "sent"),
    [
        ([f'Basic realm="x", {DIGEST}'], "Digest"),
        ([f'{DIGEST}, Basic realm="x"'], "Digest"),
        (['Basic realm="x"', DIGEST], "Digest"),
        ([f'Negotiate, NTLM, Basic realm = "say \\"Digest, please\\"", charset="UTF-8",, {DIGEST}'], "Digest"),
        ([f"Digest realm=x, algorithm=SHA-999, nonce=n, {DIGEST}"], "Digest"),
        (['Basic realm="or, Digest nonce=n"'], "Basic"),
        (["Digest realm=x, algorithm=SHA-999, nonce=n, basic realm=x"], "Basic"),
        (["Negotiate abc==, NTLM"], None),
    ],
)
def test_a_password_is_sent_as_the_best_challenge_wants_it(proxy: Proxy, challenges: list[str], sent: str | None) -> None:
    """A digest rather than the password itself, wherever it stands: one header may have several challenges (RFC 9110, section 11.6.1)."""
    proxy.then(servers.challenging(*challenges), servers.challenging(*challenges))
    with pytest.raises(Unauthorized):
        Endpoint(proxy.url, credentials=Credentials("me", "secret")).query(ROWS)
    headers = [seen.headers["Authorization"] for seen in proxy.seen]
    assert [None, *([sent] if sent else [])] == [header and header.partition(" ")[0] for header in headers]


TOKEN = st.text("abcXYZ019-._~+", min_size=1)
PARAMETER = st.tuples(TOKEN, st.one_of(TOKEN, st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]))))
CHALLENGE = st.tuples(TOKEN, st.lists(PARAMETER, max_size=3))


@given(st.lists(st.lists(CHALLENGE, min_size=1, max_size=3), max_size=3))
def test_challenges_are_read_whatever_header_they_stand_in(headers: list[list[tuple[str, list[tuple[str, str]]]]]) -> None:
    """All of them, in their order, with their parameters, whose values may have commas and quotation marks."""

    def written(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = [
        ", ".join(f"{scheme} {', '.join(f'{name}={written(value)}' for name, value in own)}" for scheme, own in one) for one in headers
    ]
    expected = [(scheme.lower(), {name.lower(): value for name, value in own}) for one in headers for scheme, own in one]
    assert expected == challenges_in(lines)


def test_virtuoso_is_given_the_digest_that_it_wants(virtuoso: str) -> None:
    """For updates and graphs, again and again; a wrong password is told at once."""
    right, wrong = Credentials(USER, PASSWORD), Credentials(USER, "guess-1")
    store = GraphStore(f"{virtuoso}/sparql-graph-crud-auth", credentials=right)
    for number in range(3):
        store.put("http://example.org/digest", f"<http://example.org/s> <http://example.org/p> <http://example.org/{number}> .\n".encode())
    assert ["http://example.org/2"] == [getattr(triple.object, "value", "") for triple in store.get("http://example.org/digest")]
    Endpoint(f"{virtuoso}/sparql-auth", credentials=right).update("CLEAR GRAPH <http://example.org/digest>")
    assert () == store.get("http://example.org/digest")
    with pytest.raises(Unauthorized, match="does not accept the user 'dba' with this password") as caught:
        GraphStore(store.url, credentials=wrong).put("http://example.org/digest", b"")
    assert "guess-1" not in str(caught.value)


RFC_7616 = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


@pytest.mark.parametrize(("algorithm", "response"), RFC_7616.items())
def test_a_digest_is_that_of_the_standard(monkeypatch: pytest.MonkeyPatch, algorithm: str, response: str) -> None:
    """The example of RFC 7616, 3.9.1."""
    digest = _Digest(Credentials("Mufasa", "Circle of Life"))
    monkeypatch.setattr(digest, "get_cnonce", lambda nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    parameters = {
        "realm": "http-auth@example.org",
        "qop": "auth, auth-int",
        "algorithm": algorithm,
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    }
    written = digest.written(urllib.request.Request("http://www.example.org/dir/index.html"), parameters)
    assert f'response="{response}"' in (written or "")


def test_a_digest_of_an_unknown_kind_is_not_guessed() -> None:
    """There is no answer then, and the refusal stands."""
    digest = _Digest(Credentials("me", "secret"))
    assert None is digest.written(urllib.request.Request("http://example.org/"), {"realm": "r", "nonce": "n", "algorithm": "SHA-512-256"})


# ---- where they come from


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Credentials()),
        ({"KG_USER": "me", "KG_PASSWORD": "secret"}, Credentials("me", "secret")),
        ({"KG_USER": "me", "KG_PASSWORD": ""}, Credentials("me", "")),
        ({"KG_TOKEN": "abc", "KG_USER": "me"}, Credentials(token="abc")),
    ],
)
def test_credentials_come_from_the_environment(environment: dict[str, str], expected: Credentials) -> None:
    """A token, or a user with a password, which may be empty."""
    assert expected == credentials_for("http://127.0.0.1:1/sparql", environment)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"KG_PASSWORD": "secret"}, "KG_PASSWORD is set without KG_USER; set both."),
        ({"KG_TOKEN": "sec\nret"}, "KG_USER, KG_PASSWORD or KG_TOKEN has a line break or another control character in it; remove that."),
        ({"KG_TOKEN": "secrət"}, "KG_TOKEN has characters in it that no token has; look at it."),
    ],
)
def test_what_cannot_be_credentials_is_refused(environment: dict[str, str], message: str) -> None:
    """Without showing it."""
    with pytest.raises(Unauthorized) as caught:
        credentials_for("http://127.0.0.1:1/sparql", environment)
    assert message == str(caught.value)


class Ring(keyring.backend.KeyringBackend):
    """A keyring with one password."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return "kept" if (service, username) == ("https://example.org:8443", "me") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(("secret", "environment"), [("KG_TOKEN", {}), ("KG_PASSWORD", {"KG_USER": "me"})])
def test_a_secret_is_not_sent_to_a_server_that_only_a_file_names(
    proxy: Proxy, secret: str, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may have come with somebody else's folder: nothing is sent at all, and that is said. A server that is named gets it."""
    (tmp_path / "kg.toml").write_text(f'endpoint = "{proxy.url}"', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {**environment, secret: "secret"}.items():
        monkeypatch.setenv(name, value)
    for command in (["query", "timeline"], ["push", "--update-endpoint", proxy.url, "--graph-store", proxy.url], ["reason"]):
        refused = CliRunner().invoke(cli, command)
        assert (1, []) == (refused.exit_code, proxy.seen)
        message = (
            f"kg: {proxy.url}: only a file names this server, and {secret} is not sent to it. Name it as --endpoint or by KG_ENDPOINT.\n"
        )
        assert message == refused.stderr
    CliRunner().invoke(cli, ["query", "timeline", "--endpoint", proxy.url])
    assert proxy.seen


def test_a_password_may_be_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the scheme, host and port of the server; for no other server."""
    before = keyring.get_keyring()
    try:
        keyring.set_keyring(Ring())  # type: ignore[no-untyped-call]
        assert Credentials("me", "kept") == credentials_for("https://example.org:8443/ds/query", {"KG_USER": "me"})
        with pytest.raises(Unauthorized, match=r"no password of 'me': keyring set http://example.org:8443 me"):
            credentials_for("http://example.org:8443/ds/query", {"KG_USER": "me"})
    finally:
        keyring.set_keyring(before)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Unauthorized, match="KG_USER is set without KG_PASSWORD, and the package keyring"):
        credentials_for("https://example.org:8443/ds/query", {"KG_USER": "me"})


@given(st.text(), st.text(), st.text())
def test_credentials_show_no_secret(user: str, password: str, token: str) -> None:
    """In no repr."""
    assert f"Credentials(user={user!r})" == repr(Credentials(user, password, token))


def test_a_server_that_speaks_no_tls_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for more of a request of its own, as an HTTP server does, says nothing at all."""
    monkeypatch.setattr(web, "_HANDSHAKE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/query"
        with pytest.raises(Unreachable) as caught:
            Endpoint(url, timeout=60).query("ASK {}")
    assert f"{url}: cannot be reached: no connection with TLS within 0.2 s. If it speaks no TLS, its address begins with http://." == str(
        caught.value
    )


def test_a_command_with_a_wrong_password_says_so_in_one_message(virtuoso: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, no traceback, no secret."""
    monkeypatch.setenv("KG_USER", USER)
    monkeypatch.setenv("KG_PASSWORD", "guess-1")
    result = CliRunner().invoke(cli, ["push", "--endpoint", f"{virtuoso}/sparql"])
    lines = [line for line in result.stderr.splitlines() if line]
    assert (1, "") == (result.exit_code, result.stdout)
    assert lines[-1].startswith(f"kg: {virtuoso}/sparql-graph-crud-auth: answered 401 (Unauthorized): it does not accept the user 'dba'")
    assert all(line.startswith("kg: ") for line in lines)
    assert "guess-1" not in result.output


# ---- certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def certificate_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_certificate_that_does_not_verify_ends_it_before_anything_is_sent(upstream: str, authority: trustme.CA) -> None:
    """With the reason, and what can be done."""
    with servers.misbehaving_proxy(upstream, certificate=certificate_for(authority, "127.0.0.1")) as proxy:
        with pytest.raises(Untrusted) as caught:
            Endpoint(proxy.url, credentials=Credentials(token="secret"), patience=ONCE).query(ROWS)
        assert [] == proxy.seen
    assert str(caught.value).startswith(f"{proxy.url}: its certificate does not verify: ")
    assert "Nothing was sent to it. If you trust who issued it, name the file with the issuer's certificate in SSL_CERT_FILE." in str(
        caught.value
    )
    assert 1 == caught.value.exit_code


def test_a_certificate_of_a_trusted_issuer_verifies(
    upstream: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the name that it is issued to, and no other."""
    authority.cert_pem.write_to_path(str(tmp_path / "issuer.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "issuer.pem"))
    with servers.misbehaving_proxy(upstream, certificate=certificate_for(authority, "127.0.0.1")) as proxy:
        Endpoint(proxy.url).query(ROWS)
        assert 1 == len(proxy.seen)
    with servers.misbehaving_proxy(upstream, certificate=certificate_for(authority, "example.org")) as proxy:
        with pytest.raises(Untrusted, match=r"IP address mismatch, certificate is not valid for '127\.0\.0\.1'"):
            Endpoint(proxy.url).query(ROWS)
        assert [] == proxy.seen
