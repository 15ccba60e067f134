"""Names of payers as banks write them, against names of customers."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from rapidfuzz import fuzz

from customers.merging import STANDING_ID
from customers.models import Customer
from customers.names import plain_name

LIKE = 88
"""Of 100 by rapidfuzz's token_sort_ratio: one or two wrong letters in a usual name."""
START = 3
MOST_ALIKE = 2_000


class Names:
    """The names of a company's customers, made once for many lines."""

    def __init__(self, customers: Iterable[tuple[int, str]]) -> None:
        self._by_name: dict[str, dict[int, None]] = defaultdict(dict)
        self._by_start: dict[str, set[str]] = defaultdict(set)
        for customer_id, name in customers:
            self._by_name[plain_name(name)][customer_id] = None
        for name in self._by_name:
            for word in name.split():
                self._by_start[word[:START]].add(name)

    def same(self, name: str) -> list[int]:
        """The customers of that name, whatever its legal form."""
        return list(self._by_name.get(plain_name(name), ()))

    def like(self, name: str) -> list[int]:
        """The customers with a name that differs by little."""
        wanted = plain_name(name)
        starts = [self._by_start.get(word[:START], set()) for word in wanted.split()]
        near = {each for some in starts for each in some if len(some) <= MOST_ALIKE}
        alike = [each for each in near if fuzz.ratio(wanted, each, score_cutoff=LIKE)]
        return sorted(pk for each in alike for pk in self._by_name[each])


def all_names(company_id: int) -> Names:
    """The names of all customers of a company."""
    customers = Customer.objects.filter(company_id=company_id)
    return Names(customers.values_list(STANDING_ID, "name").iterator(10_000))


def names_near(company_id: int, names: Iterable[str]) -> Names:
    """Only those that share the beginning of a word with one of a few names."""
    starts = {word[:START] for name in names for word in plain_name(name).split()}
    near = Q(pk__in=[])
    for start in sorted(starts):
        near |= Q(sort_name__startswith=start) | Q(sort_name__contains=f" {start}")
    return Names(Customer.objects.filter(near, company_id=company_id).values_list(STANDING_ID, "name"))
