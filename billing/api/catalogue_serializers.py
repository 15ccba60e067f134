"""What products, price lists and prices look like coming in and going out."""

from rest_framework import serializers

from billing.models import Price, PriceList, PriceListUse, Product, ProductGroup, ProductKind
from office.api.fields import IdIn, Input, Query, RateIn, RateOut
from office.api.paging import PageQuery


class ProductIn(Input):
    """All of a product."""

    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=ProductKind.choices, default=ProductKind.GOODS)
    unit = serializers.CharField(max_length=20, default="C62", help_text="UN/ECE Recommendation 20 code.")
    tax_id = IdIn(required=False, allow_null=True, help_text="Its usual tax.")
    group_id = IdIn(required=False, allow_null=True, help_text="Says where its sales are entered.")
    is_active = serializers.BooleanField(default=True)


class ProductChange(ProductIn):
    """All of a product as it shall be, and the version that was read."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class ProductQuery(PageQuery):
    """Which products."""

    q = serializers.CharField(required=False, max_length=200, help_text="Words of code, name or text.")
    code = serializers.CharField(required=False, max_length=40)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)


class ProductOut(serializers.ModelSerializer):
    """A product."""

    class Meta:
        model = Product
        fields = ["id", "code", "name", "description", "kind", "unit", "tax_id", "group_id", "is_active", "version"]


class ProductPage(serializers.Serializer):
    """Some products, and the cursor of the next page."""

    results = ProductOut(many=True)
    next = serializers.CharField(allow_null=True)


class ProductGroupIn(Input):
    """A group and the account in which its sales are entered; a group of that name gets the account."""

    name = serializers.CharField(max_length=100)
    sales_account_id = IdIn()


class ProductGroupOut(serializers.ModelSerializer):
    """A group of products."""

    class Meta:
        model = ProductGroup
        fields = ["id", "name", "sales_account_id"]


class ProductGroupsOut(serializers.Serializer):
    """A company's product groups."""

    results = ProductGroupOut(many=True)


class PriceListIn(Input):
    """All of a price list."""

    name = serializers.CharField(max_length=100)
    currency = serializers.CharField(max_length=3)
    prices_include_tax = serializers.BooleanField(default=False)
    is_default = serializers.BooleanField(default=False, help_text="Takes the place of the default of its currency.")


class PriceListOut(serializers.ModelSerializer):
    """A price list."""

    class Meta:
        model = PriceList
        fields = ["id", "name", "currency", "prices_include_tax", "is_default", "is_active"]


class PriceListsOut(serializers.Serializer):
    """A company's price lists."""

    results = PriceListOut(many=True)


class UseIn(Input):
    """Who gets a list, a customer or a group, and when."""

    customer_id = IdIn(required=False, allow_null=True)
    group_id = IdIn(required=False, allow_null=True)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)


class UseOut(serializers.ModelSerializer):
    """Who gets a list, and when."""

    class Meta:
        model = PriceListUse
        fields = ["id", "price_list_id", "customer_id", "group_id", "valid_from", "valid_until"]


class UsesOut(serializers.Serializer):
    """Who gets a list."""

    results = UseOut(many=True)


class PriceIn(Input):
    """A price on a list from a quantity on; a day left out has no end."""

    price_list_id = IdIn()
    unit_price = RateIn()
    from_quantity = RateIn(required=False, help_text="Left out: 1.")
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)


class PricesIn(Input):
    """All prices of a product as they shall be, and the product's version that was read."""

    prices = PriceIn(many=True, max_length=500)  # type: ignore[call-arg]  # of the list
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class PriceOut(serializers.ModelSerializer):
    """A product's price on a list from a quantity on."""

    currency = serializers.CharField(source="price_list.currency")
    from_quantity = RateOut()
    unit_price = RateOut()

    class Meta:
        model = Price
        fields = ["id", "price_list_id", "product_id", "currency", "from_quantity", "unit_price"]
        fields += ["valid_from", "valid_until"]


class PricesOut(serializers.Serializer):
    """All prices of a product, and its version."""

    results = PriceOut(many=True)
    version = serializers.IntegerField()


class PriceQuery(PageQuery):
    """Which prices."""

    price_list = IdIn(required=False)
    product = IdIn(required=False)
    on = serializers.DateField(required=False, help_text="Those that are valid on this day.")


class PricePage(serializers.Serializer):
    """Some prices, and the cursor of the next page."""

    results = PriceOut(many=True)
    next = serializers.CharField(allow_null=True)


class HeldPriceQuery(Query):
    """What of a line and its document decides the price. What is left out: 1, the customer's currency, today."""

    product = IdIn()
    customer = IdIn(required=False)
    quantity = serializers.DecimalField(max_digits=19, decimal_places=6, required=False)
    currency = serializers.CharField(max_length=3, required=False)
    on = serializers.DateField(required=False)
    prices_include_tax = serializers.BooleanField(default=False)


class HeldPriceOut(serializers.Serializer):
    """The price that holds, and the list and break it comes from."""

    unit_price = RateOut()
    price_list_id = serializers.IntegerField()
    price_list = serializers.CharField()
    from_quantity = RateOut()


class HeldOut(serializers.Serializer):
    """The price that holds; null where no list has one."""

    currency = serializers.CharField()
    price = HeldPriceOut(allow_null=True)
