"""The machine and the versions of every program, for the record."""

import os
import platform
import re
import shutil
import subprocess

import server

_PROGRAMS = ("pg_dump", "pg_restore", "psql", "gzip", "pigz", "zstd", "sed", "gnuplot")
_OURS = ("pgkeep-backup", "pgkeep-restore", "pgkeep-verify")
_LIBRARIES = ("libdeflate0", "libisal2", "libxxhash0", "libpq5")


def _first_line(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return result.stdout.split("\n", 1)[0].strip()


def _field(path, name):
    with open(path, encoding="utf-8") as file:
        found = re.search(rf"^{name}\s*[:=]\s*\"?(.*?)\"?$", file.read(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def describe_machine():
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0]) * 1024
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory": memory,
        "cpu": _field("/proc/cpuinfo", "model name"),
        "kernel": platform.release(),
        "system": _field("/etc/os-release", "PRETTY_NAME"),
    }


def _library_versions():
    if not shutil.which("dpkg-query"):
        return {}
    command = ["dpkg-query", "-W", "-f=${Package} ${Version}\\n", *_LIBRARIES]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return dict(line.split(" ", 1) for line in result.stdout.splitlines() if " " in line)


def _revision():
    here = os.path.dirname(os.path.abspath(__file__))
    command = ["git", "-C", here, "describe", "--always", "--dirty"]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return result.stdout.strip() or "unknown"


def describe_versions(bin_folder):
    versions = {name: _first_line(os.path.join(bin_folder, name), "--version") for name in _OURS}
    versions |= {name: _first_line(name, "--version") for name in _PROGRAMS if shutil.which(name)}
    versions |= _library_versions()
    versions["server"] = "PostgreSQL " + server.run_psql("postgres", "-c", "SHOW server_version").strip()
    versions["source"] = _revision()
    return versions
