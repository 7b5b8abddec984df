"""What one run whose files failed has to answer for, beside the invariants."""

from files_bench import ARCHIVE, digests
from invariants import Checker

SYNCS = ("fsync", "fdatasync")
READS = ("read", "pread")


def must_fail(operation, call, lines):
    """Whether exit code 0 would be a lie after a call failed; `lines` are what the library noted."""
    failed = [place for place, (name, _) in enumerate(lines) if name == "fault"]
    return any(is_a_lie(operation, call, lines[place][1], lines[:place]) for place in failed)


def is_a_lie(operation, call, path, before):
    if operation.name == "backup" and call in SYNCS:
        return True  # nothing but an archive and its folder is synced there, and a promise of both is broken
    # The first read of an archive only looks whose it is, for the list; the archive is read as a whole afterwards.
    return (operation.name == "verify" and call in READS and bool(ARCHIVE.match(path.rsplit("/", 1)[-1]))
            and before.count([call, path]) > 1)


class Judge:
    """What one faulted run has to answer for, beside the invariants."""

    def __init__(self, bench, operation, root):
        self.bench, self.operation, self.root = bench, operation, root
        self.repository = root / "repository"
        self.problems = []
        self.holds = ""

    def judge(self, done, tag, harmless, reason=None, codes=(0, 1), clock_behind=False):
        """The problems; afterwards `holds` says what the database held."""
        found = digests(self.repository)
        text = done.stderr + done.stdout
        if done.returncode not in ((0,) if harmless else codes):
            self.say(f"ends with {done.returncode}: {text.strip()}")
        if done.returncode != 0 and not harmless:
            self.check_message(text, reason)
        self.check_archives(done.returncode, found, clock_behind)
        self.check_invariants(done.returncode, tag)
        return self.problems

    def say(self, problem):
        self.problems.append(problem)

    def check_message(self, text, reason):
        if str(self.root) not in text:
            self.say(f"names no file: {text.strip()}")
        if reason and reason not in text:
            self.say(f"does not say why ({reason}): {text.strip()}")

    # With a clock that is behind the newest archive is dated in the future, and the older one counts as the last.
    def check_archives(self, code, found, clock_behind):
        new = [name for name in found if name not in self.bench.before]
        changed = [name for name, digest in self.bench.before.items() if found.get(name) != digest]
        if self.operation.name == "prune":
            oldest = min(self.bench.before)
            changed = [name for name in changed if name != oldest or name in found]
            if code == 0 and oldest in found and not clock_behind:
                self.say(f"ends with 0 and has not removed {oldest}")
        for name in changed:
            self.say(f"archive {name} is not what it was")
        backups = [name for name in new if "safety" not in name]
        if self.operation.name == "backup" and (len(backups) == 1) != (code in (0, 3)):
            self.say(f"ends with {code} and publishes {len(backups)} archives")

    def check_invariants(self, code, tag):
        allowed = [self.bench.live]
        if self.operation.changes:
            allowed = [self.bench.saved] if code in (0, 3) else [self.bench.live]
        checker = Checker(self.bench.bin, self.repository, self.bench.database, self.root / "tmp")
        self.problems += checker.check(allowed, tag)
        self.holds = checker.name_of({self.bench.live: "old", self.bench.saved: "new"})
