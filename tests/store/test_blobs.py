"""The blob folder: whole files or none, and never one outside."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerloom.store import NotFound
from layerloom.store.blobs import Blobs, BlobTooLarge


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def test_a_file_reads_back_with_its_hash(blobs: Blobs) -> None:
    digest = blobs.put("runs/one/weights.safetensors", [b"first", b"second"])

    with blobs.open("runs/one/weights.safetensors") as file:
        assert file.read() == b"firstsecond"
    assert digest == hashlib.sha256(b"firstsecond").hexdigest()
    assert blobs.list("runs") == ["runs/one/weights.safetensors"]


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_rest(blobs: Blobs) -> None:
    blobs.put("note", b"old")

    def breaking() -> Iterator[bytes]:
        yield b"new"
        raise OSError("cable pulled")

    with pytest.raises(OSError, match="cable pulled"):
        blobs.put("note", breaking())

    assert blobs.open("note").read() == b"old"
    assert [path.name for path in blobs.root.iterdir()] == ["note"]


def test_more_than_the_limit_is_not_kept(blobs: Blobs) -> None:
    with pytest.raises(BlobTooLarge):
        blobs.put("large", [b"x" * 600, b"x" * 600], limit=1000)

    assert list(blobs.root.iterdir()) == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../blobs-evil/secret",
        "/etc/passwd",
        "a/../../secret",
        "C:\\secret",
        "a\0b",
        ".",
        "link/passwd",
    ],
)
def test_a_key_never_leads_out_of_the_folder(blobs: Blobs, tmp_path: Path, key: str) -> None:
    sibling = tmp_path / "blobs-evil"
    sibling.mkdir()
    (sibling / "secret").write_text("secret")
    (blobs.root / "link").symlink_to("/etc")

    with pytest.raises(NotFound):
        blobs.open(key)
    with pytest.raises(NotFound):
        blobs.put(key, b"mine")


def test_deleting_what_is_not_there_is_fine(blobs: Blobs) -> None:
    blobs.put("runs/one/a", b"1")

    blobs.delete("runs/one")
    blobs.delete("runs/one")

    assert blobs.list("runs/one") == []
