"""The statements of the ageing: items as they were open on the day, what of them is said beside, and their sums.

Each builds on the items that were open, in the cheapest way that the question allows: by the documents' own days where
nobody agreed on others, and in the documents' currencies where nobody asks for the company's.
"""

from credit_control.plans.sql import companies_with_other_days, parts_sql
from credit_control.promises import promised_sql
from customers.search import searched_sql
from ledger.balances import carried_on_day_sql, open_on_day_sql
from reports.ageing.question import BESIDE, DISPUTED, PLANNED, TOTAL, UNAPPLIED, AgeingQuestion

TOGETHER = -1
"""The id of a row that adds up all others."""
PARENT = """
    LEFT JOIN customers_customer p ON p.id = c.parent_id
        AND (%(owner_ids)s::bigint[] IS NULL OR p.sales_owner_id = ANY (%(owner_ids)s))"""
"""A parent that the reader does not see is not told of: the customer stands for itself."""
PARTS = {
    "customer": ("", "c.id", "c.number", "c.name", "c.sort_name"),
    "parent": (
        PARENT,
        "coalesce(p.id, c.id)",
        "coalesce(p.number, c.number)",
        "coalesce(p.name, c.name)",
        "coalesce(p.sort_name, c.sort_name)",
    ),
    "group": (
        "LEFT JOIN customers_customergroup g ON g.id = c.group_id",
        "coalesce(g.id, 0)",
        "''",
        "coalesce(g.name, 'No group')",
        "coalesce(lower(g.name), '~')",
    ),
    "owner": (
        "LEFT JOIN office_user u ON u.id = c.sales_owner_id",
        "coalesce(u.id, 0)",
        "''",
        "coalesce(nullif(u.name, ''), u.email, 'Nobody')",
        "coalesce(lower(coalesce(nullif(u.name, ''), u.email)), '~')",
    ),
    "collector": (
        """LEFT JOIN credit_control_creditfile f ON f.customer_id = c.id
           LEFT JOIN office_user u ON u.id = f.collector_id""",
        "coalesce(u.id, 0)",
        "''",
        "coalesce(nullif(u.name, ''), u.email, 'Nobody')",
        "coalesce(lower(coalesce(nullif(u.name, ''), u.email)), '~')",
    ),
}
"""What customers `c` are put together by: the join, its id (0 is nobody's), number, name and place in the order."""


def other_days(question: AgeingQuestion) -> bool:
    """Whether anybody agreed on other days than the documents say."""
    return question.company_id in companies_with_other_days(question.on, question.known_at)


def ageing_sql(question: AgeingQuestion, *, rows: bool = True) -> str:
    """One statement: the totals by currency (id -1), and a page of rows, over the items that were open on the day.

    Where nobody asks for rows, no item is told apart by its customer: adding them up takes half the time.
    """
    value = "value" if question.own else "open"
    sums = [
        f"coalesce(sum({value}) FILTER (WHERE {in_column(question, column)}), 0) AS {column}"
        for column in question.columns
    ]
    is_planned = other_days(question)
    planned = f"coalesce(sum({value}) FILTER (WHERE is_planned), 0)" if is_planned else "0::numeric"
    whose = "customer_id" if rows else "0 AS customer_id"
    return f"""
        WITH {_aged(question, whose, is_planned)},
        {noted_sql(question)},
        beside AS (
            SELECT customer_id, currency, sum(disputed) AS disputed, sum(promised) AS promised
            FROM (SELECT customer_id, currency, {_noted(question)}
                  FROM {"opened" if question.own or is_planned else "aged"} AS items
                  JOIN noted ON noted.item_id = items.id WHERE open > 0) AS each
            GROUP BY customer_id, currency
        ),
        added AS (
            SELECT customer_id, currency, {", ".join(sums)}, sum({value}) AS total, {planned} AS planned
            FROM aged GROUP BY customer_id, currency
        ),
        sums AS MATERIALIZED (
            SELECT added.*, coalesce(disputed, 0) AS disputed, coalesce(promised, 0) AS promised
            FROM added LEFT JOIN beside USING (customer_id, currency)
        )
        {_totals_and_rows(question) if rows else _totals(question)}
    """  # noqa: S608  built from our own column names


def _figures(question: AgeingQuestion) -> list[str]:
    return [*question.columns, TOTAL, *BESIDE]


def _totals(question: AgeingQuestion) -> str:
    return f"""(
        SELECT {TOGETHER} AS id, '' AS number, '' AS name, '' AS place, currency,
            {", ".join(f"sum({figure})" for figure in _figures(question))}
        FROM sums GROUP BY currency ORDER BY currency)"""  # noqa: S608


def _totals_and_rows(question: AgeingQuestion) -> str:
    joined, part_id, number, name, place = PARTS[question.per]
    figures = _figures(question)
    after = "(%(after_place)s, %(after_id)s, %(after_currency)s)"
    customers = f"sums s JOIN customers_customer c ON c.id = s.customer_id {joined}"
    if question.per == "customer":
        return f"""
            {_totals(question)}
            UNION ALL
            (SELECT c.id, c.number, c.name, c.sort_name, s.currency, {", ".join(figures)} FROM {customers}
             WHERE (c.sort_name, c.id, s.currency) > {after}
             ORDER BY c.sort_name, c.id, s.currency LIMIT %(limit)s)"""  # noqa: S608
    return f""",
        named AS MATERIALIZED (
            SELECT {part_id} AS id, {number} AS number, {name} AS name, {place} AS place, s.currency,
                {", ".join(f"sum({figure}) AS {figure}" for figure in figures)}
            FROM {customers} GROUP BY 1, 2, 3, 4, 5
        )
        {_totals(question)}
        UNION ALL
        (SELECT * FROM named WHERE (place, id, currency) > {after} ORDER BY place, id, currency LIMIT %(limit)s)
    """  # noqa: S608


def _aged(question: AgeingQuestion, whose: str, is_planned: bool) -> str:
    """`aged`: each open item, or the part of it that is to be paid on a day of its own; before it, what that takes."""
    if not question.own and not is_planned:
        return f"""
            aged AS MATERIALIZED (
                SELECT id, {whose}, currency, open, %(on)s::date - {question.by} AS age
                FROM ({open_on_day_sql(question.known_at)}) AS items WHERE {scope(question)}
            )"""  # noqa: S608
    of_own = "currency" if question.per == "currency" else "%(own)s::text AS currency"
    currency = f"{of_own}, carried" if question.own else "currency"
    return f"""
        opened AS MATERIALIZED (
            SELECT id, {whose}, {currency}, dated_on, due_on, open
            FROM ({open_sql(question)}) AS items WHERE {scope(question)}
        ),
        {valued_sql(question, is_planned)},
        aged AS MATERIALIZED (
            SELECT part.id, customer_id, currency, part.open, {"part.value," if question.own else ""} is_planned,
                %(on)s::date - {"part.due_on" if question.by == "due_on" else "dated_on"} AS age
            FROM valued AS part JOIN opened ON opened.id = part.id
        )"""  # noqa: S608


def open_sql(question: AgeingQuestion) -> str:
    """The open items, with what they carry in the company's currency where that is asked."""
    return carried_on_day_sql(question.known_at) if question.own else open_on_day_sql(question.known_at)


def valued_sql(question: AgeingQuestion, is_planned: bool) -> str:
    """`valued`: the parts of each item of `opened` by the day they are to be paid, with what each is in the company's
    currency; the last part takes what rounding leaves."""
    if not is_planned:
        value = ", carried AS value" if question.own else ""
        return f"valued AS (SELECT id, due_on, open, false AS is_planned{value} FROM opened)"  # noqa: S608
    if not question.own:
        return f"{parts_sql(question.known_at)}, valued AS (SELECT * FROM parts)"  # noqa: S608
    return f"""{parts_sql(question.known_at)},
        shares AS (
            SELECT p.*, round(o.carried * p.open / o.open, %(places)s) AS share, o.carried,
                row_number() OVER (PARTITION BY p.id ORDER BY p.due_on DESC, p.is_planned DESC) = 1 AS is_last
            FROM parts p JOIN opened o ON o.id = p.id
        ),
        valued AS MATERIALIZED (
            SELECT id, due_on, open, is_planned,
                share + CASE WHEN is_last THEN carried - sum(share) OVER (PARTITION BY id) ELSE 0 END AS value
            FROM shares
        )"""  # noqa: S608


def noted_sql(question: AgeingQuestion) -> str:
    """`noted`: what disputes held of items at the end of the day, and what of them was promised, as far as it was known
    then; of few items, so they lead."""
    known = " AND held_at <= %(known_at)s" if question.known_at else ""
    unknown = "released_at > %(known_at)s" if question.known_at else "false"
    return f"""
        noted AS MATERIALIZED (
            SELECT item_id, coalesce(sum(amount) FILTER (WHERE NOT is_promise), 0) AS disputed,
                coalesce(sum(amount) FILTER (WHERE is_promise), 0) AS promised
            FROM (
                SELECT item_id, amount, false AS is_promise FROM billing_disputedamount
                WHERE held_on <= %(on)s{known} AND (released_on IS NULL OR released_on > %(on)s OR {unknown})
                UNION ALL
                SELECT item_id, amount, true FROM ({promised_sql(question.known_at)}) AS promised
            ) AS notes GROUP BY item_id
        )"""  # noqa: S608


def _noted(question: AgeingQuestion) -> str:
    """What is said of a debt, never more than is open of it."""
    return ", ".join(f"{noted_value(question, column)} AS {column}" for column in (DISPUTED, "promised"))


def noted_value(question: AgeingQuestion, column: str) -> str:
    """What `noted` says of an item, at most what is open of it; in the company's currency, its share of that."""
    amount = f"least(open, {column})"
    return f"round(carried * {amount} / open, %(places)s)" if question.own else amount


def in_column(question: AgeingQuestion, column: str) -> str:
    """The condition on an item that puts it in a column; none for no column in particular."""
    if column == UNAPPLIED:
        return "open < 0"
    if column in BESIDE:
        return f"{column} <> 0" if column != PLANNED else "is_planned"
    bucket = next((bucket for bucket in question.buckets if bucket.key == column), None)
    if bucket is None:
        return "true"
    first = [] if bucket.first_day is None else [f"age >= {bucket.first_day}"]
    last = [] if bucket.last_day is None else [f"age <= {bucket.last_day}"]
    return " AND ".join(["open > 0", *first, *last])


def scope(question: AgeingQuestion) -> str:
    """The condition on `customer_id` that keeps to the customers asked for."""
    if question.is_whole:
        return "true"
    owned = "sales_owner_id = ANY (%(owner_ids)s)" if question.owner_ids is not None else "true"
    found = f"{searched_sql('c')} LIKE %(search)s" if question.search else "true"
    return f"customer_id IN (SELECT c.id FROM customers_customer c WHERE {owned} AND {found})"  # noqa: S608


def part_name_sql(per: str) -> str:
    """What a row is called, among those of customers whom the reader sees. Parameters: part_id and the question's."""
    joined, part_id, _, name, _ = PARTS[per]
    return f"""
        SELECT {name} FROM customers_customer c {joined}
        WHERE c.company_id = %(company_id)s AND {part_id} = %(part_id)s
            AND (%(owner_ids)s::bigint[] IS NULL OR c.sales_owner_id = ANY (%(owner_ids)s))
        LIMIT 1
    """  # noqa: S608
