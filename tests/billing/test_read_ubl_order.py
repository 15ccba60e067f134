# ruff: noqa: E501  XML reads best with an element on one line
"""Orders and despatch advices that come as UBL 2.1."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import Order, Shipment
from billing.operations.read_ubl_order import read_ubl_order
from ledger.refusals import Refused
from tests import world

pytestmark = pytest.mark.django_db
SPACES = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
PARTY = """<cac:Party>
  <cbc:EndpointID schemeID="9930">DE811907980</cbc:EndpointID>
  <cac:PartyName><cbc:Name>Bramble GmbH</cbc:Name></cac:PartyName>
  <cac:PartyTaxScheme><cbc:CompanyID>DE811907980</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Bramble GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party>"""
ORDER = f"""<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" {SPACES}>
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
  <cbc:ID>PO-34</cbc:ID>
  <cbc:IssueDate>2026-03-02</cbc:IssueDate>
  <cbc:Note>By the back door</cbc:Note>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:ValidityPeriod><cbc:EndDate>2026-06-30</cbc:EndDate></cac:ValidityPeriod>
  <cac:BuyerCustomerParty>{PARTY}</cac:BuyerCustomerParty>
  <cac:SellerSupplierParty><cac:Party><cac:PartyName><cbc:Name>Alder Ltd</cbc:Name></cac:PartyName></cac:Party></cac:SellerSupplierParty>
  <cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2026-03-20</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>
  <cac:OrderLine><cac:LineItem>
    <cbc:ID>1</cbc:ID><cbc:Quantity unitCode="C62">10</cbc:Quantity>
    <cac:Price><cbc:PriceAmount currencyID="EUR">1250</cbc:PriceAmount><cbc:BaseQuantity unitCode="C62">100</cbc:BaseQuantity></cac:Price>
    <cac:Item><cbc:Name>Oak shelf</cbc:Name><cac:SellersItemIdentification><cbc:ID>SHELF</cbc:ID></cac:SellersItemIdentification></cac:Item>
  </cac:LineItem></cac:OrderLine>
  <cac:OrderLine><cac:LineItem>
    <cbc:ID>2</cbc:ID><cbc:Quantity unitCode="HUR">4</cbc:Quantity>
    <cac:Price><cbc:PriceAmount currencyID="EUR">45</cbc:PriceAmount></cac:Price>
    <cac:Item><cbc:Name>Fitting</cbc:Name><cac:BuyersItemIdentification><cbc:ID>B-7</cbc:ID></cac:BuyersItemIdentification></cac:Item>
  </cac:LineItem></cac:OrderLine>
</Order>"""
DESPATCH = f"""<?xml version="1.0" encoding="UTF-8"?>
<DespatchAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2" {SPACES}>
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:despatch_advice:3</cbc:CustomizationID>
  <cbc:ID>D-77</cbc:ID>
  <cbc:IssueDate>2026-03-05</cbc:IssueDate>
  <cac:OrderReference><cbc:ID>PO-34</cbc:ID></cac:OrderReference>
  <cac:DespatchSupplierParty><cac:Party><cac:PartyName><cbc:Name>Alder Ltd</cbc:Name></cac:PartyName></cac:Party></cac:DespatchSupplierParty>
  <cac:DeliveryCustomerParty>{PARTY}</cac:DeliveryCustomerParty>
  <cac:Shipment>
    <cbc:ID>1</cbc:ID>
    <cac:Delivery>
      <cbc:TrackingID>RR-9</cbc:TrackingID>
      <cac:Despatch><cbc:ActualDespatchDate>2026-03-04</cbc:ActualDespatchDate></cac:Despatch>
    </cac:Delivery>
  </cac:Shipment>
  <cac:DespatchLine>
    <cbc:ID>1</cbc:ID><cbc:DeliveredQuantity unitCode="C62">6</cbc:DeliveredQuantity>
    <cac:OrderLineReference><cbc:LineID>1</cbc:LineID></cac:OrderLineReference>
    <cac:Item><cbc:Name>Oak shelf</cbc:Name><cac:SellersItemIdentification><cbc:ID>SHELF</cbc:ID></cac:SellersItemIdentification></cac:Item>
  </cac:DespatchLine>
</DespatchAdvice>"""


@pytest.fixture
def customer():
    customer = world.make_customer(world.make_company(), tax_id="DE 811 907 980")
    world.make_product(customer.company, "SHELF")
    return customer


def read(customer, content):
    return read_ubl_order(customer.company, content.encode(), by=None)


def refused(customer, content):
    with pytest.raises(Refused) as refusal:
        read(customer, content)
    return refusal.value


def test_an_order_is_kept_as_its_buyer_wrote_it(customer):
    order = read(customer, ORDER)
    shelf, fitting = order.lines.all()

    assert (order.customer, order.po_number, order.currency, order.net) == (customer, "PO-34", "EUR", Decimal(305))
    assert (order.ordered_on, order.valid_until, order.note) == (
        date(2026, 3, 2),
        date(2026, 6, 30),
        "By the back door",
    )
    assert (shelf.product.code, shelf.unit_price, shelf.wanted_on) == ("SHELF", Decimal("12.5"), date(2026, 3, 20))
    assert (fitting.product, fitting.item_code, fitting.quantity) == (None, "B-7", 4)


def test_an_order_read_again_is_the_same_and_one_that_changed_is_changed(customer):
    first, again = read(customer, ORDER), read(customer, ORDER)
    changed = read(customer, ORDER.replace('unitCode="C62">10<', 'unitCode="C62">12<'))

    assert (again, again.version, Order.objects.count()) == (first, 1, 1)
    assert (changed.lines.first().quantity, Order.objects.get().version) == (12, 2)


def test_a_despatch_advice_is_a_shipment_of_its_order_and_read_once(customer):
    order = read(customer, ORDER)
    shipment = read(customer, DESPATCH)

    assert (shipment.number, shipment.order, shipment.shipped_on) == ("D-77", order, date(2026, 3, 4))
    assert (shipment.tracking_number, shipment.lines.get().order_line) == ("RR-9", order.lines.first())
    assert read(customer, DESPATCH) == shipment
    assert Shipment.objects.count() == 1


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("DE811907980", "DE1", "nobody"),
        (">SHELF<", ">OTHER<", "order_lines_unknown"),
        (">10<", ">ten<", "einvoice_bad_number"),
        ("<cbc:ID>PO-34</cbc:ID>", "", "order_without_number"),
        ("2026-03-02", "yesterday", "einvoice_bad_day"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_kept(customer, was, becomes, code):
    if code == "nobody":
        content = ORDER.replace("Bramble GmbH", "Elm")
        assert refused(customer, content.replace(was, becomes)).code == "order_customer_unknown"
    else:
        assert refused(customer, ORDER.replace(was, becomes)).code == code
    assert not Order.objects.exists()


def test_each_line_that_fits_nothing_is_named(customer):
    content = ORDER.replace(">SHELF<", ">OTHER<").replace('<cbc:PriceAmount currencyID="EUR">45</cbc:PriceAmount>', "")
    message = refused(customer, content).message

    assert "Line 1: there is no product OTHER here." in message
    assert "Line 2: it names no product of ours and no price." in message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("not xml", "order_not_xml"),
        ("<Order/>", "no_ubl_order"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + ORDER.partition("?>")[2], "order_has_doctype"),
        (ORDER.replace("Order xmlns", "Invoice xmlns").replace("</Order>", "</Invoice>"), "no_ubl_order"),
    ],
)
def test_what_is_no_ubl_order_is_refused(customer, content, code):
    assert refused(customer, content).code == code


def test_a_despatch_advice_without_its_order_is_refused(customer):
    assert refused(customer, DESPATCH).code == "unknown_order"


def test_a_file_is_uploaded_and_leads_to_what_it_is_now(customer):
    browser = Client()
    browser.force_login(world.make_user(customer.company))
    address = reverse("billing:read_order")
    answer = browser.post(address, {"file": SimpleUploadedFile("order.xml", ORDER.encode())})

    assert answer.url == reverse("billing:order", args=[Order.objects.get().pk])
    page = browser.post(address, {"file": SimpleUploadedFile("x.xml", DESPATCH.replace("PO-34", "X").encode())})
    assert "has no order X here" in page.content.decode()
