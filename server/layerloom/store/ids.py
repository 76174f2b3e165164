"""Opaque ids: random, so that nobody can guess one, and short enough for an address."""

import secrets


def new_id() -> str:
    """Twenty hexadecimal digits, such as `9f3c41d0a7b24e5c8d10`; safe as a file name."""
    return secrets.token_hex(10)
