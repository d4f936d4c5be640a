"""Imports on a page: upload, watch, read the result, fetch the bad rows. Administrators only."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.enums import ImportState
from members.forms.imports import ImportForm
from members.imports import jobs
from members.models import ImportRun
from members.tasks import run_imports
from vipcrm.enums import Role
from vipcrm.requests import StaffRequest

SHOWN_RUNS = 20


def _check_role(request: StaffRequest) -> None:
    if request.user.role != Role.ADMIN:
        raise PermissionDenied(_("Only administrators import files."))


def import_list(request: StaffRequest) -> HttpResponse:
    """The form, and what was imported lately."""
    _check_role(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        options = dict(form.cleaned_data)
        run = jobs.ask_import(options.pop("kind"), options.pop("file"), by=request.user, at=timezone.now(), **options)
        transaction.on_commit(run_imports.delay, robust=True)  # else the clock finds it
        return redirect("members:import_detail", run.pk)
    runs = ImportRun.objects.select_related("asked_by")[:SHOWN_RUNS]
    status = 422 if form.is_bound else 200
    return render(request, "members/import_list.html", {"form": form, "runs": runs}, status=status)


@require_GET
def import_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is, then what came of it; htmx asks for the inner part every two seconds while it runs."""
    _check_role(request)
    run = get_object_or_404(ImportRun.objects.select_related("asked_by"), pk=pk)
    context = {"run": run, "unfinished": run.state in jobs.UNFINISHED, "rows_read": jobs.rows_read(run)}
    template = "members/_import_state.html" if request.htmx else "members/import_detail.html"
    return render(request, template, context)


def import_stop(request: StaffRequest, pk: int) -> HttpResponse:
    """Stops an import that still reads; nothing of the file is kept then."""
    _check_role(request)
    if request.method != "POST":
        return redirect("members:import_detail", pk)
    run = get_object_or_404(ImportRun, pk=pk, state__in=jobs.UNFINISHED)
    if jobs.stop_import(run):
        messages.success(request, _("The import stops; nothing of the file is kept."))
    else:
        messages.error(request, _("The worker cannot be reached: the import goes on. Try again in a minute."))
    return redirect("members:import_detail", pk)


@require_GET
def import_errors(request: StaffRequest, pk: int) -> FileResponse:
    """The bad rows as a CSV: each as it came, with line, column and reason."""
    _check_role(request)
    run = get_object_or_404(ImportRun, pk=pk, state=ImportState.DONE)
    if not run.error_file:
        raise Http404
    return FileResponse(run.error_file.open("rb"), as_attachment=True, filename=f"errors-{run.file_name}.csv")
