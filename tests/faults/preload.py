"""libpgkeep_faults.so (file_faults.cpp): how it is loaded, and what it noted.

A sanitizer wants to be loaded first, so programs that were built with one cannot be run with it.
"""

from pathlib import Path

NAME = "libpgkeep_faults.so"
SANITIZERS = (b"__asan_init", b"__tsan_init", b"__msan_init")


def is_sanitized(bin_folder):
    program = (Path(bin_folder) / "pgkeep-backup").read_bytes()
    return any(name in program for name in SANITIZERS)


def environment(bin_folder, log, **faults):
    """What loads it; `log` must not lie on the disk that is made to fail."""
    return {"LD_PRELOAD": str(Path(bin_folder) / NAME), "PGKEEP_FAULTS_LOG": str(log), **faults}


def take_log(log):
    """`CALL PATH` of each line. A run without the library would survive everything: that is no result."""
    lines = [line.split(" ", 1) for line in log.read_text().splitlines()] if log.exists() else []
    log.unlink(missing_ok=True)
    if not any(call == "loaded" for call, _ in lines):
        raise RuntimeError(f"{NAME} was not loaded into the program")
    return lines


def reached_jump(lines, jumps):
    """Whether the last of the jumps (as in PGKEEP_FAULTS_CLOCK) was seen."""
    return ["clock", jumps.rsplit(":", 1)[1]] in lines
