"""`Client.upload` against the real server, through a connection that is cut in the middle."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

import layerloom
from api.server import TOKEN, Server, serving
from layerloom import ProblemError

CSV = b"length,kind\n" + b"".join(b"%d.25,%s\n" % (row, (b"cat", b"dog")[row % 2]) for row in range(400_000))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("upload")) as running:
        yield running


class CuttingProxy:
    """Hands on what a client sends until `cut_after` bytes have gone through, once; then all."""

    def __init__(self, address: str, cut_after: int) -> None:
        host, port = re.findall(r"//([^:]+):(\d+)", address)[0]
        self.target, self.left, self.cuts = (host, int(port)), cut_after, 0
        self.listener = socket.create_server(("127.0.0.1", int(port) + 1 if int(port) < 65535 else 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.target)
                threading.Thread(target=self.send, args=(client, server), daemon=True).start()
                threading.Thread(target=self.receive, args=(client, server), daemon=True).start()

    def send(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while block := client.recv(65536):
                server.sendall(
                    block.replace(self.address[7:].encode(), f"{self.target[0]}:{self.target[1]}".encode())
                )
                self.left -= len(block)
                if self.left < 0 and not self.cuts:
                    self.cuts += 1
                    break
            for end in (client, server):
                end.shutdown(socket.SHUT_RDWR)

    def receive(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while block := server.recv(65536):
                client.sendall(block)


def test_a_cut_upload_goes_on_where_it_broke(server: Server, tmp_path: Path) -> None:
    path, seen = tmp_path / "animals.csv", []
    path.write_bytes(CSV)
    proxy = CuttingProxy(server.address, cut_after=len(CSV) // 2)
    with closing(proxy.listener), layerloom.Client(proxy.address, TOKEN) as client:
        made = client.upload(path, progress=lambda received, size: seen.append((received, size)))

    assert proxy.cuts == 1
    assert (made["name"], made["rows"]) == ("animals", 400_000)
    assert seen[-1] == (len(CSV), len(CSV))
    assert 0 < seen[0][0] < len(CSV)
    with layerloom.Client(server.address, TOKEN) as client:
        assert client.upload(path, name="again.csv") == made


def test_a_file_that_is_refused_is_told_and_leaves_no_upload(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("a,b\n1,2\n3\n")

    with layerloom.Client(server.address, TOKEN) as client, pytest.raises(ProblemError) as caught:
        client.upload(path)

    assert caught.value.problems[0].code == "file.ragged_row"
