"""The guard stands in front of every route and method, and of the websocket handshake."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient, WebSocketDenialResponse

from layerloom.api.app import describe_api
from layerloom.api.headers import SECURITY_HEADERS

from .conftest import BASE, BEARER, JSON, TOKEN

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = sorted(re.sub(r"\{[^}]+\}", "anything", path) for path in describe_api()["paths"])  # type: ignore[attr-defined]
EVERY_CALL = [(method, path) for path in [*PATHS, "/api", "/api/unknown"] for method in METHODS]
OPEN_CALLS = {("GET", "/api/health"), ("HEAD", "/api/health"), ("POST", "/api/session")}
WEBSOCKET = "ws://127.0.0.1:8420/api/runs/anything/events"

FOREIGN_ORIGINS = [
    "null",
    "",
    "http://evil.example",
    "http://localhost.evil:8420",
    "http://127.0.0.1.evil:8420",
    "http://evil-127.0.0.1:8420",
    "http://127.0.0.1:8421",
    "http://127.0.0.1",
    "https://127.0.0.1:8420",
    "HTTP://127.0.0.1:8420",
    "http://127.0.0.1:8420/",
    "http://127.0.0.1.:8420",
    "http://127.0.0.1:8420@evil.example",
    "http://127.0.0.1:08420",
    "http://localhost:8420",  # ours, but not the one of this Host
    "file://",
]
FOREIGN_HOSTS = [
    "",
    "evil.example",
    "evil.example:8420",
    "127.0.0.1.evil:8420",
    "localhost.evil:8420",
    "evil-localhost:8420",
    "127.0.0.1:8420:8420",
    "127.0.0.1:8420@evil.example",
    "localhost:8420@evil",
    "127.0.0.1.:8420",
    "0.0.0.0:8420",
    "127.1:8420",
    "2130706433:8420",
    "[::2]:8420",
    "[::ffff:127.0.0.1]:8420",
    "localhost:+8420",
    "localhost:8420/",
]


def problem_code(answer: object) -> str:
    return answer.json()["problems"][0]["code"]  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(("method", "path"), EVERY_CALL)
def test_every_call_but_the_open_ones_needs_the_token(stranger: TestClient, method: str, path: str) -> None:
    answer = stranger.request(method, path, headers=JSON)

    if (method, path) in OPEN_CALLS and method != "POST":
        assert answer.status_code in (200, 405)
    else:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert method == "HEAD" or problem_code(answer) == "access.unauthorized"


@pytest.mark.parametrize(("method", "path"), EVERY_CALL)
def test_every_call_refuses_another_sites_origin_even_with_the_token(
    owner: TestClient, method: str, path: str
) -> None:
    answer = owner.request(method, path, headers={**JSON, "Origin": "http://evil.example"})

    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path"), EVERY_CALL)
def test_every_call_refuses_another_host_even_with_the_token(
    owner: TestClient, method: str, path: str
) -> None:
    answer = owner.request(method, path, headers={**JSON, "Host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_every_change_needs_json(owner: TestClient, method: str, path: str, kind: str) -> None:
    answer = owner.request(method, path, headers={"Content-Type": kind}, content=b"{}")

    assert answer.status_code == 415
    assert problem_code(answer) == "request.content_type"


@pytest.mark.parametrize("path", PATHS)
def test_a_change_without_a_body_still_needs_the_content_type(owner: TestClient, path: str) -> None:
    assert owner.post(path).status_code == 415


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_an_origin_that_is_not_exactly_ours_is_refused(owner: TestClient, origin: str) -> None:
    assert owner.get("/api/session", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_host_that_is_not_exactly_ours_is_refused(owner: TestClient, host: str) -> None:
    answer = owner.get("/api/session", headers={"Host": host})

    assert answer.status_code == 400
    assert problem_code(answer) == "access.host"


def test_two_hosts_or_two_origins_are_refused(owner: TestClient) -> None:
    own = "127.0.0.1:8420"

    assert owner.get("/api/session", headers=[("Host", own), ("Host", own)]).status_code == 400  # type: ignore[arg-type]
    assert owner.get("/api/session", headers=[("Origin", BASE), ("Origin", BASE)]).status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8420", "localhost:9", "localhost", "[::1]:8420", "LOCALHOST:8420"]
)
def test_the_servers_own_names_are_known(owner: TestClient, host: str) -> None:
    assert owner.get("/api/session", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something"])
def test_what_the_browser_calls_another_site_is_refused(browser: TestClient, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Origin": BASE}

    assert browser.get("/api/session", headers=headers).status_code == 403
    assert browser.post("/api/check", headers={**headers, **JSON}, content=b"{}").status_code == 403


def test_a_click_on_a_foreign_page_may_open_the_page_but_not_the_api(stranger: TestClient) -> None:
    click = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert stranger.get("/", headers=click).status_code in (200, 404)
    assert stranger.get("/api/health", headers=click).status_code == 403


def test_a_cookie_signs_in_and_logging_out_kills_it(browser: TestClient) -> None:
    cookie = dict(browser.cookies)
    assert browser.get("/api/session").status_code == 200

    assert browser.delete("/api/session").status_code == 204

    assert not browser.cookies
    browser.cookies.update(cookie)
    assert browser.get("/api/session").status_code == 401


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(stranger: TestClient) -> None:
    answer = stranger.post("/api/session", json={"token": TOKEN})

    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert TOKEN not in cookie


def test_a_ticket_signs_in_once(stranger: TestClient, app: FastAPI) -> None:
    ticket = app.state.services.sessions.new_ticket()

    assert stranger.post("/api/session", json={"ticket": ticket}).status_code == 201
    stranger.cookies.clear()
    assert stranger.post("/api/session", json={"ticket": ticket}).status_code == 401


@pytest.mark.parametrize(
    "body",
    ["", "{}", '{"token": ""}', '{"token": "wrong"}', '{"ticket": ""}', '{"token": null}',
     '{"ticket": "\\ud800"}', '{"token": 1}', "[]", "{", "\x00"],
)  # fmt: skip
def test_wrong_credentials_open_nothing(stranger: TestClient, body: str) -> None:
    answer = stranger.post("/api/session", content=body, headers=JSON)

    assert answer.status_code in (400, 401, 422)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN],
)
def test_a_wrong_token_is_refused(stranger: TestClient, authorization: str) -> None:
    assert stranger.get("/api/session", headers={"Authorization": authorization}).status_code == 401


def test_a_wrong_token_is_refused_even_with_a_good_cookie(browser: TestClient) -> None:
    assert browser.get("/api/session", headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/health"), ("GET", "/api/session"), ("GET", "/"), ("GET", "/nothing.js"), ("POST", "/"),
     ("GET", "/api/unknown"), ("DELETE", "/api/health")],
)  # fmt: skip
def test_every_answer_has_the_security_headers(stranger: TestClient, method: str, path: str) -> None:
    for headers in ({}, BEARER, {"Host": "evil"}, {"Origin": "null"}):
        answer = stranger.request(method, path, headers=headers)

        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
        assert "server" not in answer.headers


def refused(client: TestClient, headers: dict[str, str]) -> int:
    with (
        pytest.raises(WebSocketDenialResponse) as denial,
        client.websocket_connect(WEBSOCKET, headers=headers),
    ):
        pass
    return int(denial.value.status_code)


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_websocket_of_another_origin_is_refused_before_it_is_accepted(
    browser: TestClient, origin: str
) -> None:
    assert refused(browser, {"Origin": origin}) == 403
    assert refused(browser, {"Origin": origin, **BEARER}) == 403


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_websocket_to_another_host_is_refused(browser: TestClient, host: str) -> None:
    assert refused(browser, {"Host": host}) == 400


def test_a_websocket_without_token_or_cookie_is_refused(stranger: TestClient) -> None:
    assert refused(stranger, {"Origin": BASE}) == 401


def test_a_websocket_without_an_origin_needs_the_token_in_a_header(browser: TestClient) -> None:
    del browser.headers["Origin"]

    assert refused(browser, {}) == 403
    assert refused(browser, {"Authorization": "Bearer wrong"}) == 401
