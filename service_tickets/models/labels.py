from django.db import models
from django.utils.translation import get_language


class Labelled(models.Model):
    """Something with a Chinese and an English name; `name` is the one of the active language."""

    name_zh: models.CharField
    name_en: models.CharField

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en or self.name_zh
