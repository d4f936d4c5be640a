"""What pages say about a member at a glance: tier, the way to the next, what keeps this one, how well she is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from members.models import Consent, Member, Standing, Tier
from members.rules import tiers as rules
from members.rules.profile import Completeness, completeness
from members.rules.programme import Programmes
from members.rules.progress import progress
from members.services.tier_history import load_programme_versions

ASK = {
    "name": _("her name"),
    "phone": _("her phone number"),
    "birthday": _("her birthday"),
    "consent": _("whether we may call her"),
    "wechat": _("her WeChat"),
    "likes": _("which colours and fabrics she likes"),
    "preferred_channel": _("how she likes to be contacted"),
    "occupation": _("what she does for a living"),
    "family": _("her family"),
    "other_brands": _("which other brands she wears"),
    "contact_hours": _("when she likes to be contacted"),
    "source": _("how she found us"),
}


@dataclass(frozen=True)
class Programme:
    """The tier programme as pages need it: the rules, and every tier by its code. One query of a few rows."""

    rules: Programmes
    by_code: dict[str, Tier]
    today: date

    @property
    def current(self) -> list[Tier]:
        """The tiers of the version valid today, lowest first."""
        spec = self.rules.on(self.today)
        return [self.by_code[tier.code] for tier in spec.tiers]

    def tier(self, code: str) -> Tier | None:
        return self.by_code.get(code)

    def name(self, code: str) -> str:
        """The tier's name; the code itself for one that no version knows any more, "" for none."""
        tier = self.by_code.get(code)
        return tier.name if tier else code


def load_programme(today: date) -> Programme:
    """The programme with its names as they are today; a tier of another version only has that version's name."""
    stored = load_programme_versions()
    present = stored.programmes.on(today).version
    by_code: dict[str, Tier] = {}
    for tier in sorted(stored.tiers, key=lambda tier: tier.version_id != present):
        by_code.setdefault(tier.code, tier)
    return Programme(stored.programmes, by_code, today)


def put_tier(member: Member, programme: Programme) -> Member:
    """Puts the tier with its name and rank on `member.tier` for a page; `standing` must be joined."""
    member.tier = programme.tier(member.standing.tier)  # type: ignore[attr-defined]
    return member


@dataclass(frozen=True)
class TierProgress:
    """Handbook 3.10 in CNY; None where the question does not arise. `keep_by` is the last day that counts."""

    tier: Tier | None
    since: date | None
    next_tier: Tier | None
    single: Decimal | None
    cumulative: Decimal | None
    counted: Decimal
    missing: Decimal | None
    keep: Decimal | None
    kept: Decimal
    missing_to_keep: Decimal | None
    keep_by: date | None
    days_left: int | None


def _yuan(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


def tier_progress(standing: Standing | None, programme: Programme) -> TierProgress:
    """Where she stands and what is missing, from the stored standing. No query."""
    told = _as_rules(standing, programme)
    went = progress(programme.rules, told, today=programme.today)
    above = programme.tier(went.next_tier.code) if went.next_tier else None
    keep = None
    if went.missing_to_keep is not None and told.next_review and told.tier:
        keep = _yuan(programme.rules.on(told.next_review).present(told.tier).keep)
    return TierProgress(
        tier=programme.tier(standing.tier) if standing else None,
        since=standing.tier_since if standing else None,
        next_tier=above,
        single=above.single if above else None,
        cumulative=above.cumulative if above else None,
        counted=standing.counted_spend if standing else Decimal(0),
        missing=_yuan(went.missing_cumulative),
        keep=keep,
        kept=standing.year_spend if standing else Decimal(0),
        missing_to_keep=_yuan(went.missing_to_keep),
        keep_by=went.keep_by,
        days_left=(went.keep_by - programme.today).days if went.keep_by else None,
    )


def _as_rules(standing: Standing | None, programme: Programme) -> rules.Standing:
    """The stored row as the rules know it. A tier that the version of today lacks is taken as it was."""
    tier = None
    if standing and standing.tier:
        specs = [spec for version in reversed(programme.rules.versions) for spec in version.tiers]
        tier = next((spec for spec in specs if spec.code == standing.tier), None)
    return rules.Standing(
        tier=tier,
        since=standing.tier_since if standing else None,
        counting_start=standing.counting_start if standing else None,
        counted_cents=int(standing.counted_spend * 100) if standing else 0,
        year_start=standing.year_start if standing else None,
        next_review=standing.review_on if standing else None,
        year_cents=int(standing.year_spend * 100) if standing else 0,
        held_until=None,
    )


def known_of(member: Member, consents: Collection[str]) -> set[str]:
    """Which keys of `rules.profile.WEIGHTS` the file has an answer to; `consents`: channels she was asked about."""
    plain = ("name", "phone", "wechat", "likes", "preferred_channel", "occupation", "family", "other_brands", "source")
    known = {key for key in plain if getattr(member, key)}
    known |= {"birthday"} if member.birth_month else set()
    known |= {"contact_hours"} if member.contact_from or member.contact_until else set()
    return known | ({"consent"} if consents else set())


def profile_of(member: Member, consents: Collection[str]) -> Completeness:
    """Percent known and what to ask next (`ASK` has the words)."""
    return completeness(known_of(member, consents))


def consents_by_member(member_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Channel → state of several members, the newest word each. One query."""
    rows = Consent.objects.filter(member_id__in=member_ids).order_by("member", "channel", "-given_on", "-id")
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for consent in rows.distinct("member", "channel"):
        found[consent.member_id][consent.channel] = consent.state
    return found
