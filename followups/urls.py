from django.urls import path

from followups.views import manage, steps, today

app_name = "followups"

urlpatterns = [
    path("", today.today, name="today"),
    path("steps/<int:pk>/", steps.step, name="step"),
    path("steps/<int:pk>/put-off/", steps.put_off, name="put_off"),
    path("steps/<int:pk>/take-back/", steps.take_back, name="take_back"),
    path("steps/<int:pk>/nudge/", manage.nudge, name="nudge"),
    path("steps/<int:pk>/reassign/", manage.reassign, name="reassign"),
    path("overdue/", manage.overdue, name="overdue"),
]
