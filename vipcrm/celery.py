"""The task queue. It only says "look now"; rows in PostgreSQL say what is due and whether it was done."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")

app = Celery("vipcrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
