"""Units as people type them, and their codes in UN/ECE Recommendation 20."""

PIECE = "C62"

WORDS = {
    "C62": "pcs pc piece pieces stk stück stuck st unit units ea each x",
    "HUR": "h hr hrs hour hours std stunde stunden heure heures",
    "MIN": "min mins minute minutes",
    "SEC": "s sec second seconds",
    "DAY": "d day days tag tage jour jours",
    "WEE": "wk week weeks woche wochen semaine",
    "MON": "mo month months monat monate mois",
    "ANN": "yr year years jahr jahre an ans",
    "KGM": "kg kilo kilos kilogram kilograms",
    "GRM": "g gr gram grams gramm",
    "TNE": "t tonne tonnes ton tons",
    "LBR": "lb lbs pound pounds",
    "ONZ": "oz ounce ounces",
    "LTR": "l ltr litre litres liter liters",
    "MLT": "ml millilitre milliliter",
    "MTR": "m metre metres meter meters lfm",
    "KMT": "km kilometre kilometres kilometer",
    "CMT": "cm centimetre centimeter",
    "MMT": "mm millimetre millimeter",
    "FOT": "ft foot feet",
    "INH": "in inch inches",
    "SMI": "mi mile miles",
    "MTK": "m2 m² sqm qm",
    "MTQ": "m3 m³ cbm",
    "KWH": "kwh",
    "SET": "set sets satz",
    "PR": "pair pairs paar",
    "DZN": "dz dozen",
    "XBX": "box boxes karton",
    "XPK": "pack packs package pkg paket",
    "XPX": "pallet pallets palette",
    "LS": "lump flat pauschal pauschale psch",
    "P1": "%",
    "E48": "service",
}
_CODES = {word: code for code, words in WORDS.items() for word in words.split()}


def unit_code(typed: str) -> str:
    """The code of a unit as typed, such as `h` or `Pcs.`; what nobody knows counts as pieces."""
    word = typed.strip().rstrip(".").casefold()
    code = typed.strip().upper()
    return _CODES.get(word) or (code if code in WORDS else PIECE)


def unit_word(code: str) -> str:
    """How we print a unit that came as a code; plain pieces need no word."""
    if code in ("", PIECE, "H87", "EA", "XPP"):
        return ""
    return WORDS[code].split()[0] if code in WORDS else code[:10]
