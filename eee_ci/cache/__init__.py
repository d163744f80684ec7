"""What was found out before, kept for this user: one folder for all checkouts, never a wrong answer from it.

`opened` gives the store, or says why there is none. A hit imports `place`, `store`, `disk` and `seal` only,
which know the lightest modules of the standard library; a test holds that.
"""

from eee_ci.cache.place import Off, opened
from eee_ci.cache.store import Store

__all__ = ["Off", "Store", "opened"]
