"""A wire between browser and server that can be cut: unlike a browser's offline mode it breaks open websockets too."""

import contextlib
import socket
import threading

CHUNK = 65536


class Wire:
    """Forwards connections from a port of its own to the server's."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.ends: list[socket.socket] = []
        self.is_cut = False
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                with self.lock:
                    if self.is_cut:
                        near.close()
                        continue
                    far = socket.create_connection(("127.0.0.1", self.server_port))
                    self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=forward, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        """Breaks every connection and lets no new one through."""
        with self.lock:
            self.is_cut = True
            for end in self.ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
            self.ends.clear()

    def mend(self) -> None:
        with self.lock:
            self.is_cut = False

    def close(self) -> None:
        self.cut()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def forward(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
