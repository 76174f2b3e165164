"""Files on their way in: what a restart, a full disk and a day leave of them."""

import hashlib
import os
import resource
import time

import pytest

from layerloom.problems import ProblemError
from layerloom.store.incoming import Incoming

CONTENT = b"a,b\n1,2\n" * 1000


def test_an_upload_goes_on_after_a_restart(tmp_path):
    before = Incoming(tmp_path)
    upload = before.begin("table.csv", len(CONTENT)).id
    before.append(upload, 0, CONTENT[:3000])

    after = Incoming(tmp_path)
    assert after.get(upload).received == 3000
    assert after.append(upload, 3000, CONTENT[3000:]) == len(CONTENT)

    whole = after.get(upload)
    assert whole.path.read_bytes() == CONTENT
    assert after.sha256(whole) == hashlib.sha256(CONTENT).hexdigest()


def test_the_hash_is_known_without_reading_the_file_again(tmp_path):
    incoming = Incoming(tmp_path)
    upload = incoming.begin("table.csv", len(CONTENT)).id
    for start in range(0, len(CONTENT), 777):
        incoming.append(upload, start, CONTENT[start : start + 777])
    whole = incoming.get(upload)
    whole.path.write_bytes(bytes(len(CONTENT)))

    assert incoming.sha256(whole) == hashlib.sha256(CONTENT).hexdigest()


def test_what_nobody_has_sent_to_for_a_day_is_swept_away(tmp_path):
    incoming = Incoming(tmp_path)
    old, new = incoming.begin("old.csv", 9).id, incoming.begin("new.csv", 9).id
    (tmp_path / "form.part").write_bytes(b"of a server that was killed")
    yesterday = time.time() - 25 * 3600
    os.utime(tmp_path / f"{old}.part", (yesterday, yesterday))

    incoming.sweep(before=time.time() + 1)

    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{new}.json", f"{new}.part"]


def test_a_full_disk_is_told_and_keeps_what_was_whole(tmp_path):
    incoming = Incoming(tmp_path)
    upload = incoming.begin("table.csv", len(CONTENT)).id
    incoming.append(upload, 0, CONTENT[:10])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (13, hard))  # no file may grow beyond: what a full disk does
    try:
        with pytest.raises(ProblemError) as caught:
            incoming.append(upload, 10, CONTENT[10:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert caught.value.problems[0].code == "store.full"
    assert incoming.get(upload).received == 10
    assert incoming.append(upload, 10, CONTENT[10:]) == len(CONTENT)


def test_an_upload_larger_than_the_disk_is_refused_at_once(tmp_path):
    with pytest.raises(ProblemError) as caught:
        Incoming(tmp_path).begin("table.csv", 2**60)

    assert caught.value.problems[0].code == "store.full"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("upload", ["..", "../datasets", "", "/etc/passwd", "a" * 32, "A" * 32])
def test_an_id_never_leads_out_of_the_folder(tmp_path, upload):
    with pytest.raises(ProblemError) as caught:
        Incoming(tmp_path / "uploads").get(upload)

    assert caught.value.problems[0].code == "upload.unknown"
