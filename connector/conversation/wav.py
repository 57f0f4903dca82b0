"""Read the header of a wav file and find its samples, trusting no length that the header claims."""

import struct
from collections.abc import Iterator

from connector.conversation.decoding import MOST_DECODED_BYTES, identical_in
from connector.conversation.facts import AudioFacts, WavData
from connector.conversation.sampling import WINDOW_BYTES, compare, judge, offsets
from connector.errors import SkipError
from connector.reason import Code
from connector.storage.model import ReadAt

__all__ = ["is_plain_wav", "is_wav", "read_wav"]

MOST_CHUNKS = 100
MISCOUNTED_BYTES = 64
"""Some recorders count their own header as sound: so few bytes too many are no sign of a file that was cut off."""
MOST_FORMAT_BYTES = 64
MOST_CHANNELS = 32
SAMPLE_RATES = range(1000, 400_000)
LEAST_BYTE_RATE = 50

_RIFF_KINDS = (b"RIFF", b"RF64", b"BW64")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_EXTENSIBLE = 0xFFFE
_PCM, _FLOAT, _ALAW, _MULAW = 1, 3, 6, 7
_WIDTHS = {_PCM: (1, 2, 3, 4), _FLOAT: (4, 8), _ALAW: (1,), _MULAW: (1,)}
"""Bytes that one sample of an uncompressed or companded format may take."""
_COMPRESSED = {0x02: "adpcm_ms", 0x11: "adpcm_ima", 0x31: "gsm", 0x40: "g721", 0x45: "g726", 0x50: "mp2", 0x55: "mp3"}
_BLOCKWISE = frozenset({0x02, 0x11, 0x31})
"""Compressed formats whose header says how many samples a block holds."""
_UNKNOWN_LENGTHS = range(0x7FFF0000, 0x1_0000_0000)
"""What programs write that do not yet know the length and cannot go back: all ones, or all but the sign."""

_REMEDY = "fetch or export the recording again"


def is_wav(head: bytes) -> bool:
    """Tell whether a file that begins so is a wav file."""
    return head[:4] in _RIFF_KINDS and head[8:12] == b"WAVE"


def is_plain_wav(head: bytes) -> bool:
    """Tell whether a file that begins so is a wav file whose samples nobody has to decode."""
    # After the name of the format chunk stand four bytes of its length; its first two say the format.
    form = head.partition(b"fmt ")[2][4:]
    tag = int.from_bytes(form[:2], "little")
    if tag == _EXTENSIBLE:
        tag = int.from_bytes(form[24:26], "little")
    return is_wav(head) and tag in _WIDTHS


def read_wav(read_at: ReadAt, size_bytes: int, head: bytes) -> AudioFacts:
    """Give the facts of a wav file; raise SkipError(AUDIO_INVALID) where it holds no sound that can be found."""
    form, data, notes, missing_bytes = _parts(_Source(read_at, size_bytes, head))
    wav = _format(form, *data)
    codec = _codec(wav)
    exact = wav.format_tag in _WIDTHS
    seconds = wav.length / (wav.block_bytes * wav.sample_rate if exact else _compressed_byte_rate(wav))
    return AudioFacts(
        container="wav",
        codec=codec,
        duration_seconds=seconds,
        duration_exact=exact,
        channels=wav.channels,
        sample_rate=wav.sample_rate,
        channels_identical=_identical(read_at, size_bytes, wav, codec) if wav.channels == 2 else None,  # noqa: PLR2004
        size_bytes=size_bytes,
        content_type="audio/wav",
        file_suffix=".wav",
        notes=notes,
        wav=wav,
        missing_bytes=missing_bytes,
    )


class _Source:
    """The file, with its first bytes at hand."""

    def __init__(self, read_at: ReadAt, size_bytes: int, head: bytes) -> None:
        self.size_bytes = size_bytes
        self._read_at = read_at
        self._head = head

    def bytes_at(self, offset: int, length: int) -> bytes:
        if offset + length <= len(self._head):
            return self._head[offset : offset + length]
        return self._read_at(offset, length)

    def chunks(self) -> Iterator[tuple[bytes, int, int]]:
        """Give name, offset and claimed length of each chunk."""
        offset = 12
        for _ in range(MOST_CHUNKS):
            header = self.bytes_at(offset, _CHUNK.size) if offset + _CHUNK.size <= self.size_bytes else b""
            if len(header) < _CHUNK.size:
                return
            name, length = _CHUNK.unpack(header)
            yield name, offset + _CHUNK.size, length
            offset += _CHUNK.size + length + length % 2


def _parts(source: _Source) -> tuple[bytes, tuple[int, int], tuple[str, ...], int]:
    """Give the format chunk, offset and real length of the samples, what is odd about them, and the bytes missing."""
    form, long_length = b"", None
    for name, offset, claimed in source.chunks():
        if name == b"fmt ":
            form = source.bytes_at(offset, min(claimed, MOST_FORMAT_BYTES))
        elif name == b"ds64":
            long_length = int.from_bytes(source.bytes_at(offset + 8, 8), "little")
        elif name == b"data":
            length, notes, missing = _real_length(source, offset, claimed if long_length is None else long_length)
            return form, (offset, length), notes, missing
    raise SkipError(Code.AUDIO_INVALID, "a wav file whose header leads to no samples", hint=_REMEDY)


def _real_length(source: _Source, offset: int, claimed: int) -> tuple[int, tuple[str, ...], int]:
    there = max(source.size_bytes - offset, 0)
    riff_ends = int.from_bytes(source.bytes_at(4, 4), "little") + 8
    if (claimed in _UNKNOWN_LENGTHS and claimed > there) or (claimed == 0 and riff_ends != source.size_bytes and there):
        return there, ("the header does not say how long the audio is; the file's own length counts",), 0
    if claimed > there:
        missing = claimed - there if claimed - there > MISCOUNTED_BYTES else 0
        return there, (f"the audio is cut off: {there} of {claimed} bytes are there",), missing
    return claimed, (), 0


def _format(form: bytes, offset: int, length: int) -> WavData:
    if len(form) < _FORMAT.size:
        raise SkipError(Code.AUDIO_INVALID, "a wav file without a format", hint=_REMEDY)
    tag, channels, rate, byte_rate, block, bits = _FORMAT.unpack_from(form)
    extra = form[_FORMAT.size :]
    if tag == _EXTENSIBLE and len(extra) >= 10:  # noqa: PLR2004
        tag = int.from_bytes(extra[8:10], "little")
    plausible = 0 < channels <= MOST_CHANNELS and rate in SAMPLE_RATES
    if not plausible or (tag not in _WIDTHS and (byte_rate < LEAST_BYTE_RATE or not block)):
        message = f"a wav file whose header claims {channels} channels and {rate} samples or {byte_rate} bytes a second"
        raise SkipError(Code.AUDIO_INVALID, message, hint=_REMEDY)
    if tag in _WIDTHS and block not in {channels * width for width in _WIDTHS[tag]}:
        block = channels * max(min(_WIDTHS[tag]), min(max(_WIDTHS[tag]), -(-bits // 8)))
    length -= length % block
    if not length:
        raise SkipError(Code.AUDIO_INVALID, "a wav file without a single sample", hint=_REMEDY)
    return WavData(tag, channels, rate, byte_rate, block, bits, extra, offset, length)


def _codec(wav: WavData) -> str:
    bits = wav.block_bytes // wav.channels * 8
    if wav.format_tag == _ALAW:
        return "alaw"
    if wav.format_tag == _MULAW:
        return "mulaw"
    if wav.format_tag in {_PCM, _FLOAT}:
        return f"{'pcm' if wav.format_tag == _PCM else 'float'}_{bits}"
    return _COMPRESSED.get(wav.format_tag, f"wav_{wav.format_tag:#06x}")


def _compressed_byte_rate(wav: WavData) -> float:
    """Give bytes a second; some programs write nonsense there, so the samples in a block come first."""
    samples = int.from_bytes(wav.extra[2:4], "little") if wav.format_tag in _BLOCKWISE else 0
    return wav.block_bytes * wav.sample_rate / samples if samples else wav.byte_rate


def _identical(read_at: ReadAt, size_bytes: int, wav: WavData, codec: str) -> bool | None:
    """Compare windows until the first one that differs; most calls are settled by one or two."""
    if wav.format_tag not in _WIDTHS:
        return identical_in(read_at(0, min(size_bytes, MOST_DECODED_BYTES)))
    window = WINDOW_BYTES - WINDOW_BYTES % wav.block_bytes
    starts = (offset - offset % wav.block_bytes for offset in offsets(wav.length, window))
    return judge(compare(read_at(wav.offset + start, min(window, wav.length - start)), codec) for start in starts)
