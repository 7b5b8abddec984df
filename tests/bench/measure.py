"""Runs one command line and says what it cost."""

import dataclasses
import os
import subprocess
import sys

_LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launcher.py")


@dataclasses.dataclass
class Cost:
    wall: float  # seconds
    client_cpu: float  # seconds, of the command and all processes that it waited for
    server_cpu: float
    peak_memory: int  # bytes, of the largest client process


class CommandFailed(Exception):
    pass


class Meter:
    """Owns the launcher. Use it in a `with` block."""

    def __init__(self, server_cpu, folder):
        self._server_cpu = server_cpu
        self._errors = os.path.join(folder, "stderr")
        self._launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", _LAUNCHER, self._errors], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._launcher.stdin.close()
        self._launcher.wait()
        self._launcher.stdout.close()

    def run(self, command):
        """`command` is one line for bash. Throws CommandFailed with what it said on its standard error."""
        sessions = self._server_cpu.children()
        before = self._server_cpu.seconds()
        print(command, file=self._launcher.stdin, flush=True)
        answer = self._launcher.stdout.readline().split()
        self._server_cpu.wait_for_end_of_sessions(sessions)
        server_cpu = self._server_cpu.seconds() - before
        if len(answer) != 4 or answer[0] != "0":
            raise CommandFailed(f"`{command}` ended with {answer[:1]}: {self._said()}")
        wall, client_cpu, kibibytes = float(answer[1]), float(answer[2]), int(answer[3])
        return Cost(wall, client_cpu, server_cpu, kibibytes * 1024)

    def memory_floor(self):
        """The smallest peak that can be seen: what the launcher itself has."""
        return self.run("true").peak_memory

    def _said(self):
        with open(self._errors, encoding="utf-8", errors="replace") as file:
            return file.read()[-2000:].strip()


def size_on_disk(path):
    if os.path.isdir(path):
        return sum(entry.stat().st_size for entry in os.scandir(path))
    return os.path.getsize(path)
