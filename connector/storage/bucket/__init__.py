"""Read what lies in an object store, whatever its vendor: one storage over small services."""

from connector.storage.bucket.patience import Patience
from connector.storage.bucket.service import Service
from connector.storage.bucket.storage import BucketStorage, open_bucket

__all__ = ["BucketStorage", "Patience", "Service", "open_bucket"]
