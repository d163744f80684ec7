"""SHA-256 without OpenSSL, which hashlib brings along: that takes longer to load than our digests to make."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256
elif sys.version_info >= (3, 12):
    from _sha2 import sha256
else:
    from _sha256 import sha256

__all__ = ["sha256"]
