"""What each check of the book means, in plain words: what broke, and the screen on which it is looked into.

A check keeps a promise that the database itself guards. So what one finds was written past Duebook: by somebody with
the database's own rights, by a restored or half-copied database, or by a fault of ours. The words say what to compare.
"""

from typing import NamedTuple

from reports.findings.kind import Way


class Words(NamedTuple):
    """What is wrong where a check finds something, and where it is mended."""

    cause: str
    way: Way
    is_chain: bool = False
    """Whether it is about the chain in which each document holds the hash of the one before it."""


AUDIT = Way("See in the audit trail who touched it last", "office:audit_list")
MONTHS = Way("See which months are closed", "reports:month_list")
AGEING = Way("Compare with the ageing of that day", "reports:ageing")
INVOICES = Way("Open the document; void or credit it, and issue it anew", "billing:invoice_list")
DISPUTES = Way("Open the dispute; close it and raise it again", "billing:dispute_list")
RECEIPTS = Way("Open the payment; reverse it and record it anew", "payments:receipt_list")
REFUNDS = Way("Open the refund and compare it with the bank", "payments:refund_list")
WRITE_OFFS = Way("Open the write-off; reverse it and write off anew", "payments:write_off_list")
DEBITS = Way("Open the debit run and compare it with what the bank took", "payments:debit_run_list")
BANK = Way("Compare with the bank's statement", "payments:bank_line_list")
ONLINE = Way("Compare with the payment provider", "payments:online_payment_list")
CHARGEBACKS = Way("Open the chargeback and compare it with the bank's notice", "payments:chargeback_list")
OPENING = Way("Open what was taken over and compare it with its customer's account", "billing:opening_item_list")
LATE = Way("Open the late charge; waive it and claim anew", "credit_control:late_charge_list")
PROMISES = Way("Withdraw the promise and record it anew", "credit_control:promise_list")
PLANS = Way("Open the plan; cancel it and agree on a new one", "credit_control:plan_list")
REMINDERS = Way("Open the reminder before it is sent again", "credit_control:reminder_list")
STATEMENTS = Way("Send the customer a new statement", "credit_control:statement_list")
PROVISIONS = Way("Post the month anew: it brings what is missing", "credit_control:provision_postings")
HAND_OVERS = Way("Open the hand-over and tell the agency", "credit_control:hand_over_list")
CUSTOMERS = Way("Open the customer and set it anew", "customers:customer_list")
HOLDS = Way("Open the hold", "customers:hold_list")
JOURNALS = Way("Take the export back, with the reason, and make it anew", "reports:journal_list")
MAIL = Way("Open the mail before it leaves", "office:mail_list")
NUMBERS = Way("See how the numbers are written; restore the missing papers from a backup", "office:number_patterns")
FILE = Way("Restore the file from a backup: what was handed out is what must be kept", "office:audit_list")

_MISSING_NUMBER = "A paper of the series is missing, or its counter was set by hand."

WORDS = {
    "an entry has the document that made it": Words(
        "The book has an entry whose invoice, receipt or other paper was taken out of the database.", AUDIT
    ),
    "the lines of an entry add to zero": Words(
        "A line of the entry was changed, added or lost, so debits and credits are no longer equal.", AUDIT
    ),
    "a line has its entry's company, day and currency": Words(
        "A line was moved to another day, currency or account than its entry says.", AUDIT
    ),
    "open items say what the receivable lines say": Words(
        "What the entry asks of the customer is not what it puts on the receivable account.", AGEING
    ),
    "an item has its entry's company, day and currency": Words(
        "An open item was moved to another day or currency than its entry says.", AGEING
    ),
    "the receivable account equals the open items, on every day": Words(
        "On that day the account moved by another amount than the open items did.", AGEING
    ),
    "an item's balance is its amount less its allocations": Words(
        "What is kept as open is not the amount less what was applied: a row was changed or lost.", AGEING
    ),
    "an item is never settled beyond its amount, on any day": Words(
        "More was applied to the item than it came to: it reads as paid twice.", AGEING
    ),
    "an item's days are from its own to that of its last allocation": Words(
        "The days on which the item counts as open are wrong, so reports of past days may leave it out.", AGEING
    ),
    "an allocation joins what belongs together, when both exist": Words(
        "A credit is applied to an item of another customer or currency, or before one of the two existed.", RECEIPTS
    ),
    "an allocation is undone by its exact opposite": Words(
        "Undoing the allocation gave back another amount than it had applied.", RECEIPTS
    ),
    "a closed item has used up its company-currency amount": Words(
        "The item is paid, and in the company's own currency something of it is left or too much was used.", AGEING
    ),
    "a mirror is the exact opposite of what it reverses": Words(
        "A reversal took back another amount than the entry had put in.", AUDIT
    ),
    "nothing was entered into a month after it was closed": Words(
        "An entry stands in a closed month and was recorded after its closing.", MONTHS
    ),
    "nothing was applied in a month after it was closed": Words(
        "A payment was applied in a closed month after its closing.", MONTHS
    ),
    "a mail goes to a contact of its own customer, who is the company's": Words(
        "A mail is addressed to somebody of another customer: their papers would be shown to a stranger.", MAIL
    ),
    "a hold and a change of a limit are of their customer's company": Words(
        "A hold or a change of a credit limit was moved to another company.", HOLDS
    ),
    "a hold that a person released has days of quiet after it, or none, and was approved by somebody else": Words(
        "A hold was released without the second person, or its days of quiet end before they begin.", HOLDS
    ),
    "a credit limit is what its latest change says": Words(
        "The limit was set past the approval that each change of it needs.", CUSTOMERS
    ),
    "a temporary limit is what its latest change says": Words(
        "The temporary limit was set or taken away past the approval it needs.", CUSTOMERS
    ),
    "an open dispute holds a part of what was disputed, a closed one nothing": Words(
        "What the dispute keeps from being reminded is not what was disputed.", DISPUTES
    ),
    "disputes hold no more of an item than it came to": Words(
        "More of the item is in dispute than there is of it.", DISPUTES
    ),
    "a dispute holds items of its own document, customer and currency": Words(
        "The dispute holds back an item of another document or customer.", DISPUTES
    ),
    "the lines of a dispute are its document's and add up to it": Words(
        "The disputed lines are of another document, or add up to another amount.", DISPUTES
    ),
    "the credit memo that ended a dispute credits what was disputed": Words(
        "The dispute names a credit memo that credits something else.", DISPUTES
    ),
    "numbers of disputes run on without a gap": Words(_MISSING_NUMBER, NUMBERS),
    "a document says what it said when issued": Words(
        "The document no longer has the hash it was issued with: its text, lines or amounts were changed since.",
        INVOICES,
        is_chain=True,
    ),
    "each document holds the hash of the one before": Words(
        "The chain is broken before this document: the one before it was changed, taken out or put in later.",
        INVOICES,
        is_chain=True,
    ),
    "a series ends with the hash of its last document": Words(
        "The last document of the chain was taken out or changed, or the series' own note of it was.",
        NUMBERS,
        is_chain=True,
    ),
    "the file kept matches the hash kept": Words(
        "The file was changed after it was kept: it is not what the customer or the bank was given.", FILE
    ),
    "what was mailed to nobody is known as such": Words(
        "The note that nobody was mailed this document is missing or wrong, so the list of unmailed ones is too.", MAIL
    ),
    "a document's lines and taxes add up to its totals": Words(
        "The total that was billed is not the sum of the lines and their tax.", INVOICES
    ),
    "a document and the book say the same amount, day and customer": Words(
        "The customer owes another amount in the book than the document asks for.", INVOICES
    ),
    "numbers run on without a gap and as far as the series says": Words(_MISSING_NUMBER, NUMBERS),
    "a credit memo takes no more than is left of its lines": Words(
        "More was credited of the line than was billed.", INVOICES
    ),
    "a debit takes what its items add up to, of its own customer": Words(
        "The debit takes another amount than the items it pays, or from another customer.", DEBITS
    ),
    "a debit and its receipt say the same, and a returned one is reversed": Words(
        "The debit was collected or returned, and its payment in the book says otherwise.", DEBITS
    ),
    "a debit file holds what its run debits": Words(
        "The file for the bank holds other debits than its run: compare before it is handed in.", DEBITS
    ),
    "a repayment file holds what its batch pays, each refund as it is": Words(
        "The file for the bank pays other amounts than the refunds it is for.", REFUNDS
    ),
    "what has been settled is on its way no more": Words(
        "The debit is at its end, and its items still count as being collected: nobody reminds them.", DEBITS
    ),
    "a receipt and the book say the same": Words(
        "The payment has another amount, day or customer than its entry in the book.", RECEIPTS
    ),
    "a reversed receipt has nothing free and settles nothing": Words(
        "The payment was returned, and still pays something.", RECEIPTS
    ),
    "receipts take no more than came in on their bank line": Words(
        "More was recorded as paid than the bank's line brought.", BANK
    ),
    "the receipts of a batch add up to its control total": Words(
        "The payments of the batch are not what was counted by hand: one was changed, lost or added.",
        Way("Open the batch and count again", "payments:receipt_batch_list"),
    ),
    "an online payment and its receipt say the same": Words(
        "What the provider reported and what was recorded differ.", ONLINE
    ),
    "an online payment asks for no less than its parts say, less the credit used": Words(
        "The customer was asked to pay less than the documents they chose come to.", ONLINE
    ),
    "a payout and the book say the same, and its bank line": Words(
        "The provider's payout, its fee and the bank's line do not add up.", BANK
    ),
    "a chargeback's payment is reversed, and what it kept and won is recorded again": Words(
        "The bank took the money back, and the book does not say so, or says more.", CHARGEBACKS
    ),
    "a refund and the book say the same": Words("The refund has another amount than its entry in the book.", REFUNDS),
    "an exchange of a receipt and the book say the same": Words(
        "A payment was turned into another currency, and the amounts in the book are not those of the exchange.",
        RECEIPTS,
    ),
    "what stands on the account of refunds are the refunds that wait to be paid": Words(
        "The clearing account holds something that is no refund waiting, or a waiting refund is not on it.", REFUNDS
    ),
    "a refund paid by hand left the account that is named, once, and is in no file": Words(
        "The refund may have been paid twice, or from another account than is said.", REFUNDS
    ),
    "a write-off and the book say the same": Words(
        "The write-off has another amount than its entry in the book.", WRITE_OFFS
    ),
    "a write-off settles its whole amount, and nothing once it is reversed": Words(
        "A part of the write-off is applied to nothing, or a reversed one still takes something off.", WRITE_OFFS
    ),
    "the tax that a write-off relieves is what its entry took off the tax accounts": Words(
        "The tax report and the tax accounts differ by this write-off.", WRITE_OFFS
    ),
    "no more is recovered than was written off, and as its receipt says": Words(
        "More came in on the write-off than it had taken off.", WRITE_OFFS
    ),
    "numbers of receipts, refunds, write-offs and chargebacks run on without a gap": Words(_MISSING_NUMBER, NUMBERS),
    "what was taken over and the book say the same amount and customer": Words(
        "What was taken over from another product is not what the customer owes for it in the book.", OPENING
    ),
    "the mirror of what was taken over stands where its load was undone, and nowhere else": Words(
        "A load was undone in the book and not in what was taken over, or the other way round.", OPENING
    ),
    "a late charge and the book say the same": Words(
        "The interest and fee that were claimed are not what the customer owes for them in the book.", LATE
    ),
    "the lines of a late charge add up to it": Words(
        "The claim's days and fees do not add up to what was claimed.", LATE
    ),
    "interest and fees are charged on documents of the customer, never on interest or fees": Words(
        "Interest was taken of interest, or of another customer's document.", LATE
    ),
    "a day of a debt is charged once, and a fee once for its period": Words(
        "The customer was charged twice for the same days.", LATE
    ),
    "a waived late charge has nothing open and holds no payment": Words(
        "The charge was waived, and still asks for money or keeps some.", LATE
    ),
    "numbers of late charges run on without a gap": Words(_MISSING_NUMBER, NUMBERS),
    "a provision posting and the book say the same": Words(
        "What was posted for expected loss is not what its entry put on the provision and impairment accounts.", AUDIT
    ),
    "what stands on the provision account is what was posted for expected loss": Words(
        "The provision account bears something that no posting of a month brought.", PROVISIONS
    ),
    "a provision posting brings what was missing beside those before it": Words(
        "A posting counts on another balance of the provision account than the postings before it left.", PROVISIONS
    ),
    "the parts of a provision posting add up to it": Words(
        "The bands and judged items that were kept with a posting do not come to what it was posted for.", AUDIT
    ),
    "a promise is the sum of its items, and these are the customer's": Words(
        "The customer promised another amount than the items come to.", PROMISES
    ),
    "no item is promised twice at a time": Words("Two promises count the same item.", PROMISES),
    "a payment plan is the sum of its instalments and of its items, and these are the customer's": Words(
        "The plan's instalments do not come to what it is for.", PLANS
    ),
    "no item is in two payment plans at a time": Words("Two plans would collect the same item.", PLANS),
    "a payment plan holds its items as long as it stands, and its days rise": Words(
        "An item of a plan that stands is reminded all the same, or the instalments are out of order.", PLANS
    ),
    "the figures of a kept statement add up": Words(
        "The statement that was sent does not close with what its lines come to.", STATEMENTS
    ),
    "a reminder is of items of its customer, and of at least one": Words(
        "The reminder names no item, or one of another customer.", REMINDERS
    ),
    "a reminder asks for no more of an item than was open when it was made or its mails left": Words(
        "The customer was asked for more than they owed.", REMINDERS
    ),
    "a reminder by mail has its mails, and each of them its reminder": Words(
        "The reminder counts as mailed without a mail, or a mail went out without one.", REMINDERS
    ),
    "a hand-over is of items of its customer and one currency, of no more than they came to": Words(
        "The agency was given an item of another customer, or more than it came to.", HAND_OVERS
    ),
    "no item is with two agencies at a time": Words("Two agencies collect the same item.", HAND_OVERS),
    "what is noted of a customer belongs to the customer's company": Words(
        "A note or a limit of the customer was moved to another company.", CUSTOMERS
    ),
    "the day sums kept are those of the lines": Words(
        "The kept sum of an account for that day is not what its lines come to: reports of it may be wrong.", AGEING
    ),
    "a journal export has a file, which says what its entries come to": Words(
        "The file that went to the other books lacks entries of the export, or holds other amounts.", JOURNALS
    ),
    "entries of a journal export stand as long as it does, are of its company and days, and in one at a time": Words(
        "An entry is in two exports that stand, or in one of other days: the other books have it twice or not at all.",
        JOURNALS,
    ),
    "the audit trail is as it was written": Words(
        "A record of who did what was changed, deleted or put in past Duebook. manage.py check_audit reads all of it.",
        AUDIT,
    ),
    "each day of the audit trail has its seal, which fits": Words(
        "A day's seal is missing, or the records are not those that were sealed.", AUDIT
    ),
    "the pack of a closed month has every file that was kept with it": Words(
        "A file of the reports that were kept when the month was closed was taken out of the database.", FILE
    ),
}
"""By the name of a check."""


def words_of(check: str) -> Words:
    """The words of a check; of one that an older run made and nobody makes any more, that much."""
    return WORDS.get(check) or Words("This check is made no more. Check the book again.", AUDIT)
