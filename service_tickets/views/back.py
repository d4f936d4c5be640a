"""Row → notification → back to the same list or plan (service-notifications, "List and work plan")."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from vipcrm.requests import StaffRequest

COOKIE = "service_back"
LONGEST = 2000


def remember(request: StaffRequest, answer: HttpResponse) -> HttpResponse:
    """This list, with its filters and its page, is where “back” leads from now on. A cookie: nothing is written."""
    here = request.get_full_path()
    if len(here) <= LONGEST:
        answer.set_cookie(COOKIE, here, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return answer


def back_to(request: StaffRequest) -> str:
    """The list or plan that was seen last, or the plain list. Nothing but these two pages, whatever the cookie says."""
    plain, wanted = reverse("service_tickets:list"), request.COOKIES.get(COOKIE, "")
    parts = urlsplit(wanted)
    is_ours = not parts.scheme and not parts.netloc and parts.path in {plain, reverse("service_tickets:work_plan")}
    return wanted if is_ours else plain
