"""The server's door, tried from outside: gate, websocket, takeover, origin, limits, headers, lock-out."""

from __future__ import annotations

import json
import re
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import serving
from serving import PASSWORD, Server, make_user, signed_in_cookie
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from fieldapp.model import User
from fieldapp.settings import Settings
from fieldapp.store.connection import opened
from fieldapp.usecases import accounts, sessions
from fieldapp.usecases.screens import SCREENS
from fieldapp.web.assembly import assemble
from fieldapp.web.doorman import client_address, host_allowed
from fieldapp.web.headers import policy
from fieldapp.web.offline import bundles
from fieldapp.web.responses import safe_next
from fieldapp.web.shell import load_shell

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NAVIGATE = {"Accept": "text/html,*/*", "Sec-Fetch-Mode": "navigate"}
OPEN = {"/healthz", "/login", "/setup", "/invite", "/manifest.webmanifest", "/om-data", "/assets/{name}"}
OPEN |= {"/offline", "/sw.js", *(f"/assets/{name}" for name in bundles())}
# Open to whoever has a code; what they refuse without one is told in the tests of links, tasks and walks.
BY_CODE = ("/opgave/", "/join/", "/tip/", "/assets/walk")


@pytest.fixture(scope="module")
def karen(server: Server) -> User:
    return make_user(server.database, "coordinator", name="Karen")


@pytest.fixture
def cookie(server: Server, karen: User) -> str:
    return signed_in_cookie(server.database, karen)


def socket(server: Server, cookie: str = "", *, resume: str = "", **headers: str) -> ClientConnection:
    """Streamlit's websocket; `resume` is a session id put where its own client puts it."""
    protocols = ["streamlit", "x", resume] if resume else ["streamlit"]
    given = {"Origin": server.url} | headers | ({"Cookie": f"fieldapp={cookie}"} if cookie else {})
    return connect(
        f"ws://{server.host}/_stcore/stream", subprotocols=protocols, additional_headers=given, max_size=None  # type: ignore[arg-type]
    )  # fmt: skip


def session_of(connection: ClientConnection) -> str:
    """Run the script and read which Streamlit session this is."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    connection.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(connection.recv(20))  # type: ignore[arg-type]
        if answer.WhichOneof("type") == "new_session":
            return str(answer.new_session.initialize.session_id)


def test_signed_out_every_route_refuses_and_says_where_to_sign_in(server: Server) -> None:
    paths = [getattr(route, "path", "") for route in assemble(Settings(database=server.database)).routes]
    assert len(paths) > 20
    for path in paths:
        if path in OPEN or path.startswith(BY_CODE):
            continue
        filled = re.sub(r"\{[^}]*\}", "1", path) or "/"
        answer = server.get(filled, headers=NAVIGATE)
        assert answer.status == 303 and answer.headers["Location"].startswith("/login"), filled
        assert server.get(filled).status == 401, filled
        assert server.request("POST", filled, body=b"{}").status == 401, filled


@pytest.mark.parametrize(
    "path",
    ["/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/_stcore/stream", "/media/x.png",
     "/static/js/index.js", "/component/streamlit_folium.st_folium/index.html", "/_stcore/bidi-components/x/y",
     "/_stcore/upload_file/a/b", "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/favicon.png",
     "/index.html", "/vendor/x", "/_stcore/script-health-check", "/%2e%2e/app.py", "//evil.example/"],
)  # fmt: skip
def test_signed_out_streamlits_own_routes_refuse_too(server: Server, path: str) -> None:
    answer = server.get(path)
    assert answer.status == 401
    assert json.loads(answer.body)["code"] == "sign_in_needed"
    assert "Streamlit" not in answer.text


def test_signed_out_the_websocket_refuses(server: Server) -> None:
    for cookie in ("", "x", "a" * 43, "a" * 5000):
        with pytest.raises(InvalidStatus) as caught:
            socket(server, cookie)
        assert caught.value.response.status_code == 403


def test_signed_in_streamlit_works_and_deep_probes_are_404(server: Server, cookie: str) -> None:
    assert server.get("/_stcore/health", cookie=cookie).body == b"ok"
    for path in (
        "/kort/_stcore/health",
        "/kort/_stcore/host-config",
        "/nope",
        "/static/js/nope.js",
        "/join/abc",
        "/x/y",
    ):
        assert server.get(path, cookie=cookie, headers=NAVIGATE).status == 404, path
    assert server.get("/kort/_stcore/health").status == 404


def test_every_screen_answers_by_role_and_unknown_ones_are_not_the_app(server: Server) -> None:
    for role, allowed in (("worker", 10), ("housing", 10), ("ssp", 8), ("coordinator", 12), ("admin", 4)):
        user = make_user(server.database, role, ["strandgaard"] if role == "ssp" else [])
        token = signed_in_cookie(server.database, user)
        answers = [server.get(f"/{screen.key}", cookie=token).status for screen in SCREENS]
        assert answers.count(200) == allowed and answers.count(403) == len(SCREENS) - allowed, role
        home = {"ssp": "/overblik", "admin": "/administration"}.get(role, "/ny")
        assert server.get("/", cookie=token).headers["Location"] == home


def test_identity_headers_from_outside_are_thrown_away(server: Server, karen: User, cookie: str) -> None:
    token = signed_in_cookie(server.database, karen)
    with opened(server.database) as db:
        found = sessions.who(token, db=db, now=datetime.now(UTC))
    assert found
    forged = {"X-Fieldapp-User": karen.id, "X-Fieldapp-Session": found.session_id, "X_Fieldapp_User": karen.id}
    assert server.get("/_stcore/host-config", headers=forged).status == 401
    with pytest.raises(InvalidStatus):
        socket(server, **forged)


def test_a_stolen_streamlit_session_id_opens_a_session_of_the_thiefs_own(server: Server, cookie: str) -> None:
    thief = signed_in_cookie(server.database, make_user(server.database, "worker"))
    with socket(server, cookie) as hers:
        stolen = session_of(hers)
        with socket(server, thief, resume=stolen) as his:
            assert session_of(his) != stolen
        assert session_of(hers) == stolen
    with socket(server, thief, resume=stolen) as his:
        assert session_of(his) != stolen
    with pytest.raises(InvalidStatus):
        socket(server, resume=stolen)


def test_the_same_device_gets_its_own_streamlit_session_back(server: Server, cookie: str) -> None:
    with socket(server, cookie) as before:
        session_id = session_of(before)
    with socket(server, cookie, resume=session_id) as after:
        assert session_of(after) == session_id


def test_revoking_a_device_closes_its_websocket_and_no_other(server: Server, karen: User, cookie: str) -> None:
    other = signed_in_cookie(server.database, karen)
    with socket(server, cookie) as revoked, socket(server, other) as kept:
        session_of(revoked)
        with opened(server.database) as db:
            sessions.sign_out(cookie, db=db, now=datetime.now(UTC))
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                revoked.recv(20)
        assert caught.value.rcvd and caught.value.rcvd.code == 4401
        assert session_of(kept)
    assert server.get("/_stcore/health", cookie=cookie).status == 401


def test_a_disabled_user_is_out_on_the_next_request(server: Server, karen: User) -> None:
    vera = make_user(server.database, "worker")
    token = signed_in_cookie(server.database, vera)
    assert server.get("/ny", cookie=token).status == 200
    with opened(server.database) as db:
        accounts.disable(karen, vera.id, db=db, now=datetime.now(UTC))
    assert server.get("/ny", cookie=token).status == 401
    with pytest.raises(InvalidStatus):
        socket(server, token)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_requests_that_another_site_sends_are_refused(server: Server, cookie: str, headers: dict[str, str]) -> None:
    for path in ("/login", "/logout", "/api/v1/observations", "/_stcore/upload_file/a/b", "/setup", "/invite", "/x"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = server.request(method, path, body=b"x", headers=headers, cookie=cookie)
            assert answer.status == 403 and json.loads(answer.body)["code"] == "cross_site", (method, path)
    with pytest.raises(InvalidStatus):
        socket(server, cookie, **headers)
    assert server.get("/_stcore/health", cookie=cookie).status == 200


def test_a_person_sent_here_by_another_site_reads_a_page(server: Server) -> None:
    headers = FORM | {"Origin": "https://evil.example", "Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
    answer = server.request("POST", "/login", body=b"name=x", headers=headers)
    assert answer.status == 403 and "<h1>" in answer.text and "Åbn appen, og prøv igen." in answer.text


def test_the_port_of_another_program_on_this_machine_is_another_site(server: Server) -> None:
    assert server.request("POST", "/login", body=b"", headers=FORM | {"Origin": "http://127.0.0.1:1"}).status == 403


def test_bodies_have_limits_also_when_they_do_not_say_their_length(server: Server, cookie: str) -> None:
    chunk = b"x" * 100_000
    for body in (chunk * 11, (chunk for _ in range(11))):
        answer = server.request("POST", "/login", body=body, headers=FORM)
        assert answer.status == 413
    for path, count in (("/api/v1/photos", 131), ("/_stcore/upload_file/a/b", 131), ("/api/v1/observations", 11)):
        method = "PUT" if "upload" in path else "POST"
        answer = server.request(method, path, body=chunk * count, cookie=cookie)
        assert answer.status == 413, path


def test_a_wrong_content_length_and_endless_addresses_are_refused(server: Server) -> None:
    assert server.get("/login?next=" + "x" * 9_000).status == 414
    assert server.get("/" + "x" * 9_000).status == 414


def test_another_host_name_is_refused_but_for_the_health_check(server: Server, cookie: str) -> None:
    for name in ("evil.example", "127.0.0.1.evil.example", "", "[::1"):
        answer = server.get("/login", headers={"Host": name})
        assert answer.status in (400, 421), name
    assert server.get("/healthz", headers={"Host": "balancer.internal"}).status == 200
    assert server.get("/login", headers={"Host": server.host.replace("127.0.0.1", "localhost")}).status == 200


def test_host_names_by_settings() -> None:
    inside = Settings(host="::", base_url="https://tryghed.example.dk")
    assert host_allowed("tryghed.example.dk", inside) and not host_allowed("evil.example", inside)
    assert host_allowed("anything.example", Settings(host="::"))
    assert not host_allowed("anything.example", Settings())


def test_the_health_check_tells_nothing_but_the_status(server: Server) -> None:
    assert json.loads(server.get("/healthz").body) == {"status": "ok"}


@pytest.mark.parametrize(
    "path", ["/login", "/setup?token=x", "/ny", "/_stcore/health", "/static/x", "/nope", "/assets/app.css"]
)
def test_every_answer_carries_the_security_headers(server: Server, cookie: str, path: str) -> None:
    headers = server.get(path, cookie=cookie).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"] == "camera=(self), geolocation=(self), microphone=()"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert (
        "object-src 'none'" in headers["Content-Security-Policy"]
        or "default-src 'none'" in headers["Content-Security-Policy"]
    )
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_the_shells_one_inline_script_is_the_one_the_policy_allows(server: Server, cookie: str) -> None:
    answer = server.get("/ny", cookie=cookie)
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(inline) == 1
    digest = b64encode(sha256(inline[0].encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}' blob:;" in answer.headers["Content-Security-Policy"]
    assert '<html lang="da">' in answer.text and "<title>Fieldapp</title>" in answer.text
    assert "agent" not in answer.text and "//" not in re.sub(r"<script.*?</script>", "", answer.text)


def test_the_map_component_alone_may_run_inline_scripts() -> None:
    assert "'unsafe-inline'; style-src" in policy("/component/streamlit_folium.st_folium/index.html", "sha256-x")
    assert "script-src 'self' 'sha256-x' blob:; style-src" in policy("/component/other/index.html", "sha256-x")
    assert "script-src 'self';" in policy("/login", "sha256-x")


def test_the_shell_is_recognised_after_an_upgrade() -> None:
    assert load_shell().inline_hash.startswith("sha256-")


def test_the_session_cookie_is_out_of_scripts_reach(server: Server, karen: User) -> None:
    answer = server.post_form("/login", {"name": "karen", "password": PASSWORD, "next": "/kort?district=x"})
    assert (answer.status, answer.headers["Location"]) == (303, "/kort?district=x")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])["fieldapp"]
    assert cookie["httponly"] and cookie["samesite"].lower() == "lax" and cookie["path"] == "/"
    assert int(cookie["max-age"]) == 30 * 24 * 3600 and len(cookie.value) == 43
    assert server.get("/ny", cookie=cookie.value).status == 200
    out = server.request("POST", "/logout", cookie=cookie.value, headers={"Origin": server.url})
    assert (out.status, out.headers["Location"]) == (303, "/login")
    assert server.get("/ny", cookie=cookie.value).status == 401
    assert server.get("/logout", cookie=cookie.value).status in (401, 404, 405)


@pytest.mark.parametrize(
    ("wanted", "safe"),
    [("/kort?a=1", "/kort?a=1"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"),
     ("/x\r\nSet-Cookie: a", "/"), ("", "/"), ("/\t/evil.example", "/"), ("javascript:alert(1)", "/"),
     ("/" + "x" * 600, "/")],
)  # fmt: skip
def test_after_sign_in_one_stays_on_this_server(wanted: str, safe: str) -> None:
    assert safe_next(wanted) == safe


@pytest.mark.parametrize(
    "text",
    ["{{7*7}}", "{% raw %}", "<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "`${7*7}`", "a\x00b",
     "\u202etxet", "x" * 10_000, "%s%n", "æøå🦔"],
)  # fmt: skip
def test_hostile_names_at_sign_in_come_back_as_text_and_the_password_never(server: Server, text: str) -> None:
    answer = server.post_form("/login", {"name": text, "password": "hemmelig " + text, "next": text, "lang": text})
    shown = escape("".join(sign for sign in text[:80] if sign.isprintable()))
    assert answer.status in (401, 429)
    assert f'type="text" value="{shown}"' in answer.text
    assert "hemmelig" not in answer.text and "\x00" not in answer.text and "\u202e" not in answer.text
    assert 'role="alert"' in answer.text and len(answer.body) < 15_000


def test_bytes_that_are_no_text_and_a_thousand_fields_are_no_crash(server: Server) -> None:
    for body in (b"name=%ff%fe&password=%ed%a0%80", b"\xff\xfe", b"&".join(b"a%d=1" % n for n in range(1000))):
        assert server.request("POST", "/login", body=body, headers=FORM).status in (401, 422, 429)


def test_the_plain_pages_are_small_and_without_inline_script(server: Server) -> None:
    for path in ("/login", "/login?lang=en", "/setup?token=x", "/invite?token=x"):
        answer = server.get(path)
        assert len(answer.body) < 15_000
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text), path
    assert '<html lang="en">' in server.get("/login?lang=en").text


def test_guessing_is_locked_out_and_a_forged_address_does_not_help(tmp_path: Path) -> None:
    server = serving.start_server(tmp_path)
    try:
        make_user(server.database, "worker", name="Vera")
        for number in range(5):
            forged = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"}
            assert server.post_form("/login", {"name": "Vera", "password": "forkert"}, headers=forged).status == 401
        answer = server.post_form(
            "/login", {"name": "VERA", "password": PASSWORD}, headers={"X-Forwarded-For": "203.0.113.9"}
        )
        assert answer.status == 429
        assert "For mange forsøg. Vent " in answer.text and 'value="VERA"' in answer.text
    finally:
        server.stop()


def test_the_address_is_the_peers_unless_the_trusted_proxy_names_another() -> None:
    from starlette.datastructures import Headers

    def address(peer: str, forwarded: str, trusted: str) -> str:
        headers = Headers({"x-forwarded-for": forwarded} if forwarded else {})
        return client_address({"client": (peer, 1)}, headers, trusted)

    assert address("203.0.113.5", "", "") == "203.0.113.5"
    assert address("203.0.113.5", "198.51.100.1", "") == "203.0.113.5"
    assert address("198.51.100.1", "198.51.100.1", "") == "127.0.0.1"
    assert address("10.0.0.2", "198.51.100.1", "10.0.0.2") == "198.51.100.1"
    assert address("10.0.0.2", "6.6.6.6, 198.51.100.1", "10.0.0.2") == "198.51.100.1"
    assert address("10.0.0.3", "198.51.100.1", "10.0.0.2") == "10.0.0.3"


def test_behind_https_the_cookie_is_bound_to_host_and_everything_is_secure(tmp_path: Path) -> None:
    server = serving.start_server(tmp_path, FIELDAPP_BASE_URL="https://localhost")
    try:
        make_user(server.database, "worker", name="Vera")
        headers = {"Origin": "https://localhost", "Host": "localhost"}
        answer = server.post_form("/login", {"name": "Vera", "password": PASSWORD}, headers=headers)
        assert answer.status == 303
        name, _, rest = answer.headers["Set-Cookie"].partition("=")
        assert name == "__Host-fieldapp" and "; Secure" in rest and "Domain" not in rest
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        inside = {"Host": "localhost", "Cookie": f"{name}={rest.partition(';')[0]}"}
        config = server.get("/_stcore/health", headers=inside)
        assert config.status == 200
        assert all("Secure" in cookie for cookie in config.headers.get_all("Set-Cookie") or [])
        assert server.get("/_stcore/health", headers={"Host": "localhost", "Cookie": f"fieldapp={rest}"}).status == 401
    finally:
        server.stop()


def test_static_files_come_packed_and_stay_in_the_browser(server: Server, cookie: str) -> None:
    text = server.get("/ny", cookie=cookie).text
    script = re.search(r'src="(/static/js/index[^"]+)"', text)
    assert script
    plain = server.get(script.group(1), cookie=cookie)
    assert "immutable" in plain.headers["Cache-Control"]
    packed = server.get(script.group(1), cookie=cookie, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert packed.headers.get("Content-Encoding") in (None, "br")
    assert (packed.headers.get("Content-Encoding") == "br") == (len(packed.body) < len(plain.body) / 3)


def test_a_damaged_database_makes_the_door_say_so_and_not_open(tmp_path: Path) -> None:
    server = serving.start_server(tmp_path)
    try:
        token = signed_in_cookie(server.database, make_user(server.database, "worker"))
        time.sleep(0.1)
        with opened(server.database) as db:
            db.conn.execute("ALTER TABLE session RENAME TO gone")
        answer = server.get("/_stcore/health", cookie=token)
        assert answer.status >= 500 and "gone" not in answer.text
    finally:
        server.stop()


SERVE = "from os import environ; from fieldapp.settings import Settings; from fieldapp.web.serve import serve; "
STARTS = {
    "streamlit run": ["-m", "streamlit", "run", "app.py"],
    "serve": ["-c", SERVE + "serve(Settings.from_env(environ))"],
}


@pytest.mark.parametrize("way", list(STARTS))
def test_host_and_port_of_the_settings_count_however_one_starts(tmp_path: Path, way: str) -> None:
    port = serving.free_port()
    server = serving.start_server(tmp_path, command=[sys.executable, *STARTS[way]], port=port)
    try:
        assert server.get("/healthz").status == 200
        assert f"http://127.0.0.1:{port}/setup?token=" in server.log.read_text()
        assert (tmp_path / "fieldapp.sqlite3.secret").stat().st_mode & 0o777 == 0o600
    finally:
        server.stop()
