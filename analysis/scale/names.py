"""Names for what is made on the way to a table: another one wherever anything that it is made of is another."""

import hashlib
import json


def named(*about: str) -> str:
    """A name for what is made of all that `about` says.

    >>> named("one", "two") == named("one", "two"), named("one", "two") == named("onetwo")
    (True, False)
    """
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]
