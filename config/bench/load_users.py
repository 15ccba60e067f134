"""The people of `bench load`, as locust plays them: staff at their screens, customers at their links, and programs.

Run by locust in an environment of its own, so nothing of the product is imported here. LOAD names the file with what
they know: session keys, links, keys, numbers, and whom to be how often.
"""

import json
import os
from pathlib import Path
from random import Random
from uuid import uuid4

from locust import HttpUser, constant_throughput, task

KNOWN = json.loads(Path(os.environ["LOAD"]).read_text())
EACH = KNOWN["each_second"]
some = Random(1).choice  # noqa: S311


class Staff(HttpUser):
    """A billing specialist who looks from screen to screen."""

    weight = 60
    wait_time = constant_throughput(EACH)

    def on_start(self) -> None:
        self.client.cookies.set(KNOWN["cookie"], some(KNOWN["sessions"]))

    def open(self, name: str, address: str) -> None:
        with self.client.get(address, name=f"staff {name}", catch_response=True, allow_redirects=False) as answer:
            if answer.status_code >= 400 or "/log-in/" in answer.headers.get("Location", ""):
                answer.failure(f"answered {answer.status_code}")

    @task(6)
    def invoice(self) -> None:
        self.open("invoice", f"/invoices/{some(KNOWN['invoices'])}/")

    @task(6)
    def customer(self) -> None:
        self.open("customer", f"/customers/{some(KNOWN['customers'])}/")

    @task(5)
    def invoices(self) -> None:
        self.open("invoices", "/invoices/")

    @task(3)
    def overdue(self) -> None:
        self.open("invoices overdue", "/invoices/?state=overdue")

    @task(3)
    def search(self) -> None:
        self.open("search", f"/search/?q={some(KNOWN['numbers'])}")

    @task(3)
    def receipts(self) -> None:
        self.open("receipts", "/receipts/")

    @task(3)
    def customers(self) -> None:
        self.open("customers", "/customers/")

    @task(2)
    def home(self) -> None:
        self.open("front page", "/")

    @task(2)
    def worklist(self) -> None:
        self.open("worklist", "/worklist/")

    @task(1)
    def ageing(self) -> None:
        self.open("ageing", "/reports/ageing/")


class Customer(HttpUser):
    """Somebody who opens the link in their mail."""

    weight = 25
    wait_time = constant_throughput(EACH)

    @task
    def look(self) -> None:
        self.client.cookies.clear()
        self.client.get(f"/p/{some(KNOWN['links'])}/", name="portal document")


class Program(HttpUser):
    """A shop that asks what is open and tells of payments."""

    weight = 15
    wait_time = constant_throughput(EACH)

    def on_start(self) -> None:
        self.client.headers["Authorization"] = f"Bearer {KNOWN['key']}"

    @task(2)
    def open_invoices(self) -> None:
        self.client.get("/api/v1/invoices/?limit=50&state=overdue", name="api invoices")

    @task(2)
    def customer(self) -> None:
        self.client.get(f"/api/v1/customers/{some(KNOWN['customers'])}/", name="api customer")

    @task(1)
    def receipt(self) -> None:
        told = {"customer": some(KNOWN["customers"]), "received_on": KNOWN["today"], "amount": "12.50"}
        headers = {"Idempotency-Key": uuid4().hex}
        self.client.post("/api/v1/receipts/", json=told, headers=headers, name="api receipt recorded")
