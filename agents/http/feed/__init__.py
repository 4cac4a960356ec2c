"""``/ws/issues``: changes of issue groups as they happen, to many clients, some of which are slow (S3-51 … S3-65)."""

from .hub import Admission, IssueFeed
from .update import Update, Wanted, update_of

__all__ = ["Admission", "IssueFeed", "Update", "Wanted", "update_of"]
