"""The task queue. It only says "look now"; rows in PostgreSQL say what is due and whether it was done."""

import os
import warnings

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")

app = Celery("vipcrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if settings.EMBEDDED:  # a first run as root in a container is fine; the image for the real set-up has a user of its own
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
