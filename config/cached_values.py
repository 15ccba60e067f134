"""How what is cached stands in Valkey: as JSON, so that whoever could write there makes no object of Python here."""

import json
from typing import Any


class JsonValues:
    """What Django's cache asks of a serializer. Whole numbers stay bare, for Valkey counts them up itself."""

    def dumps(self, value: Any) -> int | str:
        """What is kept of a value. Raises TypeError for what JSON has not."""
        return value if type(value) is int else json.dumps(value)

    def loads(self, kept: bytes) -> Any:
        """The value again. Raises ValueError for what is no JSON."""
        return json.loads(kept)
