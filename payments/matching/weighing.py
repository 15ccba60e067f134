"""From what bears on a payment to proposals with their reasons. Values in, values out: no database, no clock."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from ledger.money import format_money
from payments.matching.facts import ZERO, Advice, Debt, Debts, Evidence, Fit, Payment, Proposal, Share, Sign
from payments.matching.sums import sets_that_sum
from payments.matching.words import plain

MOST_DEBTS = 60
"""Of one customer, the oldest; more are not put together."""
SHORTEST_LIKE = 5
"""Letters of a word in which one may be wrong, or that may be the end of a number."""


def weigh(payment: Payment, evidence: Evidence, debts: Debts) -> list[Proposal]:
    """All readings of a payment that something speaks for, the likeliest first."""
    found = [
        proposal
        for customer_id in sorted(evidence.customers)
        for proposal in _of_customer(customer_id, payment, evidence, debts.get(customer_id, ()))
    ]
    return sorted(found, key=lambda proposal: -proposal.weight)


def _of_customer(customer_id: int, payment: Payment, evidence: Evidence, debts: Sequence[Debt]) -> Iterator[Proposal]:
    """What a customer may have meant: what they named and, where that does not fit the amount, what does."""
    signs = dict(evidence.payers.get(customer_id, {}))
    if settled := evidence.settled.get(customer_id):
        signs[Sign.SETTLED_NUMBER] = f"{_listed(settled)} in their words, which is paid"
    if foreign := evidence.foreign.get(customer_id):
        signs[Sign.FOREIGN_NUMBER] = f"{_listed([*foreign])} in their words, open in another currency"
    if customer_id in evidence.amounts:
        signs[Sign.AMOUNT] = "nobody else owes exactly that" if len(evidence.amounts) == 1 else "they owe exactly that"
    named = evidence.named.get(customer_id, {})
    meant = [debt for debt in debts if debt.id in named]
    debts = debts[:MOST_DEBTS]
    advised = [each for each in evidence.advices if each.customer_id == customer_id]
    if broken := [each for each in advised if each.problem]:
        signs[Sign.ADVICE] = f"{broken[0].name} says so, but {broken[0].problem}"
    best = _named_proposal(payment, meant, named, signs) if meant else None
    said = [_advised_proposal(payment, each, debts, signs) for each in advised if not each.problem]
    if best and len(said) == 1 and said[0] and said[0].shares == best.shares:
        best, said = _confirmed(best, said[0]), []
    yield from (each for each in said if each)
    if best:
        yield best
    if best is None or best.fit < Fit.SET:
        yield from _by_amount(customer_id, payment, debts, signs, is_named=best is not None)


def _named_proposal(
    payment: Payment, meant: Sequence[Debt], named: dict[int, Sign], signs: dict[Sign, str]
) -> Proposal:
    words = {
        Sign.REFERENCE: "the reference of {}",
        Sign.NUMBER: "{} in their words",
    }
    said = dict(signs)
    for sign, text in words.items():
        of_sign = [debt.reference for debt in meant if named[debt.id] == sign]
        if of_sign:
            said[sign] = text.format(_listed(of_sign))
    for shares, fit, why, is_only in _fits(payment, meant, is_named=True):
        return _proposal(payment, shares, said, fit, why, is_only)
    owed = sum((debt.balance for debt in meant), ZERO)
    short = owed - payment.left
    fit = Fit.PART if short > 0 else Fit.MORE
    size = format_money(abs(short), payment.currency)
    why = f"{size} {'less' if short > 0 else 'more'} than is open of {_it(meant)}"
    proposal = _proposal(payment, _as_far_as_it_goes(meant, payment.left), said, fit, why)
    return replace(proposal, named=len(meant))


def _advised_proposal(
    payment: Payment, advice: Advice, debts: Sequence[Debt], signs: dict[Sign, str]
) -> Proposal | None:
    """What an advice says, item by item; nothing where it is of other items, or of another amount than is left."""
    by_id = {debt.id: debt for debt in debts}
    if advice.paid.keys() - by_id.keys() or not advice.paid:
        return None
    if not advice.takes_credit and sum(advice.paid.values(), ZERO) != payment.left:
        return None
    shares, rests, words = [], [], []
    for item_id, amount in advice.paid.items():
        debt, taken = by_id[item_id], advice.deducted.get(item_id)
        early = debt.discount_on(payment.booked_on)
        is_earned = bool(taken and early and taken.amount == early == debt.balance - amount)
        shares.append(Share(debt, amount, early if is_earned else ZERO))
        if taken and not is_earned:
            rests.append((debt, taken))
            words.append(f"{taken.why.lower()} is taken off {debt.reference}")
    count = len(advice.paid)
    what = shares[0].debt.reference if count == 1 else f"{count} documents"
    said = signs | {Sign.ADVICE: f"{advice.name} says so: {what}"}
    why = "; ".join(words) or "the amount is exactly what it comes to"
    proposal = _proposal(payment, tuple(shares), said, Fit.ADVISED, why)
    return replace(proposal, advice=advice, rests=tuple(rests))


def _confirmed(named: Proposal, advised: Proposal) -> Proposal:
    """What is named, where an advice says just the same."""
    reasons = dict.fromkeys((*advised.reasons[:1], *named.reasons))
    signs = named.signs | advised.signs
    return replace(named, signs=signs, reasons=tuple(reasons), advice=advised.advice, rests=advised.rests)


def _by_amount(
    customer_id: int, payment: Payment, debts: Sequence[Debt], signs: dict[Sign, str], *, is_named: bool
) -> Iterator[Proposal]:
    """What fits the amount, whatever is named: first what looks like a word of theirs, then what else adds up."""
    if like := _like_a_word(payment, debts):
        said = signs | {Sign.LIKE_NUMBER: f"{_listed([debt.reference for debt in like])} is like a word of theirs"}
        for shares, fit, why, is_only in _fits(payment, like, is_named=True):
            yield _proposal(payment, shares, said, fit, why, is_only)
    if not signs:
        return
    fitting = _fits(payment, debts, is_named=False)
    for shares, fit, why, is_only in fitting:
        yield _proposal(payment, shares, signs, fit, why, is_only)
    if not fitting and not is_named:
        shares = _as_far_as_it_goes(debts, payment.left)
        fit = Fit.OLDEST_FIRST if shares else Fit.ON_ACCOUNT
        why = "oldest first" if shares else "nothing is open of theirs: it would stay on account"
        yield _proposal(payment, shares, signs, fit, why, customer_id=customer_id)


_EARLY = "the amount is {} less the early-payment discount"
Fitting = tuple[tuple[Share, ...], Fit, str, bool]
"""Shares that take all of a payment, how, why in words, and whether nothing else of the same debts does."""


def _fits(payment: Payment, debts: Sequence[Debt], *, is_named: bool) -> list[Fitting]:
    """The ways in which debts take exactly what is left, the best two of them first."""
    left, day = payment.left, payment.booked_on
    if is_named and sum((debt.balance for debt in debts), ZERO) == left:
        why = f"the amount is exactly {'what is open of it' if len(debts) == 1 else 'their sum'}"
        return [(_in_full(debts), Fit.EXACT, why, True)]
    if is_named and sum((debt.balance - debt.discount_on(day) for debt in debts), ZERO) == left:
        return [(_discounted(debts, day), Fit.DISCOUNTED, _EARLY.format(_it(debts)), True)]
    single = [debt for debt in debts if debt.balance == left]
    early = [debt for debt in debts if debt.discount_on(day) and debt.balance - debt.discount_on(day) == left]
    whole = [_in_full([debt]) for debt in single]
    cut = [_discounted([debt], day) for debt in early]
    sets = _sets(payment, debts)
    is_only = len(whole) + len(cut) + len(sets or ()) == 1 and sets is not None and not is_named
    is_only = is_only and len(debts) < MOST_DEBTS
    but = (
        ", though they name more"
        if is_named
        else ", and of nothing else of theirs"
        if is_only
        else ", but other items fit it as well"
    )
    exact = [(shares, Fit.EXACT, f"the amount is exactly {_of(shares)}{but}", is_only) for shares in whole]
    early_ones = [(shares, Fit.DISCOUNTED, f"{_EARLY.format(_of(shares))}{but}", is_only) for shares in cut]
    together = [
        (shares, Fit.SET, f"the amount is exactly {_of(shares)} together{but}", is_only) for shares in sets or ()
    ]
    return [*exact, *early_ones, *together][:2]


def _sets(payment: Payment, debts: Sequence[Debt]) -> list[tuple[Share, ...]] | None:
    """Two or more debts that add up to what is left, in full or each less its early discount; None where unknown."""
    day, sets = payment.booked_on, []
    full = sets_that_sum([debt.balance for debt in debts], payment.left)
    if full is None:
        return None
    sets = [_in_full([debts[place] for place in places]) for places in full if len(places) > 1]
    if any(debt.discount_on(day) for debt in debts):
        less = sets_that_sum([debt.balance - debt.discount_on(day) for debt in debts], payment.left)
        if less is None:
            return None
        chosen = [[debts[place] for place in places] for places in less if len(places) > 1]
        sets += [_discounted(each, day) for each in chosen if any(debt.discount_on(day) for debt in each)]
    return sets


def _like_a_word(payment: Payment, debts: Iterable[Debt]) -> list[Debt]:
    """The debts whose number differs by one letter from a word of the payer, or ends in one."""
    near = [word for word in payment.words if len(word) >= SHORTEST_LIKE]
    ends = tuple(word for word in payment.words if len(word) >= 4)
    tails = {word.lstrip("0") for word in payment.words}
    found = []
    for debt in debts:
        number = plain(debt.reference)
        tail = number[len(number.rstrip("0123456789")) :].lstrip("0")
        is_end = tail in tails or number.endswith(ends)
        if is_end or extractOne(number, near, scorer=Levenshtein.distance, score_cutoff=1):
            found.append(debt)
    return found


def _proposal(
    payment: Payment,
    shares: tuple[Share, ...],
    said: dict[Sign, str],
    fit: Fit,
    why: str,
    is_only_fit: bool = True,
    customer_id: int = 0,
) -> Proposal:
    reasons = (*(said[sign] for sign in sorted(said, reverse=True)), why)
    customer_id = customer_id or shares[0].debt.customer_id
    return Proposal(customer_id, payment.left, shares, frozenset(said), fit, reasons, is_only_fit)


def _in_full(debts: Iterable[Debt]) -> tuple[Share, ...]:
    return tuple(Share(debt, debt.balance) for debt in debts)


def _discounted(debts: Iterable[Debt], day: date) -> tuple[Share, ...]:
    return tuple(Share(debt, debt.balance - debt.discount_on(day), debt.discount_on(day)) for debt in debts)


def _as_far_as_it_goes(debts: Iterable[Debt], left: Decimal) -> tuple[Share, ...]:
    shares = []
    for debt in debts:
        share = min(debt.balance, left)
        if share > 0:
            shares.append(Share(debt, share))
            left -= share
    return tuple(shares)


def _listed(numbers: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(numbers))


def _of(shares: Sequence[Share]) -> str:
    return _listed([share.debt.reference for share in shares])


def _it(debts: Sequence[Debt]) -> str:
    return "it" if len(debts) == 1 else "them"
