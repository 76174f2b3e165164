"""Files made to do harm: each is refused with a problem that says what and where, before memory or disk is used."""

import io
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from layerloom.exchange.keras.archive import read_archive, write_archive
from layerloom.exchange.keras.hdf5 import opened
from layerloom.exchange.keras.limits import FileLimits
from layerloom.problems import ProblemError

SMALL_LIMITS = FileLimits(
    bytes=1_000_000, unpacked_bytes=100_000, config_bytes=10_000, members=20, objects=50, depth=8
)


def archive(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes], packed: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info


def refusal(path: Path, limits: FileLimits = SMALL_LIMITS) -> Any:
    with pytest.raises(ProblemError) as error:
        read_archive(path, path.with_name("weights.h5"), limits)
    return error.value.problems[0]


CONFIG = ("config.json", b"{}")


@pytest.mark.parametrize(
    ("code", "named", "members", "packed"),
    [
        ("archive.no_config", "`other.txt`", [("other.txt", b"")], False),
        ("archive.path", "`../escape`", [CONFIG, ("../escape", b"")], False),
        ("archive.path", "`a/../../b`", [CONFIG, ("a/../../b", b"")], False),
        ("archive.path", "`/etc/cron.d/evil`", [CONFIG, ("/etc/cron.d/evil", b"")], False),
        ("archive.path", "C:", [CONFIG, ("C:\\windows", b"")], False),
        ("archive.link", "`model.weights.h5`", [CONFIG, (link("model.weights.h5"), b"/etc/passwd")], False),
        ("archive.link", "`config.json`", [(link("config.json"), b"/etc/passwd")], False),
        ("archive.members", "21 files", [CONFIG, *((f"{n}", b"") for n in range(20))], False),
        ("archive.too_large", "100,000", [CONFIG, ("model.weights.h5", bytes(200_000))], True),
        ("archive.too_large", "`config.json`", [("config.json", bytes(20_000))], True),
        ("archive.weights_format", "`model.weights.npz`", [CONFIG, ("model.weights.npz", b"")], False),
    ],
)
def test_a_hostile_archive_is_refused(
    tmp_path: Path, code: str, named: str, members: list[Any], packed: bool
) -> None:
    problem = refusal(archive(tmp_path / "evil.keras", *members, packed=packed))

    assert problem.code == code
    assert named in problem.message
    assert problem.hint


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.keras", CONFIG, ("model.weights.h5", bytes(40_000_000)), packed=True)

    problem = refusal(path, FileLimits())

    assert problem.code == "archive.bomb"
    assert "40,000,000" in problem.message
    assert not (tmp_path / "weights.h5").exists()


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "liar.keras", CONFIG, ("model.weights.h5", bytes(40_000_000)), packed=True)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 40_000_000), struct.pack("<I", 1000)))

    problem = refusal(path, FileLimits())

    assert problem.code == "archive.broken"


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path / "double.keras", CONFIG, CONFIG)

    assert refusal(path).code == "archive.double"


@pytest.mark.parametrize("size", [0, 1, 30, 200])
def test_an_archive_that_was_cut_short_is_refused(tmp_path: Path, size: int) -> None:
    path = archive(tmp_path / "cut.keras", CONFIG, ("model.weights.h5", bytes(1000)))
    path.write_bytes(path.read_bytes()[:size])

    assert refusal(path).code == "archive.broken"


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "locked.keras", CONFIG)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)

    assert refusal(path).code == "archive.encrypted"


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    path = archive(tmp_path / "large.keras", CONFIG, ("model.weights.h5", bytes(1_000_001)))

    problem = refusal(path)

    assert problem.code == "file.too_large"
    assert "1,000,000" in problem.message


def test_a_good_archive_is_read(tmp_path: Path) -> None:
    path = tmp_path / "good.keras"
    with path.open("wb") as file:
        write_archive(file, b'{"a": 1}', b"{}", b"weights")

    parts = read_archive(path, tmp_path / "out.h5", SMALL_LIMITS)

    assert (parts.config, parts.metadata) == (b'{"a": 1}', b"{}")
    assert parts.weights is not None
    assert parts.weights.read_bytes() == b"weights"


def external_link(file: h5py.File, folder: Path) -> None:
    file["layers/dense/vars"] = h5py.ExternalLink(str(folder / "secret.h5"), "/secret")


def soft_link(file: h5py.File, folder: Path) -> None:
    file["layers/dense/vars"] = h5py.SoftLink("/secret")


def circle(file: h5py.File, folder: Path) -> None:
    file.create_group("layers")
    file["layers/again"] = file["layers"]


def second_name(file: h5py.File, folder: Path) -> None:
    file["a"] = np.zeros(3, "f4")
    file["layers/a"] = file["a"]


def virtual(file: h5py.File, folder: Path) -> None:
    layout = h5py.VirtualLayout((3,), "f4")
    layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "secret", (3,))
    file.create_virtual_dataset("layers/v", layout)


def external_storage(file: h5py.File, folder: Path) -> None:
    file.create_dataset("layers/e", (10,), "u1", external=[("/etc/passwd", 0, 10)])


def shape_bomb(file: h5py.File, folder: Path) -> None:
    file.create_dataset("layers/b", (10**6, 10**6), "f4", chunks=(1000, 1000), compression="gzip")


def packed_bomb(file: h5py.File, folder: Path) -> None:
    file.create_dataset("layers/p", data=np.zeros((5000, 2000), "f4"), compression="gzip")


def many_small_bombs(file: h5py.File, folder: Path) -> None:
    for number in range(40):
        file.create_dataset(f"layers/{number}", (4000,), "f4", chunks=(4000,), fillvalue=1)


def deep(file: h5py.File, folder: Path) -> None:
    file.create_group("/".join("g" * 20))


def wide(file: h5py.File, folder: Path) -> None:
    for number in range(60):
        file.create_group(f"g{number}")


def spread(file: h5py.File, folder: Path) -> None:
    for outer in range(8):
        for inner in range(8):
            file.create_group(f"{outer}/{inner}")


def text(file: h5py.File, folder: Path) -> None:
    file["layers/t"] = np.array(["x", "y"], dtype=h5py.string_dtype())


def reference(file: h5py.File, folder: Path) -> None:
    file.create_dataset("layers/r", (1,), h5py.ref_dtype)


def compound(file: h5py.File, folder: Path) -> None:
    file.create_dataset("layers/c", (1,), np.dtype([("a", "f4"), ("b", "i4")]))


def complex_numbers(file: h5py.File, folder: Path) -> None:
    file["layers/c"] = np.zeros(2, "c16")


def named_type(file: h5py.File, folder: Path) -> None:
    file["layers/t"] = np.dtype("f4")


def plugin(file: h5py.File, folder: Path) -> None:
    file.create_dataset("layers/s", (100,), "i4", chunks=(100,), scaleoffset=4)


@pytest.mark.parametrize(
    ("code", "named", "make"),
    [
        ("h5.link", "`layers/dense/vars` is a link to another file", external_link),
        ("h5.link", "`layers/dense/vars` is a soft link", soft_link),
        ("h5.link", "`layers/again` is a second name", circle),
        ("h5.link", "is a second name", second_name),
        ("h5.virtual", "`layers/v`", virtual),
        ("h5.external", "/etc/passwd", external_storage),
        ("h5.bomb", "(1000000, 1000000)", shape_bomb),
        ("h5.bomb", "(5000, 2000)", packed_bomb),
        ("h5.too_large", "100,000", many_small_bombs),
        ("h5.depth", "8 groups deep", deep),
        ("h5.objects", "50", wide),
        ("h5.objects", "50", spread),
        ("h5.dtype", "`layers/t` holds object", text),
        ("h5.dtype", "`layers/r` holds object", reference),
        ("h5.dtype", "`layers/c` holds", compound),
        ("h5.dtype", "complex128", complex_numbers),
        ("h5.object", "`layers/t`", named_type),
        ("h5.filter", "filter 6", plugin),
    ],
)
def test_a_hostile_hdf5_file_is_refused(
    tmp_path: Path, code: str, named: str, make: Callable[[h5py.File, Path], None]
) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as secret:
        secret["secret"] = np.ones(3, "f4")
    path = tmp_path / "evil.h5"
    with h5py.File(path, "w") as file:
        make(file, tmp_path)

    with pytest.raises(ProblemError) as error, opened(path, SMALL_LIMITS):
        pass

    problem = error.value.problems[0]
    assert problem.code == code
    assert named in problem.message
    assert problem.hint


def good_file() -> bytes:
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        file["layers/dense/vars/0"] = np.ones((3, 4), "f4")
        file.create_dataset("layers/dense/vars/1", data=np.ones(4, "f8"), compression="gzip")
        file["layers"].attrs["names"] = ["a", "b"]
    return held.getvalue()


def test_bytes_changed_at_random_never_do_worse_than_a_problem(tmp_path: Path) -> None:
    (tmp_path / "good.h5").write_bytes(good_file())

    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("mangled.py")), str(tmp_path / "good.h5"), "200"],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    ends = dict(part.split("=") for part in done.stdout.splitlines()[-1].split())
    assert "wrong" not in ends, done.stdout
    assert int(ends["problem"]) > 20
    assert int(ends["read"]) > 20
    assert int(ends.get("ended", 0)) < 5


@pytest.mark.parametrize("size", [0, 7, 8, 100, 1000])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.h5"
    path.write_bytes(good_file()[:size])

    with pytest.raises(ProblemError) as error, opened(path, SMALL_LIMITS):
        pass

    assert error.value.problems[0].code == "h5.broken"


def test_a_long_attribute_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = "x" * 20_000

    with opened(path, SMALL_LIMITS) as file, pytest.raises(ProblemError) as error:
        file.text("", "model_config")

    assert error.value.problems[0].code == "h5.too_large"


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "good.h5"
    path.write_bytes(good_file())

    with opened(path, SMALL_LIMITS) as file:
        assert file.shapes == {"layers/dense/vars/0": (3, 4), "layers/dense/vars/1": (4,)}
        assert file.array("layers/dense/vars/0").tolist() == np.ones((3, 4)).tolist()
        assert file.array("layers/dense/vars/1").dtype == np.float64
        assert file.texts("layers", "names") == ("a", "b")
        assert file.text("", "model_config") is None
        assert file.groups("layers") == ["dense"]
