"""Everything that runs by the clock, in the order of the day. A test compares it with the registered tasks."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
