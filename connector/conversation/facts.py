"""State what the bytes of a recording say about it."""

from dataclasses import dataclass

__all__ = ["AudioFacts", "WavData"]


@dataclass(frozen=True, slots=True)
class WavData:
    """Where the samples of a wav file lie, and how they are written."""

    format_tag: int
    channels: int
    sample_rate: int
    byte_rate: int
    block_bytes: int
    bits: int
    extra: bytes
    """What follows the sixteen bytes of a plain format chunk, as it stands in the file."""
    offset: int
    length: int
    """Bytes of samples that are really there, whole blocks only."""

    @property
    def format_key(self) -> tuple[int, ...]:
        """Give what two files must have in common for one to be continued by the other."""
        return self.format_tag, self.channels, self.sample_rate, self.block_bytes, self.bits


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a recording is by its bytes, whatever its name and its header claim."""

    container: str
    """wav, mp3, ogg, flac, m4a …"""
    codec: str
    """pcm_16, mulaw, alaw, mp3_cbr, mp3_vbr …"""
    duration_seconds: float
    duration_exact: bool
    """False where the length is estimated or only claimed by a header."""
    channels: int
    sample_rate: int
    channels_identical: bool | None
    """Whether both channels of a stereo file carry the same; None for one channel, and where a sample cannot tell."""
    size_bytes: int
    content_type: str
    file_suffix: str
    notes: tuple[str, ...] = ()
    """What a person should know about this file; no personal data."""
    wav: WavData | None = None
    missing_bytes: int = 0
    """How many bytes of sound the header promises beyond those in the file: it was cut off, or is copied still."""

    @property
    def has_distinct_channels(self) -> bool:
        """Tell whether each channel may have a speaker of its own."""
        return self.channels == 2 and self.channels_identical is not True  # noqa: PLR2004
