"""The rows and columns of statements in words."""

from django import template

from credit_control.statements.words import column_words, kind_words

register = template.Library()
register.filter("movement_words", kind_words)
register.filter("ageing_words", column_words)
