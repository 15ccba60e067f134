"""The journal as other books read it: which entries, in whose account numbers, and how each format writes them.

A format is a module with one `Format`: what it needs to be told, what it cannot carry, and how it is written.
"""
