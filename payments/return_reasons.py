"""Why a debit comes back, in words, and which of it means that the account is not to be debited again as it is.

ISO 20022 external status reason codes as used in SEPA (EPC173-14), and Nacha return codes.
"""

WORDS = {
    "AC01": "the account number is wrong",
    "AC04": "the account is closed",
    "AC06": "the account is blocked",
    "AC13": "the account is a consumer's, whom B2B may not debit",
    "AG01": "the account takes no direct debits",
    "AG02": "the bank operation code is wrong",
    "AM01": "the amount is zero",
    "AM04": "there was not enough money",
    "AM05": "the payment came twice",
    "BE05": "the creditor identifier is wrong",
    "CNOR": "the creditor's bank is not registered",
    "DNOR": "the debtor's bank is not registered",
    "FF01": "the file's form is wrong",
    "MD01": "there is no mandate",
    "MD02": "the mandate's data are wrong or missing",
    "MD06": "the customer asked for the money back",
    "MD07": "the customer has died",
    "MS02": "the customer refused it",
    "MS03": "the bank gives no reason",
    "RC01": "the bank's identifier is wrong",
    "RR01": "their account number or identification is missing",
    "RR02": "their name or address is missing",
    "RR03": "our name or address is missing",
    "RR04": "for a regulatory reason",
    "SL01": "the customer or their bank does not let us debit",
    "R01": "there was not enough money",
    "R02": "the account is closed",
    "R03": "there is no such account",
    "R04": "the account number is wrong",
    "R05": "a consumer did not authorise a corporate debit",
    "R06": "our bank asked for it back",
    "R07": "the customer revoked the authorisation",
    "R08": "the customer stopped the payment",
    "R09": "the money in the account had not been collected",
    "R10": "the customer says that it is not authorised",
    "R11": "the entry does not agree with the authorisation",
    "R12": "the account was sold to another bank",
    "R13": "the routing number is wrong",
    "R14": "the payee's representative has died",
    "R15": "the holder has died",
    "R16": "the account is frozen",
    "R17": "the file's record cannot be processed",
    "R20": "the account takes no debits",
    "R21": "the company id is wrong",
    "R23": "the receiver refused the credit",
    "R29": "a corporate customer says that it is not authorised",
}
DEAD = {
    *("AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD07", "SL01"),
    *("R02", "R03", "R04", "R05", "R07", "R10", "R12", "R13", "R14", "R15", "R16", "R20", "R29"),
}
"""After these no run debits the account until a person has looked at it."""
OURS = {"AG02", "AM01", "AM05", "BE05", "CNOR", "FF01", "RR03", "R06", "R17", "R21"}
"""What we, or our bank, did wrong: of these the customer missed nothing."""


def reason_words(code: str, said: str = "") -> str:
    """A reason as a person reads it: `the account is closed (AC04)`; what the bank added follows."""
    known = WORDS.get(code, "")
    words = f"{known} ({code})" if known else code or "the bank gives no reason"
    return f"{words}: {said}" if said else words


def is_dead(code: str) -> bool:
    """Whether the account is not to be debited again as it is."""
    return code in DEAD


def is_ours(code: str) -> bool:
    """Whether it is nothing that the customer did or left undone."""
    return code in OURS
