"""The tier rules once more, day by day and with no care for speed, written from handbook 3 and not from the code."""

from datetime import date, timedelta
from types import SimpleNamespace

DAY = timedelta(days=1)


def simulate(versions, purchases, *, hands=(), opening=None, until):
    """[(day, at, from, to, reason, cents, keys, version)] and the last state."""
    state = _live(versions, purchases, list(hands), opening, until, None)
    return state.rows, state


def _live(versions, purchases, hands, opening, until, stop):
    """Live through every day up to `until`; with `stop`, only what comes before that day."""
    if opening:
        purchases = [p for p in purchases if p.day >= opening.day]
        hands = [h for h in hands if h.day >= opening.day]
    purchases = [p for p in purchases if p.day <= until]
    hands = [h for h in hands if h.day <= until]
    state = SimpleNamespace(tier=None, since=None, start=None, counted=0, carried=0, hand=None, rows=[], done=[])
    state.earliest = date.min
    if opening and opening.day <= until:
        _reach(state, opening.tier, opening.since)
        state.counted, state.carried = opening.counted_cents, opening.year_cents
        state.earliest = max(opening.since, opening.day) + DAY
        version = _version(versions, opening.day).version
        state.rows.append((opening.day, None, None, opening.tier, "opening", opening.counted_cents, (), version))
    queue = sorted([(p.at, 0, p.number, p.store, p) for p in purchases] + [(h.at, 1, "", "", h) for h in hands])
    days = [p.day for p in purchases] + [h.day for h in hands] + ([opening.day] if opening else [])
    day = min(days, default=until)
    while day <= until and (stop is None or day < stop):
        _end_holds(state, versions, purchases, hands, opening, until, day)
        _morning(state, versions, purchases, opening, day)
        while queue and queue[0][-1].day <= day:
            _, is_hand, _, _, what = queue.pop(0)
            if is_hand:
                _take_hand(state, versions, what)
            else:
                _take_purchase(state, versions, what)
        day += DAY
    return state


def _end_holds(state, versions, purchases, hands, opening, until, day):
    """Where tiers by hand end, she gets what she would have without them."""
    lasting = [h for h in hands if h.until != day]
    if len(lasting) == len(hands):
        return
    hands[:] = lasting
    without = _live(versions, purchases, list(hands), opening, until, day)
    if without.tier != state.tier:
        row = (day, None, state.tier, without.tier, "manual", 0, (), _version(versions, day).version)
        state.rows.append(row)
    for name in ("tier", "since", "start", "counted", "carried", "hand", "earliest"):
        setattr(state, name, getattr(without, name))


def _morning(state, versions, purchases, opening, day):
    for version in versions[1:]:
        if version.valid_from == day and not (opening and opening.day == day) and state.tier is not None:
            _lift_by_programme(state, version, day)
    _review_if_due(state, versions, purchases, opening, day)


def _lift_by_programme(state, version, day):
    since_start = [p for p in state.done if state.start is None or p.day >= state.start]
    best = max([p.cents for p in since_start], default=0)
    for tier in reversed(version.tiers):
        if tier.rank <= _rank(version, state.tier):
            return
        if _joins(tier, best, state.counted):
            keys = tuple(p.key for p in since_start)
            row = (day, None, state.tier, tier.code, "programme", state.counted, keys, version.version)
            state.rows.append(row)
            _reach(state, tier.code, day)
            return


def _review_if_due(state, versions, purchases, opening, day):
    """Was a year's end `grace` days ago, one that nothing later has overtaken?"""
    for grace in sorted({v.grace_days for v in versions}, reverse=True):
        end = day - grace * DAY
        at_end = _version(versions, end)
        if state.tier is None or at_end.grace_days != grace or end < state.earliest:
            continue
        first = _year_before(at_end, state, end)
        if first is None or _rank(at_end, state.tier) == at_end.tiers[0].rank:
            continue
        state.earliest = day + DAY
        if state.hand is None or state.hand.until is None:
            _review(state, versions, purchases, opening, first, day)


def _year_before(version, state, end):
    """The first day of the year that ends at the start of `end`, None if none does."""
    if version.year == "calendar":
        first = date(end.year - 1, 1, 1)
        return first if (end.month, end.day) == (1, 1) and first >= state.since else None
    for years in range(1, end.year - state.since.year + 1):
        if _plus_years(state.since, years) == end:
            return _plus_years(state.since, years - 1)
    return None


def _plus_years(day, years):
    if (day.month, day.day) == (2, 29):
        leap = (day.year + years) % 4 == 0
        return date(day.year + years, 2, 29 if leap else 28)
    return date(day.year + years, day.month, day.day)


def _review(state, versions, purchases, opening, first, day):
    version = _version(versions, day)
    of_year = sorted([p for p in purchases if first <= p.day < day], key=lambda p: p.day)
    spent = sum(p.cents for p in of_year)
    if opening and first <= opening.day:
        spent += state.carried
    keys = tuple(p.key for p in of_year)
    tier = next(t for t in version.tiers if t.code == state.tier)
    lower = [t for t in version.tiers if t.rank < tier.rank]
    if tier.keep is None or spent >= tier.keep or not lower:
        state.rows.append((day, None, tier.code, tier.code, "retained", spent, keys, version.version))
        return
    if version.drop == "one_step":
        target = lower[-1]
    else:
        target = ([lower[0]] + [t for t in lower if t.keep is None or spent >= t.keep])[-1]
    state.rows.append((day, None, tier.code, target.code, "downgraded", spent, keys, version.version))
    _reach(state, target.code, day)
    _count_from(state, day)


def _take_purchase(state, versions, purchase):
    version = _version(versions, purchase.day)
    state.done.append(purchase)
    if state.start is not None and purchase.day < state.start:
        return
    state.counted += purchase.cents
    for tier in reversed(version.tiers):
        lowest = tier is version.tiers[0]
        if state.tier is not None and tier.rank <= _rank(version, state.tier):
            return
        if not lowest and not _joins(tier, purchase.cents, state.counted):
            continue
        if state.tier is None:
            reason = "joined"
        elif tier.single is not None and purchase.cents >= tier.single:
            reason = "single"
        else:
            reason = "cumulative"
        cents, keys = purchase.cents, (purchase.key,)
        if reason == "cumulative":
            cents = state.counted
            keys = tuple(p.key for p in state.done if state.start is None or p.day >= state.start)
        row = (purchase.day, purchase.at, state.tier, tier.code, reason, cents, keys, version.version)
        state.rows.append(row)
        _reach(state, tier.code, purchase.day)
        return


def _take_hand(state, versions, hand):
    version = _version(versions, hand.day)
    lower = state.tier is not None and _rank(version, hand.to) < _rank(version, state.tier)
    state.rows.append((hand.day, hand.at, state.tier, hand.to, "manual", 0, (), version.version))
    _reach(state, hand.to, hand.day)
    state.hand = hand
    if lower:
        _count_from(state, hand.day)


def _reach(state, code, day):
    state.tier, state.since, state.carried = code, day, 0
    state.earliest = day + DAY


def _count_from(state, day):
    state.start = day
    state.counted = sum(p.cents for p in state.done if p.day >= day)


def _joins(tier, single, cumulative):
    if tier.single is not None and single >= tier.single:
        return True
    return tier.cumulative is not None and cumulative >= tier.cumulative


def _version(versions, day):
    found = versions[0]
    for version in versions[1:]:
        if version.valid_from <= day:
            found = version
    return found


def _rank(version, code):
    return next(t.rank for t in version.tiers if t.code == code)
