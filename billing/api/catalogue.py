"""Products, price lists and prices, for programs."""

from decimal import Decimal

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from billing.access import get_price_list_for, get_product_for, get_use_for, products_for, uses_for
from billing.api.catalogue_serializers import (
    HeldOut,
    HeldPriceQuery,
    PriceListIn,
    PriceListOut,
    PriceListsOut,
    PricePage,
    PriceQuery,
    PricesIn,
    PricesOut,
    ProductChange,
    ProductGroupIn,
    ProductGroupOut,
    ProductGroupsOut,
    ProductIn,
    ProductOut,
    ProductPage,
    ProductQuery,
    UseIn,
    UseOut,
    UsesOut,
)
from billing.models import Price, PriceList, Product, ProductGroup
from billing.operations.manage_price_lists import (
    PriceListDetails,
    UseDetails,
    add_price_list,
    assign_price_list,
    edit_price_list,
    retire_price_list,
    withdraw_price_list,
)
from billing.operations.manage_products import (
    ProductDetails,
    add_product,
    edit_product,
    retire_product,
    set_product_group,
)
from billing.operations.set_prices import PriceDetails, set_prices
from billing.pricing import Asked, Terms, held_prices, valid_on
from customers.access import get_customer_for
from customers.search import fold
from office.api.fields import Query
from office.api.idempotency import idempotent
from office.api.paging import page_of
from office.api.views import ApiView, checked, company_of
from office.web.lists.filters import search_rows
from office.web.requests import ApiRequest


class ProductsView(ApiView):
    """All products, and adding one."""

    permission = {"get": "billing.view_product", "post": "billing.manage_products"}

    @extend_schema(operation_id="list_products", parameters=[ProductQuery], responses=ProductPage)
    def get(self, request: ApiRequest) -> Response:
        """The products of a company."""
        query = checked(ProductQuery, request.query_params.dict())
        products = products_for(request.user).filter(company=company_of(request))
        products = search_rows(products, ("search_text",), fold(query.get("q", "")))
        wanted = {name: query[name] for name in ("code", "is_active") if query.get(name) is not None}
        rows, following = page_of(products.filter(**wanted), query, "products")
        return Response(ProductPage({"results": rows, "next": following}).data)

    @extend_schema(operation_id="add_product", request=ProductIn, responses={201: ProductOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a product."""
        details = ProductDetails(**checked(ProductIn, request.data))
        return Response(ProductOut(add_product(company_of(request), details, by=request.user)).data, 201)


class ProductView(ApiView):
    """One product."""

    locks = "billing.Product"
    is_versioned = True
    permission = {"get": "billing.view_product", "put": "billing.manage_products"}

    @extend_schema(operation_id="get_product", responses=ProductOut)
    def get(self, request: ApiRequest, product_id: int) -> Response:
        """A product."""
        return Response(ProductOut(get_product_for(request.user, product_id)).data)

    @extend_schema(operation_id="edit_product", request=ProductChange, responses=ProductOut)
    def put(self, request: ApiRequest, product_id: int) -> Response:
        """Change a product that was read at `version`; lines that carry it keep what they say."""
        product = get_product_for(request.user, product_id)
        data = checked(ProductChange, request.data)
        version = data.pop("version")
        edited = edit_product(product.pk, ProductDetails(**data), version=version, by=request.user)
        return Response(ProductOut(edited).data)


class RetireProductView(ApiView):
    """Retiring a product."""

    permission = {"post": "billing.manage_products"}

    @extend_schema(operation_id="retire_product", request=None, responses=ProductOut)
    @idempotent
    def post(self, request: ApiRequest, product_id: int) -> Response:
        """Offer a product no more; documents that carry it keep it."""
        product = get_product_for(request.user, product_id)
        return Response(ProductOut(retire_product(product.pk, by=request.user)).data)


class ProductPricesView(ApiView):
    """A product's prices."""

    locks = "billing.Product"
    is_versioned = True
    permission = {"get": "billing.view_product", "put": "billing.manage_prices"}

    @extend_schema(operation_id="get_prices_of_product", responses=PricesOut)
    def get(self, request: ApiRequest, product_id: int) -> Response:
        """All prices of a product, on every list."""
        return _prices_of(get_product_for(request.user, product_id))

    @extend_schema(operation_id="set_prices", request=PricesIn, responses=PricesOut)
    def put(self, request: ApiRequest, product_id: int) -> Response:
        """Make these the prices of a product that was read at `version`; those left out go."""
        product = get_product_for(request.user, product_id)
        data = checked(PricesIn, request.data)
        prices = [PriceDetails(**price) for price in data["prices"]]
        return _prices_of(set_prices(product.pk, prices, version=data["version"], by=request.user))


def _prices_of(product: Product) -> Response:
    prices = product.prices.select_related("price_list")
    return Response(PricesOut({"results": prices, "version": product.version}).data)


class ProductGroupsView(ApiView):
    """Groups of products, and where their sales are entered."""

    permission = {"get": "billing.view_product", "post": "billing.manage_products"}

    @extend_schema(operation_id="list_product_groups", parameters=[Query], responses=ProductGroupsOut)
    def get(self, request: ApiRequest) -> Response:
        """A company's product groups."""
        checked(Query, request.query_params.dict())
        return Response(ProductGroupsOut({"results": ProductGroup.objects.filter(company=company_of(request))}).data)

    @extend_schema(operation_id="set_product_group", request=ProductGroupIn, responses={201: ProductGroupOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a group, or enter the sales of the one of that name in another account."""
        data = checked(ProductGroupIn, request.data)
        group = set_product_group(company_of(request), data["name"], data["sales_account_id"], by=request.user)
        return Response(ProductGroupOut(group).data, 201)


class PriceListsView(ApiView):
    """All price lists, and adding one."""

    permission = {"get": "billing.view_product", "post": "billing.manage_prices"}

    @extend_schema(operation_id="list_price_lists", parameters=[Query], responses=PriceListsOut)
    def get(self, request: ApiRequest) -> Response:
        """A company's price lists."""
        checked(Query, request.query_params.dict())
        return Response(PriceListsOut({"results": PriceList.objects.filter(company=company_of(request))}).data)

    @extend_schema(operation_id="add_price_list", request=PriceListIn, responses={201: PriceListOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Add a price list."""
        details = PriceListDetails(**checked(PriceListIn, request.data))
        return Response(PriceListOut(add_price_list(company_of(request), details, by=request.user)).data, 201)


class PriceListView(ApiView):
    """One price list."""

    locks = "billing.PriceList"
    permission = {"get": "billing.view_product", "put": "billing.manage_prices"}

    @extend_schema(operation_id="get_price_list", responses=PriceListOut)
    def get(self, request: ApiRequest, price_list_id: int) -> Response:
        """A price list; `/prices/?price_list=` gives its prices."""
        return Response(PriceListOut(get_price_list_for(request.user, price_list_id)).data)

    @extend_schema(operation_id="edit_price_list", request=PriceListIn, responses=PriceListOut)
    def put(self, request: ApiRequest, price_list_id: int) -> Response:
        """Change a price list; one with prices keeps its currency."""
        price_list = get_price_list_for(request.user, price_list_id)
        details = PriceListDetails(**checked(PriceListIn, request.data))
        return Response(PriceListOut(edit_price_list(price_list.pk, details, by=request.user)).data)


class RetirePriceListView(ApiView):
    """Retiring a price list."""

    permission = {"post": "billing.manage_prices"}

    @extend_schema(operation_id="retire_price_list", request=None, responses=PriceListOut)
    @idempotent
    def post(self, request: ApiRequest, price_list_id: int) -> Response:
        """Let a list's prices hold no more; drafts that have them keep them."""
        price_list = get_price_list_for(request.user, price_list_id)
        return Response(PriceListOut(retire_price_list(price_list.pk, by=request.user)).data)


class PriceListUsesView(ApiView):
    """Who gets a price list."""

    permission = {"get": "billing.view_product", "post": "billing.manage_prices"}

    @extend_schema(operation_id="list_price_list_uses", responses=UsesOut)
    def get(self, request: ApiRequest, price_list_id: int) -> Response:
        """The customers and groups that get a list."""
        uses = uses_for(request.user, get_price_list_for(request.user, price_list_id))
        return Response(UsesOut({"results": uses}).data)

    @extend_schema(operation_id="assign_price_list", request=UseIn, responses={201: UseOut})
    @idempotent
    def post(self, request: ApiRequest, price_list_id: int) -> Response:
        """Give a customer or a group the list's prices."""
        price_list = get_price_list_for(request.user, price_list_id)
        data = checked(UseIn, request.data)
        if data.get("customer_id"):
            get_customer_for(request.user, data["customer_id"])
        return Response(UseOut(assign_price_list(price_list.pk, UseDetails(**data), by=request.user)).data, 201)


class PriceListUseView(ApiView):
    """One use of a price list."""

    permission = {"delete": "billing.manage_prices"}

    @extend_schema(operation_id="withdraw_price_list", responses={204: None})
    def delete(self, request: ApiRequest, use_id: int) -> Response:
        """Take the list's prices from a customer or a group."""
        withdraw_price_list(get_use_for(request.user, use_id).pk, by=request.user)
        return Response(status=204)


class PricesView(ApiView):
    """All prices."""

    permission = {"get": "billing.view_product"}

    @extend_schema(operation_id="list_prices", parameters=[PriceQuery], responses=PricePage)
    def get(self, request: ApiRequest) -> Response:
        """The prices of a company; those of one product are set together."""
        query = checked(PriceQuery, request.query_params.dict())
        prices = Price.objects.filter(price_list__company=company_of(request)).select_related("price_list")
        where = {"price_list": "price_list_id", "product": "product_id"}
        prices = prices.filter(**{path: query[name] for name, path in where.items() if name in query})
        prices = prices.filter(valid_on(query["on"])) if "on" in query else prices
        rows, following = page_of(prices, query, "prices")
        return Response(PricePage({"results": rows, "next": following}).data)


class HeldPriceView(ApiView):
    """Which price holds."""

    permission = {"get": "billing.view_product"}

    @extend_schema(operation_id="get_held_price", parameters=[HeldPriceQuery], responses=HeldOut)
    def get(self, request: ApiRequest) -> Response:
        """The price of a product for a customer, quantity, currency and day, and where it comes from."""
        query = checked(HeldPriceQuery, request.query_params.dict())
        product = get_product_for(request.user, query["product"])
        customer = get_customer_for(request.user, query["customer"]) if "customer" in query else None
        if customer and customer.company_id != product.company_id:
            raise Http404("No such customer.")
        usual = customer.currency if customer else product.company.currency
        terms = Terms(
            product.company,
            customer,
            query.get("currency") or usual,
            query.get("on") or product.company.today(),
            query["prices_include_tax"],
        )
        [price] = held_prices(terms, [Asked(product, query.get("quantity", Decimal(1)))])
        return Response(HeldOut({"currency": terms.currency, "price": price}).data)
