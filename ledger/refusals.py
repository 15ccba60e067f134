"""How an operation says no."""


class Refused(Exception):
    """Something a rule of the office does not allow. Screens show the message, the API answers 409 with the code."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
