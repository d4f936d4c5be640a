"""A cable between a program and the database that a test can pull and plug in again."""

import socket
import threading
from contextlib import suppress


class Cable:
    """A small TCP proxy on `port`; pulled, it closes what is open and takes nothing new."""

    def __init__(self, target):
        self._target, self._open = target, []
        self._lock = threading.Lock()
        self.port, self._listener = 0, None
        self.passed, self._limit = 0, None
        self.plug()

    def plug(self):
        """Takes connections again, on the same port."""
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._listener.listen()
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def pull(self):
        """As if the server were gone: open connections break, new ones are refused."""
        listener, self._listener = self._listener, None
        self._limit = None
        with self._lock:
            ends, self._open = self._open, []
        for end in [listener, *ends]:
            with suppress(OSError, AttributeError):
                end.shutdown(socket.SHUT_RDWR)
            with suppress(OSError, AttributeError):
                end.close()

    def pull_after(self, size):
        """Pulls itself once so many more bytes went to the database."""
        self._limit = self.passed + size

    def _accept(self, listener):
        with suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                with self._lock:
                    self._open += [near, far]
                threading.Thread(target=self._carry, args=[near, far, True], daemon=True).start()
                threading.Thread(target=self._carry, args=[far, near, False], daemon=True).start()

    def _carry(self, source, target, counts):
        with suppress(OSError):
            while data := source.recv(65536):
                if counts:
                    self.passed += len(data)
                    if self._limit is not None and self.passed > self._limit:
                        self.pull()
                        return
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.close()
