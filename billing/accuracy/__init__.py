"""Whether documents are right for their customers, and what we keep of these is: the checks, and what they found.

`registry.CHECKS` holds every check there is, each asked of many documents or customers at once. Those that make sense
there are asked of drafts before issue (`billing/issue_checks.py`); each night, and when somebody wants it, all of them
look at what is new (`sweep.py`), and what they find is kept until it is mended or dismissed (`findings.py`).
"""
