"""What a bank line pays, and why.

`words` and `names` read what payers write, `gathering` asks the database for all that bears on many lines at once,
`weighing` makes proposals of it and says why (values in, values out), and `certainty` says which need no person.
"""
