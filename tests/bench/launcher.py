"""A small process that runs command lines for measure.py, one after the other.

Linux counts as a process's peak memory also what the process that started it had, so that must be little: this program
imports nothing that it does not need, and is started with -I -S.

    launcher.py FILE    reads lines for bash, and answers each with: exit code, wall seconds, CPU seconds, peak KiB.
                        FILE receives what the commands write to their standard error.
"""

import os
import sys
import time


def _become(command, errors):
    try:
        nothing = os.open("/dev/null", os.O_RDWR)
        said = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for source, target in ((nothing, 0), (nothing, 1), (said, 2)):
            os.dup2(source, target)
        os.execvp("bash", ["bash", "-c", "set -o pipefail; " + command])
    finally:
        os._exit(127)


def _run(command, errors):
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        _become(command, errors)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    return os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


for line in sys.stdin:
    print(*_run(line.rstrip("\n"), sys.argv[1]), flush=True)
