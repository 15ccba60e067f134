"""The recorded day: what is done, in which order, through the doors that programs use.

Each step is done once, whatever happens meanwhile: each of its requests has a key of its own, and goes out again with
the same one until it is answered.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from config.waiting import wait_until
from tests.proof.caller import Caller, NotAnswered
from tests.proof.office import Office

ENDED = ("done", "failed", "stopped")
RUN_SECONDS = 90


class Day:
    """The day's work. `move_on` lets the office's clock go on by a minute."""

    def __init__(self, office: Office, caller: Caller, receiver_url: str, move_on: Callable[[], None]) -> None:
        self.office, self.caller, self.receiver_url, self.move_on = office, caller, receiver_url, move_on
        self.invoices: list[dict[str, Any]] = []

    def listen(self) -> None:
        """A program wants to be told of everything."""
        secret = "whsec_" + b64encode(bytes(range(32))).decode()
        self.caller.post("webhooks/", "listen", name="Drill", url=self.receiver_url, secret=secret)

    def issue(self) -> None:
        """An invoice for each customer, drafted, issued and mailed."""
        for place, customer in enumerate(self.office.customers):
            lines = [{"description": "Work", "unit_price": f"{place + 1}0.00"}]
            draft = self.caller.post("invoices/", f"draft {place}", customer=customer, lines=lines)
            issued = self.caller.post(f"invoices/{draft['id']}/issue/", f"issue {place}")
            self.caller.post(f"invoices/{draft['id']}/send/", f"send {place}")
            self.invoices.append(issued)

    def take_payments(self) -> None:
        """Money of three customers: applied by itself, applied by hand, and applied by mistake."""
        first = self.office.customers[0]
        self.caller.post("receipts/", "pay 0", customer=first, amount="60.00", allocate="oldest_first")
        for place in (1, 2):
            customer, debit = self.office.customers[place], self.invoices[place]["items"][0]["id"]
            receipt = self.caller.post("receipts/", f"pay {place}", customer=customer, amount="20.00")
            pairs = [{"debit": debit, "credit": receipt["item"]["id"], "amount": "15.00"}]
            done = self.caller.post("allocations/", f"apply {place}", customer=customer, pairs=pairs)
            if place == 2:
                made = done["results"][0]["id"]
                self.caller.post(f"allocations/{made}/undo/", f"undo {place}", reason="Of another one")

    def credit(self) -> None:
        """A part of an invoice is credited."""
        self.caller.post(f"invoices/{self.invoices[3]['id']}/credit/", "credit", amount="10.00", reason="Too much")

    def talk(self) -> None:
        """One customer objects, another one promises."""
        reasons = self.caller.get("reasons/")["results"]
        reason = next(each["id"] for each in reasons if each["purpose"] == "dispute")
        disputed = self.invoices[4]["id"]
        self.caller.post("disputes/", "dispute", invoice=disputed, reason_code=reason, words="Not what we ordered")
        pay_on = str(self.office.today + timedelta(days=7))
        customer = self.office.customers[5]
        self.caller.post("promises/", "promise", customer=customer, pay_on=pay_on, amount="60.00", said_by="Eva")

    def load(self) -> None:
        """Open documents of another product come in."""
        day = self.office.last_day
        rows = "\n".join(f"Old {number},OLD-{number},{day},{day},1{number}.00" for number in range(5))
        content = f"Customer,Number,Date,Due date,Open\n{rows}\n"
        self.caller.post("opening/", "opening", source="Another", cut_over_on=str(day))
        file = {"name": "open.csv", "content": b64encode(content.encode()).decode()}
        load = self.caller.post("opening/loads/", "load", **file, adds_customers=True, dry_run=False)
        self._until_done(f"opening/loads/{load['id']}/")

    def send_statements(self) -> None:
        """Everybody gets a statement of last month."""
        period = {"from": str(self.office.last_day.replace(day=1)), "on": str(self.office.last_day)}
        run = self.caller.post("statement-runs/", "statements", customers=self.office.customers, **period)
        self._until_done(f"statement-runs/{run['id']}/")
        self.caller.post(f"statement-runs/{run['id']}/start/", "start statements")
        self._until_done(f"statement-runs/{run['id']}/", lambda shown: not shown["is_dry"])

    def remind(self) -> None:
        """Whoever is late is asked."""
        self.caller.post("reminders/run/", "remind", customers=self.office.customers)

    def close(self) -> None:
        """Last month is closed, and its reports are kept."""
        self.caller.post(f"close/{self.office.last_day:%Y-%m}/close/", "close", reason="As far as it goes")

    def _until_done(self, path: str, is_so: Callable[[Any], bool] = lambda shown: True) -> None:
        """Wait for a run as a person does at its page; one that failed is to go on."""

        def is_done() -> bool:
            shown = self.caller.get(path)
            if shown["status"] in ("failed", "stopped"):
                raise NotAnswered(f"{path} {shown['status']}: {shown['explanation']}")
            if shown["status"] == "done" and is_so(shown):
                return True
            self.move_on()
            return False

        if not wait_until(is_done, seconds=RUN_SECONDS):
            raise NotAnswered(f"{path} did not end.")


STEPS = ("listen", "issue", "take_payments", "credit", "talk", "load", "send_statements", "remind", "close")
