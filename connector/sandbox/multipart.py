"""Take a multipart/form-data body apart while it arrives, holding none of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

__all__ = ["BrokenMultipartError", "Multipart", "PartHead", "Sink"]


class BrokenMultipartError(ValueError):
    """The body is not the multipart/form-data it says it is."""


@dataclass(frozen=True, slots=True)
class PartHead:
    """What a part says of itself; `file_name` is None where it is a plain form field."""

    name: str
    file_name: str | None
    content_type: str


class Sink(Protocol):
    """Where the content of one part goes."""

    def write(self, piece: memoryview) -> None:
        """Take the next piece, which is valid during the call only."""
        ...


class Multipart:
    """A body on its way in: every part is announced to `open_part`, which says where its content goes."""

    def __init__(self, content_type: str, open_part: Callable[[PartHead], Sink]) -> None:
        kind, parameters = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not parameters.get(b"boundary"):
            raise BrokenMultipartError("the body must be multipart/form-data with a boundary")
        self.whole = False
        self._open_part = open_part
        self._headers: dict[str, str] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._sink: Sink | None = None
        self._parser = self._new_parser(parameters[b"boundary"])

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the body; raise BrokenMultipartError where it breaks the format."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BrokenMultipartError("the multipart body is broken") from error

    def _new_parser(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_content,
                    "on_part_data": self._pass_content,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise BrokenMultipartError("the boundary is too long") from error

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name.clear()
        self._value.clear()

    def _begin_content(self) -> None:
        kind, parameters = parse_options_header(_latin(self._headers.get("content-disposition", "")))
        if kind != b"form-data" or b"name" not in parameters:
            raise BrokenMultipartError("a part has no Content-Disposition: form-data with a name")
        file_name = parameters.get(b"filename")
        self._sink = self._open_part(
            PartHead(
                name=parameters[b"name"].decode("utf-8", "replace"),
                file_name=None if file_name is None else file_name.decode("utf-8", "replace"),
                content_type=self._headers.get("content-type", ""),
            )
        )

    def _pass_content(self, data: bytes, start: int, end: int) -> None:
        if self._sink:
            self._sink.write(memoryview(data)[start:end])

    def _end(self) -> None:
        self.whole = True


def _latin(text: str) -> str:
    """Give UTF-8 text as the Latin-1 look-alike that parse_options_header encodes back to the same bytes."""
    return text.encode().decode("latin-1")
