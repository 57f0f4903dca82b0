"""Give the linear value of each mu-law and A-law code (ITU-T G.711), on the scale of 16 bits."""

__all__ = ["ALAW", "MULAW"]


def _mulaw(code: int) -> int:
    code = ~code & 0xFF
    level = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - level if code & 0x80 else level - 0x84


def _alaw(code: int) -> int:
    code ^= 0x55
    level = (code & 0x0F) << 4
    segment = (code & 0x70) >> 4
    level = level + 8 if segment == 0 else (level + 0x108) << (segment - 1)
    return level if code & 0x80 else -level


MULAW: tuple[int, ...] = tuple(_mulaw(code) for code in range(256))
ALAW: tuple[int, ...] = tuple(_alaw(code) for code in range(256))
