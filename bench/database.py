"""A fresh database beside the project's own, which is never touched."""

import os
from pathlib import Path

import psycopg
from psycopg import sql

PROJECT = Path(__file__).resolve().parent.parent
SUFFIX = "_bench"


def set_up() -> None:
    """Django on an empty, migrated database; servers of its own unless DATABASE_URL names one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")
    os.environ.setdefault("VIPCRM_VAR", str(PROJECT / "var" / "bench"))
    os.environ["DATABASE_POOL"] = "0"
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    settings.ALLOWED_HOSTS = ["*"]
    connection.close()
    connection.settings_dict["NAME"] = _make_empty(settings.DATABASES["default"])
    call_command("migrate", verbosity=0)


def _make_empty(server: dict) -> str:
    name = server["NAME"].removesuffix(SUFFIX) + SUFFIX
    password = {"password": server["PASSWORD"]} if server.get("PASSWORD") else {}
    address = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "dbname": "postgres"}
    with psycopg.connect(**address, **password, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return name


def environment() -> dict[str, str]:
    """For a child process that works on the same database."""
    from django.db import connection

    known = connection.settings_dict
    whom = known["USER"] + (f":{known['PASSWORD']}" if known.get("PASSWORD") else "")
    address = f"postgresql://{whom}@/{known['NAME']}?host={known['HOST']}&port={known['PORT']}"
    return {**os.environ, "DATABASE_URL": address}


def run(statement: str, values: object = None) -> None:
    """One statement, outside the clock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
