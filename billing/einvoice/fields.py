"""Which field of ours mends which broken rule. A rule that stands nowhere here speaks for itself."""

SELLER_TAX = "Settings: VAT or tax id"
BUYER_TAX = "Customer: VAT or tax id"
BUYER_ADDRESS = "Customer: billing address"
LINE_TAX = "Line: tax"
TAX_REASON = "Taxes: reason why no tax is charged"
AMOUNTS = "Lines: quantities, prices and discounts"

BY_RULE = {
    "BR-06": "Settings: legal name",
    "BR-07": "Customer: name",
    "BR-08": "Settings: street, city and country",
    "BR-09": "Settings: country",
    "BR-10": BUYER_ADDRESS,
    "BR-11": "Customer: country",
    "BR-16": "Lines",
    "BR-23": "Line: unit",
    "BR-25": "Line: description",
    "BR-27": "Line: price",
    "BR-49": "Settings: bank accounts",
    "BR-50": "Settings: bank accounts",
    "BR-57": "Customer: country of the delivery address",
    "BR-61": "Settings: bank accounts",
    "BR-62": "Settings: electronic address",
    "BR-63": "Customer: electronic address",
    "BR-CL-10": "Customer: number",
    "BR-CL-14": "Settings and customer: country",
    "BR-CL-23": "Line: unit",
    "BR-CL-25": "Settings and customer: kind of electronic address",
    "BR-CO-04": LINE_TAX,
    "BR-CO-09": "Settings and customer: VAT or tax id, with its country in front",
    "BR-CO-17": "Settings: tax rounding",
    "BR-CO-18": LINE_TAX,
    "BR-CO-25": "Document: days to pay",
    "BR-CO-26": "Settings: VAT or tax id, or register entry",
    "BR-DE-1": "Settings: bank accounts",
    "BR-DE-2": "Settings: whom to ask",
    "BR-DE-3": "Settings: city",
    "BR-DE-4": "Settings: postal code",
    "BR-DE-5": "Settings: whom to ask",
    "BR-DE-6": "Settings: phone",
    "BR-DE-7": "Settings: email",
    "BR-DE-8": "Customer: city",
    "BR-DE-9": "Customer: postal code",
    "BR-DE-10": "Customer: city of the delivery address",
    "BR-DE-11": "Customer: postal code of the delivery address",
    "BR-DE-14": LINE_TAX,
    "BR-DE-15": "Customer: buyer reference",
    "BR-DE-16": SELLER_TAX,
    "BR-DE-18": "Document: note",
    "BR-DE-19": "Settings: bank accounts, IBAN",
    "BR-DE-23-a": "Settings: bank accounts",
    "BR-DE-27": "Settings: phone",
    "BR-DE-28": "Settings: email",
    "BR-IC-11": "Document: date",
    "BR-IC-12": "Customer: country",
    "BR-O-02": SELLER_TAX,
    "PEPPOL-EN16931-CL008": "Settings and customer: kind of electronic address",
    "PEPPOL-EN16931-R003": "Customer: buyer reference, or the document's order number",
    "PEPPOL-EN16931-R005": "Document: currency",
    "PEPPOL-EN16931-R008": "Document: an empty field",
    "PEPPOL-EN16931-R010": "Customer: electronic address",
    "PEPPOL-EN16931-R020": "Settings: electronic address",
    "XSD": "",
}
_TAXED = {"S", "Z", "E", "AE", "IC", "G", "AF", "AG"}
_BY_NUMBER = {"02": SELLER_TAX, "03": SELLER_TAX, "04": SELLER_TAX, "05": LINE_TAX, "10": TAX_REASON}
_BUYER_TOO = {"AE", "IC"}


def field_of(rule: str) -> str:
    """Where on our screens a rule is mended, in words; empty where its own text has to do."""
    if rule in BY_RULE:
        return BY_RULE[rule]
    parts = rule.split("-")
    if rule.startswith("BR-DEC-"):
        return "Document: currency, as e-invoices have at most two decimals"
    if len(parts) == 3 and parts[1] in _TAXED:
        where = _BY_NUMBER.get(parts[2], LINE_TAX)
        return f"{where}; {BUYER_TAX}" if where == SELLER_TAX and parts[1] in _BUYER_TOO else where
    return AMOUNTS if rule.startswith(("BR-CO-1", "PEPPOL-EN16931-R120", "PEPPOL-EN16931-R04")) else ""
