"""Telling other programs what happens, as Standard Webhooks has it: https://www.standardwebhooks.com"""
