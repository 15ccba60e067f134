"""The rows and columns of statements in words."""

from django import template

from credit_control.account.ageing_bar import pieces_of
from credit_control.statements.words import agreed_words, column_words, kind_words

register = template.Library()
register.filter("movement_words", kind_words)
register.filter("ageing_words", column_words)
register.filter("agreed_words", agreed_words)
register.filter("ageing_pieces", pieces_of)
