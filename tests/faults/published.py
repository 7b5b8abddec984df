"""What is in the repository after a run: the exit code must say the same, and an archive hold what it is of.

Asks psql and not pgkeep what an archive holds, as somebody without pgkeep would.
"""

import subprocess

from invariants import content, psql
from world import LIVE

KEEP_LAST = 2  # as the prune of the tests is told
LOADED = "loaded_by_psql"
KILLED = 137


def judge(world, case, outcome):
    found = world.archives()
    if case.program == "prune":
        yield from judge_prune(world, case, outcome, found)
    else:
        yield from judge_new(case, outcome, found - set(world.before))
    for name in sorted(found & set(world.before)):
        if (world.repository / name).read_bytes() != world.before[name]:
            yield f"archive {name} from before is changed"
    if case.program != "prune":
        for name in sorted(set(world.before) - found):
            yield f"archive {name} from before is gone"
    for name in sorted(found - set(world.before)):
        if is_of_database(name):
            yield from judge_content(world, name)


def is_of_database(name):
    return name.startswith(f"{LIVE}/") and ".safety." not in name


# A safety snapshot is no result, and stays whatever becomes of the restore.
def judge_new(case, outcome, new):
    if outcome.code == KILLED:
        counts = (0, 1)
    else:
        counts = (1,) if case.program.startswith("backup") and outcome.code in (0, 3) else (0,)
    if not case.program.startswith("backup"):
        counts = (0,)
    archives = [name for name in sorted(new) if is_of_database(name)]
    if len(archives) not in counts:
        yield f"ends with {outcome.code} and publishes {len(archives)} archives: {archives}"
    globals_ = [name for name in new if name.startswith("globals_")]
    if case.program == "backup --globals" and outcome.code != KILLED and len(globals_) != (outcome.code == 0):
        yield f"ends with {outcome.code} and publishes {len(globals_)} archives of globals"


# What it is told to keep is kept also when it dies, and when it says that it is done the rest is gone.
def judge_prune(world, case, outcome, found):
    kept = set(sorted(world.before)[-case.kept:])
    if not kept <= found:
        yield f"the prune removed {sorted(kept - found)}"
    if not found <= set(world.before) or outcome.code == 0 and found != kept:
        yield f"ends with {outcome.code} and leaves {sorted(found)} instead of {sorted(kept)}"


def judge_content(world, name):
    psql("postgres", f"DROP DATABASE IF EXISTS {LOADED} WITH (FORCE);\nCREATE DATABASE {LOADED} TEMPLATE template0;")
    load = f"set -o pipefail; gunzip -c '{world.repository / name}' | psql -Xq -v ON_ERROR_STOP=1 -d {LOADED}"
    done = subprocess.run(["bash", "-c", load], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        yield f"archive {name} cannot be loaded with psql: {done.stderr.strip()[:400]}"
    elif content(LOADED) != world.old:
        yield f"archive {name} brings back something else than the database had"
    psql("postgres", f"DROP DATABASE {LOADED} WITH (FORCE)")
