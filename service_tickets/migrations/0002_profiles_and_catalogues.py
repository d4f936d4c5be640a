"""The profiles of Z1 and Z2 as the papers give them, start catalogues, partner functions."""

from django.db import migrations

from service_tickets.services.defaults import seed_defaults


def seed(apps, schema_editor):
    seed_defaults(apps)


class Migration(migrations.Migration):
    dependencies = [("service_tickets", "0001_notifications")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
