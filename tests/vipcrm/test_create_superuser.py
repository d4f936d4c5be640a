import pytest
from django.core.management import call_command

from vipcrm.enums import Role
from vipcrm.models import Staff

pytestmark = pytest.mark.django_db


def test_the_first_login_of_an_empty_database_is_an_administrator():
    call_command("createsuperuser", username="first", name="First", interactive=False, verbosity=0)
    first = Staff.objects.get(username="first")
    assert (first.role, first.is_staff, first.is_superuser, first.store) == (Role.ADMIN, True, True, None)
