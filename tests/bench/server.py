"""The throw-away server that pgkeep-scratch started: SQL through psql, and the CPU that its processes used."""

import os
import subprocess
import time

_TICKS = os.sysconf("SC_CLK_TCK")
_PPID, _CPU = 1, slice(11, 15)  # in /proc/PID/stat behind the name: parent; utime, stime, cutime, cstime


def run_psql(database, *arguments):
    command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def drop_database(name):
    run_psql("postgres", "-c", "SET client_min_messages = error", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def create_database(name):
    drop_database(name)
    run_psql("postgres", "-c", f"CREATE DATABASE {name} TEMPLATE template0")


def postmaster_pid():
    return int(run_psql("postgres", "-c", "SELECT pg_catalog.pg_read_file('postmaster.pid')").split()[0])


def _stat(pid):
    """The fields behind the name, which may hold spaces; None when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


class ServerCpu:
    """CPU seconds of the postmaster and its children. What a child used is its own while it lives and in the
    postmaster's cutime once it was reaped, so the sum only grows."""

    def __init__(self):
        self._postmaster = str(postmaster_pid())

    def _processes(self):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            stat = _stat(pid)
            if stat and (pid == self._postmaster or stat[_PPID] == self._postmaster):
                yield pid, stat

    def children(self):
        return {pid for pid, _ in self._processes()}

    def seconds(self):
        return sum(int(ticks) for _, stat in self._processes() for ticks in stat[_CPU]) / _TICKS

    def wait_for_end_of_sessions(self, before, limit=2.0):
        """Until no process is left that was not there `before`: a backend cleans up after its client has gone."""
        end = time.monotonic() + limit
        while self.children() - before and time.monotonic() < end:
            time.sleep(0.01)
