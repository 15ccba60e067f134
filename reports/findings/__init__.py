"""What is no breach of the book and still wants a look: each kind is one query, with why it matters and how to mend it.

`kinds.KINDS` holds them all, in the order of the page of book checks.
"""
