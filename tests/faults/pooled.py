"""A process with a pool of connections that does what it is told on stdin and says what came of it, a line each.

Run as a program: python -m tests.faults.pooled
"""

import json
import os
import sys


def page(client):
    answer = client.get("/accounts/login/", headers={"cookie": f"sessionid={'a' * 32}"})
    return [answer.status_code, answer.content.decode()]


def task(_client):
    from members.tasks import run_imports

    result = run_imports.apply(throw=False)
    return [result.state, str(result.result)]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")
    import django

    django.setup()
    from django.db import close_old_connections
    from django.test import Client

    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    for line in sys.stdin:
        print(json.dumps(globals()[line.strip()](client)), flush=True)
        close_old_connections()  # as web server and worker do after each request and task
