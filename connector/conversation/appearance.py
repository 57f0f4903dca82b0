"""Tell what a file that is no recording looks like instead."""

__all__ = ["appearance"]

_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"-----BEGIN PGP", "a PGP-encrypted file"),
    (b"\x1a\x45\xdf\xa3", "Matroska or WebM audio or video"),
    (b"#!AMR", "AMR audio"),
    (b".snd", "Sun audio (au)"),
    (b"caff", "Core Audio (caf)"),
    (b"RIFX", "a wav file with swapped bytes (RIFX)"),
    (b"RIFF", "a RIFF file without sound, or a damaged wav file"),
    (b"ID3", "an mp3 file without sound"),
    (b"<", "HTML or XML text"),
    (b"{", "JSON text"),
    (b"[", "JSON text"),
)
_TEXT_BYTES = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\n\r\f")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def appearance(head: bytes) -> str:
    """Say what the first bytes of a file look like, in words that fit behind "looks like"."""
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    start = head.lstrip(b" \t\r\n\xef\xbb\xbf")
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            return name
    return "text" if _is_text(head) else "no kind of audio that is known here"


def _is_text(head: bytes) -> bool:
    if head.startswith(_UTF16_MARKS):
        return True
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A letter of several bytes may be cut at the end of what was read.
        if error.start < len(head) - 3:
            return False
    return sum(byte in _TEXT_BYTES or byte > 0x7F for byte in head) > 0.95 * len(head)  # noqa: PLR2004
