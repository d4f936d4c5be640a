from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    LEFT = "left", _("Left")
    MERGED = "merged", _("Merged")
    ERASED = "erased", _("Erased")


GONE = frozenset({MemberStatus.LEFT, MemberStatus.ERASED})


class Gender(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class Calendar(models.TextChoices):
    SOLAR = "solar", _("Solar")
    LUNAR = "lunar", _("Lunar")


class Source(models.TextChoices):
    """Sources offered in forms; imports may bring others as they stand."""

    WALK_IN = "walk_in", _("Walk-in")
    REFERRAL = "referral", _("Referral")
    EVENT = "event", _("Event")
    ONLINE = "online", _("Online")


class Channel(models.TextChoices):
    PHONE = "phone", _("Phone")
    SMS = "sms", _("Text message")
    WECHAT = "wechat", _("WeChat")
    EMAIL = "email", _("E-mail")


class ConsentState(models.TextChoices):
    """Not asked is the absence of a row (handbook 2)."""

    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")


class ProductRole(models.TextChoices):
    TRAFFIC = "traffic", _("Traffic")
    PROFIT = "profit", _("Profit")
    MARGINAL = "marginal", _("Marginal")
    POTENTIAL = "potential", _("Potential")


class TierReason(models.TextChoices):
    JOINED = "joined", _("Joined")
    SINGLE = "single", _("One purchase")
    CUMULATIVE = "cumulative", _("Cumulative spend")
    PROGRAMME = "programme", _("New programme")
    RETAINED = "retained", _("Retained")
    DOWNGRADED = "downgraded", _("Downgraded")
    MANUAL = "manual", _("Set by hand")
    OPENING = "opening", _("Brought in")


class ImportKind(models.TextChoices):
    STORES = "stores", _("Stores")
    STAFF = "staff", _("Staff")
    PRODUCTS = "products", _("Products")
    MEMBERS = "members", _("Members")
    PURCHASES = "purchases", _("Purchases")


class ImportState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")
