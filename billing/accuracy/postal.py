"""How postal codes look, by country: as the postal administrations publish it (UPU, Postal addressing systems).

Countries that are not here have none, or none of one shape.
"""

import re

DIGITS = {
    3: "IS",
    4: "AT AU BE BG CH CY DK HU LI LU LV NO NZ PH SI TN ZA",
    5: "BA CR DE DO EE ES FI FR GR HR IT KE KR KW LT MA ME MX MY RS SA TH TR UA US",
    6: "CN CO IN KZ RO RU SG VN",
    7: "IL",
}
"""By their number of digits."""
OTHERS = {
    "BR": (r"\d{5}-?\d{3}", "12345-678"),
    "CA": (r"[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d", "K1A 0B1"),
    "CZ": (r"\d{3} ?\d{2}", "110 00"),
    "GB": (r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})", "SW1A 1AA"),
    "GR": (r"\d{3} ?\d{2}", "105 57"),
    "IE": (r"[A-Z]\d[\dW] ?[A-Z\d]{4}", "D02 AF30"),
    "JP": (r"\d{3}-?\d{4}", "100-0001"),
    "LT": (r"(LT-)?\d{5}", "01103"),
    "LU": (r"(L-)?\d{4}", "1009"),
    "LV": (r"(LV-)?\d{4}", "LV-1010"),
    "MT": (r"[A-Z]{3} ?\d{4}", "VLT 1117"),
    "NL": (r"\d{4} ?[A-Z]{2}", "1012 AB"),
    "PL": (r"\d{2}-\d{3}", "00-950"),
    "PT": (r"\d{4}-\d{3}", "1000-205"),
    "SE": (r"\d{3} ?\d{2}", "114 55"),
    "SK": (r"\d{3} ?\d{2}", "811 01"),
    "TW": (r"\d{3}(-?\d{2,3})?", "100"),
    "US": (r"\d{5}(-\d{4})?", "10001 or 10001-1234"),
}
"""Patterns, and one of that shape."""
SHAPES = {
    country: (rf"\d{{{digits}}}", f"{digits} digits") for digits, codes in DIGITS.items() for country in codes.split()
} | {country: (pattern, f"the shape of {example}") for country, (pattern, example) in OTHERS.items()}


def postal_code_fault(code: str, country: str) -> str:
    """What is wrong with a postal code of a country, in words; nothing where that cannot be told."""
    shape = SHAPES.get(country)
    if shape is None:
        return ""
    pattern, words = shape
    if not code.strip():
        return f"it has no postal code, which in {country} has {words}"
    written = code.strip().upper().removeprefix(f"{country}-")
    if re.fullmatch(pattern, written) or re.fullmatch(pattern, code.strip().upper()):
        return ""
    return f"postal code {code} is none of {country}, which has {words}"
