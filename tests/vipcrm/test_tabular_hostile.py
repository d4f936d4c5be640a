"""Every hostile file is refused or handled by a process that stays within 2 s of CPU and 200 MB."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from . import hostile

ROOT = Path(__file__).resolve().parents[2]
READER = """
import itertools, json, resource, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from vipcrm.tabular import TableRefused, open_table

def own_peak():
    # ru_maxrss of a process starts with what its parent had
    status = open("/proc/self/status").read()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024

def seconds(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime

before = seconds(resource.RUSAGE_SELF)
out = {"rows": 0, "faults": [], "reason": "", "text": ""}
def note(fault):
    if len(out["faults"]) < 5:
        out["faults"].append(fault.line)
try:
    with open_table(sys.argv[1]) as table:
        for line, cells in table.rows(note):
            out["rows"] += 1
            if out["rows"] < 20:
                out["text"] += "|".join(cells)[:200]
except TableRefused as refusal:
    out["reason"] = str(refusal)
both = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
out["seconds"] = sum(map(seconds, both)) - before
out["mebibytes"] = max(own_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
print(json.dumps(out))
"""


def read(path):
    """What a process of its own made of the file, and what that took."""
    done = subprocess.run([sys.executable, "-c", READER, str(path)], cwd=ROOT, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    outcome = json.loads(done.stdout)
    assert outcome["seconds"] < 2, outcome
    assert outcome["mebibytes"] < 200, outcome
    assert "root:" not in outcome["text"]
    return outcome


def name(maker):
    return getattr(maker, "__name__", "")


@pytest.mark.parametrize("maker", hostile.REFUSED, ids=name)
def test_refused(maker, tmp_path):
    outcome = read(maker(tmp_path))

    assert re.search(hostile.REFUSED[maker], outcome["reason"]), outcome
    assert outcome["rows"] == 0


@pytest.mark.parametrize("maker", hostile.HANDLED, ids=name)
def test_handled(maker, tmp_path):
    outcome = read(maker(tmp_path))

    assert (outcome["rows"], outcome["faults"]) == hostile.HANDLED[maker]
    assert outcome["reason"] == ""


@pytest.mark.parametrize("maker", hostile.EITHER, ids=name)
def test_refused_or_handled(maker, tmp_path):
    outcome = read(maker(tmp_path))

    assert outcome["reason"] or outcome["rows"] or outcome["faults"]


def test_path_traversal_leaves_nothing_behind(tmp_path):
    read(hostile.path_traversal(tmp_path))

    assert not Path("/tmp/owned").exists()
