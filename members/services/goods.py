"""Products that are put right after they were sold."""

from datetime import datetime

from django.db import transaction

from members.models import Product, Receipt
from members.services.refresh import refresh_receipts


@transaction.atomic
def recount_product(product: Product, *, at: datetime) -> None:
    """Brings everything up to date that rests on whether the product counts for tiers and points."""
    sold = Receipt.objects.filter(lines__product=product, lines__quantity__gt=0)
    refresh_receipts(sold.values_list("pk", flat=True).distinct(), at=at)
