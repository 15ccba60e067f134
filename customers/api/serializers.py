"""What customers look like coming in and going out."""

from typing import Any

from rest_framework import serializers

from customers.models import (
    Address,
    AddressKind,
    Contact,
    CreditHold,
    Customer,
    CustomerGroup,
    EInvoiceFormat,
    GroupStatement,
    StatementForm,
)
from customers.models.people import may_be_person
from customers.operations.details import EINVOICE, STATEMENT, AddressDetails, ContactDetails, CustomerDetails
from office.api.fields import (
    AmountIn,
    AmountOut,
    IdIn,
    Input,
    PersonEmailOut,
    PersonNameOut,
    PersonPhoneOut,
    Query,
    WordsOut,
)
from office.api.paging import PageQuery
from office.persons import person_text


class ContactIn(Input):
    """A person at the customer; with an `id` it is one we know already."""

    id = IdIn(required=False)
    name = serializers.CharField(max_length=100)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    gets_invoices = serializers.BooleanField(default=True)
    gets_statements = serializers.BooleanField(default=True)
    gets_reminders = serializers.BooleanField(default=True)
    is_active = serializers.BooleanField(default=True)


class AddressIn(Input):
    """Where invoices, or goods, go."""

    kind = serializers.ChoiceField(choices=AddressKind.choices, default=AddressKind.BILLING)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    street = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    region = serializers.CharField(max_length=100, required=False, allow_blank=True)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True)


class CustomerIn(Input):
    """All of a customer. What is left out comes from the company, or stays empty."""

    name = serializers.CharField(max_length=200)
    number = serializers.CharField(max_length=30, required=False, help_text="Left out: the next one.")
    currency = serializers.CharField(max_length=3, required=False)
    language = serializers.CharField(
        max_length=10, required=False, help_text="Of their papers: en, de, fr, es, nl, ar or ja."
    )
    tax_id = serializers.CharField(max_length=40, required=False, allow_blank=True)
    registry_number = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="In the register of companies."
    )
    net_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    terms_id = IdIn(required=False, allow_null=True, help_text="Payment terms instead of days.")
    credit_limit = AmountIn(
        required=False, allow_null=True, help_text="The first one; later it is changed by change_credit_limit."
    )
    needs_po_number = serializers.BooleanField(required=False, help_text="No invoice without their order number.")
    po_number = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="Their order number, on each new invoice where no other is said.",
    )
    gets_paper = serializers.BooleanField(required=False, help_text="Documents issued from now on are printed, too.")
    never_held_by_rule = serializers.BooleanField(required=False, help_text="Only people put them on hold.")
    einvoice_format = serializers.ChoiceField(choices=EInvoiceFormat.choices, required=False, allow_blank=True)
    einvoice_by_mail = serializers.BooleanField(required=False, help_text="Attach the e-invoice to mails.")
    electronic_address = serializers.CharField(max_length=100, required=False, allow_blank=True)
    electronic_address_scheme = serializers.CharField(
        max_length=4, required=False, allow_blank=True, help_text="A code of the list EAS, such as 0204 or EM."
    )
    buyer_reference = serializers.CharField(max_length=100, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    group_id = IdIn(required=False, allow_null=True)
    parent_id = IdIn(required=False, allow_null=True, help_text="Whom they belong to; a parent has no parent itself.")
    statement_form = serializers.ChoiceField(choices=StatementForm.choices, required=False)
    statement_when_zero = serializers.BooleanField(required=False, help_text="A statement also when nothing is open.")
    statement_excel = serializers.BooleanField(required=False, help_text="Attach the statement as Excel, too.")
    group_statement = serializers.ChoiceField(
        choices=GroupStatement.choices, required=False, help_text="One statement over all their subsidiaries."
    )
    sales_owner_id = IdIn(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True)
    is_active = serializers.BooleanField(default=True)
    contacts = ContactIn(many=True, required=False)
    addresses = AddressIn(many=True, required=False)
    is_another_customer = serializers.BooleanField(
        default=False, help_text="Keep them although they look like a customer who is there; else: 409 maybe_known."
    )


class CustomerChange(CustomerIn):
    """All of a customer as it shall be, and the version that was read."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class CustomerKeptIn(CustomerIn):
    """A new customer; or all of one that there is, by `id`, and the version that was read."""

    id = IdIn(required=False)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("id" in attrs) != ("version" in attrs):
            raise serializers.ValidationError({"version": ["Send `id` and `version` together, or neither."]})
        return super().validate(attrs)


class CustomerQuery(PageQuery):
    """Which customers."""

    q = serializers.CharField(
        required=False, max_length=200, help_text="Words of name, number, tax id, contact or tag."
    )
    tag = serializers.CharField(required=False, max_length=40)
    held = serializers.BooleanField(required=False, help_text="Only who is on hold.")
    over_limit = serializers.BooleanField(required=False, help_text="Only who would owe more than their limit.")


class OpenItemQuery(Query):
    """Which day."""

    on = serializers.DateField(required=False, help_text="Left out: today in the company's time zone.")


def details_from(data: dict[str, Any]) -> CustomerDetails:
    """Valid input as details for the operations."""
    values = dict(data)
    contacts = [ContactDetails(**contact) for contact in values.pop("contacts", [])]
    addresses = [AddressDetails(**address) for address in values.pop("addresses", [])]
    return CustomerDetails(contacts=contacts, addresses=addresses, **values)


class BounceOut(serializers.Serializer):
    """Why mail to an address came back."""

    mail = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField(source="bounced_at")
    code = serializers.CharField(source="bounce_code", help_text="As mail servers say it: 5.1.1 or 550.")
    words = WordsOut(source="bounce_words")


class ContactOut(serializers.ModelSerializer):
    """A person at the customer; with a `bounce` their address does not work."""

    name = PersonNameOut()
    email = PersonEmailOut()
    phone = PersonPhoneOut()
    bounce = BounceOut(allow_null=True)

    class Meta:
        model = Contact
        fields = ["id", "name", "email", "phone", "gets_invoices", "gets_statements", "gets_reminders", "is_active"]
        fields += ["bounce"]


class AddressOut(serializers.ModelSerializer):
    """Where invoices, or goods, go; of who may be a person, masked but for town and country."""

    class Meta:
        model = Address
        fields = ["kind", "name", "street", "postal_code", "city", "region", "country"]

    def to_representation(self, instance: Address) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if may_be_person(instance.customer):
            shown |= {name: person_text(shown[name]) for name in ("name", "street", "postal_code")}
        return shown


class StandingHoldOut(serializers.ModelSerializer):
    """Why nothing more is billed to them."""

    class Meta:
        model = CreditHold
        fields = ["id", "cause", "words", "placed_on"]


class ExposurePartOut(serializers.Serializer):
    """Something that counts against the limit, such as what is open or in drafts."""

    name = serializers.CharField()
    amount = AmountOut()
    currency = serializers.CharField()


class UncountedOut(serializers.Serializer):
    """An amount that is left out, as no rate is kept for it."""

    currency = serializers.CharField()
    amount = AmountOut()


class ExposureOut(serializers.Serializer):
    """What they would owe if all were billed, in their own currency, and the limit of today."""

    currency = serializers.CharField()
    parts = ExposurePartOut(many=True, source="rows")
    total = AmountOut()
    limit = AmountOut(allow_null=True)
    left = AmountOut(allow_null=True, help_text="Below zero where the limit is passed.")
    without = UncountedOut(many=True, source="uncounted")


class CustomerRow(serializers.ModelSerializer):
    """A customer in a list, with what they owe in their own currency."""

    credit_limit = AmountOut(allow_null=True)
    balance = AmountOut()
    overdue = AmountOut()
    oldest_due = serializers.DateField(allow_null=True)
    exposure = ExposureOut()
    holds = StandingHoldOut(many=True, source="standing_holds", help_text="Those that stand; none: they are billed.")

    class Meta:
        model = Customer
        fields = [
            "id",
            "number",
            "name",
            "currency",
            "language",
            "tax_id",
            "registry_number",
            "net_days",
            "terms_id",
            "credit_limit",
            "needs_po_number",
            "po_number",
            "gets_paper",
            "never_held_by_rule",
            "exposure",
            "holds",
            "tags",
        ]
        fields += [
            "group_id",
            "parent_id",
            "sales_owner_id",
            "is_active",
            "merged_into_id",
            "version",
            "balance",
            "overdue",
            "oldest_due",
        ]


class CustomerOut(CustomerRow):
    """A customer with their people and addresses."""

    contacts = ContactOut(many=True, source="people")
    addresses = AddressOut(many=True)

    class Meta(CustomerRow.Meta):
        fields = [*CustomerRow.Meta.fields, *EINVOICE, *STATEMENT, "note", "contacts", "addresses"]


class CustomerRef(serializers.ModelSerializer):
    """Which customer."""

    class Meta:
        model = Customer
        fields = ["id", "number", "name"]


class GroupIn(Input):
    """A new group of customers."""

    name = serializers.CharField(max_length=100)


class GroupOut(serializers.ModelSerializer):
    """Customers who are treated alike."""

    class Meta:
        model = CustomerGroup
        fields = ["id", "name"]


class GroupsOut(serializers.Serializer):
    """A company's groups."""

    results = GroupOut(many=True)


class CustomerPage(serializers.Serializer):
    """Some customers, and the cursor of the next page."""

    results = CustomerRow(many=True)
    next = serializers.CharField(allow_null=True)


class OpenItemOut(serializers.Serializer):
    """What one document adds to or takes from what a customer owes, and what of it was open on the day."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    dated_on = serializers.DateField()
    due_on = serializers.DateField()
    currency = serializers.CharField()
    amount = AmountOut()
    open = AmountOut()


class OwedOut(serializers.Serializer):
    """What a customer owes in one currency; below zero where we owe them."""

    currency = serializers.CharField()
    owed = AmountOut()


class OpenItemsOut(serializers.Serializer):
    """A customer's open items on a day, and what they add up to."""

    on = serializers.DateField()
    results = OpenItemOut(many=True)
    totals = OwedOut(many=True)
