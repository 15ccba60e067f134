"""How people and programs come in, and who is in: passwords, second factors, single sign-on, tokens, throttling."""
