"""Send requests from several users concurrently over kept-alive connections, and measure the response times."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Ask = tuple[str, str, bytes | None]  # method, address, body


class Connection:
    """The connection of one user, kept open if the server keeps it."""

    def __init__(self, port: int, head: str) -> None:
        self.port, self.head, self.socket = port, head, None

    def ask(self, asked: Ask) -> int:
        """Send a request, read the whole response and return its status."""
        method, address, body = asked
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        length = f"Content-Length: {len(body)}\r\n" if body is not None else ""
        self.socket.sendall(
            f"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{self.head}\r\n{length}\r\n".encode()
            + (body or b"")
        )
        answer = self.socket.makefile("rb")
        status = int(answer.readline().split()[1])
        fields = dict(line.decode("latin-1").strip().lower().split(": ", 1) for line in iter(answer.readline, b"\r\n"))
        if "content-length" in fields:
            answer.read(int(fields["content-length"]))
        elif fields.get("transfer-encoding") == "chunked":
            while size := int(answer.readline(), 16):
                answer.read(size + 2)
            answer.readline()
        else:
            answer.read()
            fields["connection"] = "close"
        if fields.get("connection") == "close":
            self.socket.close()
            self.socket = None
        return status


def measure_latency(
    port: int, head: str | Callable[[], str], make: Callable[[], Ask], users: int, seconds: float
) -> str:
    """Return p50 / p95 in milliseconds and responses per second, after a warm-up of up to two seconds.

    `head`: the user's headers of every request, or a function that returns them for each user in turn.
    """
    latencies: list[float] = []
    lock, faults = threading.Lock(), []

    def send_requests(until: float, keep: bool) -> None:
        connection = Connection(port, head() if callable(head) else head)
        while time.perf_counter() < until and not faults:
            with lock:
                asked = make()
            begun = time.perf_counter()
            status = connection.ask(asked)
            if status != 200:
                faults.append(f"{status} {asked[1]} {asked[2]!r}")
            elif keep:
                latencies.append(time.perf_counter() - begun)

    for keep, length in ((False, min(2.0, seconds / 2)), (True, seconds)):
        begun = time.perf_counter()
        threads = [threading.Thread(target=send_requests, args=(begun + length, keep)) for _ in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if faults:
        raise SystemExit(f"not answered: {faults[0]}")
    latencies.sort()
    return f"{latencies[len(latencies) // 2] * 1000:.0f} / {latencies[int(len(latencies) * 0.95)] * 1000:.0f} ({len(latencies) / seconds:.0f}/s)"


@contextmanager
def free_port() -> Iterator[int]:
    """Yield a port that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    yield port
