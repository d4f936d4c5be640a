"""What the web server (granian) loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vipcrm.settings")

application = get_wsgi_application()
