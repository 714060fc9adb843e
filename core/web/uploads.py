"""Uploads end where they are larger than anything that is taken in: before they fill a disk, not after."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

MOST_BYTES = 25 * 1024 * 1024  # of a whole request; pages have smaller limits and say them


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Refuse a request by its announced length; the server reads no more than that."""

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Look at the length before anything is read. Raises RequestDataTooBig, which is answered with 400."""
        if content_length > MOST_BYTES:
            raise RequestDataTooBig("This upload is larger than 25 MB.")
        super().handle_raw_input(input_data, meta, content_length, boundary, encoding)
