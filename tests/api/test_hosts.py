"""Hosts and origins are compared as parsed values."""

import pytest

from layerloom.api.hosts import Address, allowed_hosts, is_loopback, parse_allowed, parse_authority
from layerloom.problems import ProblemError


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("127.0.0.1:8420", ("127.0.0.1", 8420)),
        ("localhost", ("localhost", None)),
        ("LOCALHOST:1", ("localhost", 1)),
        ("[::1]:8420", ("::1", 8420)),
        ("[0:0:0:0:0:0:0:1]", ("::1", None)),
    ],
)
def test_a_well_formed_authority_is_read(text: str, parsed: tuple[str, int | None]) -> None:
    assert parse_authority(text) == parsed


@pytest.mark.parametrize(
    "text",
    ["", ":", ":80", "a:", "a:b", "a:0", "a:65536", "a:-1", "a:１", "a:8420:1", "a@b", "a b", "a/b", "[::1",
     "[::1]x", "[::1]:", "::1", "[localhost]", "[fe80::1%eth0]", "exämple", "a,b", "a\tb"],
)  # fmt: skip
def test_a_malformed_authority_is_no_host(text: str) -> None:
    assert parse_authority(text) is None


@pytest.mark.parametrize(
    "header", ["127.0.0.1:8420", "localhost:8420", "[::1]:8420", "localhost:9000", "localhost"]
)
def test_loopback_names_are_known_on_any_port_for_a_published_port_may_differ(header: str) -> None:
    hosts = allowed_hosts("127.0.0.1").by_host(header)

    assert [address.origin for address in hosts] == [f"http://{header}"]


def test_listening_everywhere_adds_no_name() -> None:
    assert not allowed_hosts("0.0.0.0").by_host("0.0.0.0:8420")
    assert allowed_hosts("10.0.0.5").by_host("10.0.0.5:8420")


def test_an_https_name_has_an_https_origin() -> None:
    hosts = allowed_hosts("0.0.0.0", ["https://lab.example.org"])

    assert [address.origin for address in hosts.by_host("lab.example.org")] == ["https://lab.example.org"]
    assert [address.origin for address in hosts.by_host("lab.example.org:444")] == [
        "https://lab.example.org:444"
    ]


def test_a_name_with_a_port_is_known_on_that_port_only() -> None:
    hosts = allowed_hosts("127.0.0.1", ["lab:8420", "https://lab:443"])

    assert hosts.by_host("lab:8420")
    assert [address.origin for address in hosts.by_host("lab")] == ["https://lab"]
    assert not hosts.by_host("lab:8421")


@pytest.mark.parametrize(
    "entry", ["", "https://", "ftp://a", "https://a/path", "a b", "http://a?x", "http://u@a"]
)
def test_a_malformed_setting_is_a_problem(entry: str) -> None:
    with pytest.raises(ProblemError, match=r"settings\.invalid"):
        parse_allowed(entry)


def test_an_address_is_written_as_a_browser_writes_it() -> None:
    assert Address("http", "::1", 8420).origin == "http://[::1]:8420"
    assert Address("http", "a", 80).origin == "http://a"
    assert Address("https", "a", 80).origin == "https://a:80"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("192.168.0.1", False), ("::", False), ("example.org", False)],
)  # fmt: skip
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
