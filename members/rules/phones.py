"""Phone numbers in one form (handbook 2)."""


def mask_phone(phone: str) -> str:
    """`+8613800001234` → `138****1234`."""
    digits = phone.removeprefix("+86").removeprefix("+")
    return f"{digits[:3]}****{digits[-4:]}" if digits else ""
