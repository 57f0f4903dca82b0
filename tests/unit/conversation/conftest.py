"""Recordings made by the real programs, and drafts to build from."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.conversation import AudioFacts, inspect
from connector.mapping import Draft
from connector.mapping.model import Span
from tests.servers.missing import do_without

PROGRAMS = ("ffmpeg", "sox", "espeak-ng")
ORIGIN = datetime(2026, 3, 23, 20, 14, 41, tzinfo=UTC)
SECONDS = 30

# What ffmpeg makes of the two-channel recording, of its mono mix, and of the mix on both channels.
STEREO = {
    "stereo.wav": ["-c:a", "pcm_s16le"],
    "stereo_8.wav": ["-c:a", "pcm_u8"],
    "stereo_24.wav": ["-c:a", "pcm_s24le"],
    "stereo_32.wav": ["-c:a", "pcm_s32le"],
    "stereo_float.wav": ["-c:a", "pcm_f32le"],
    "stereo_double.wav": ["-c:a", "pcm_f64le"],
    "stereo_mulaw.wav": ["-c:a", "pcm_mulaw"],
    "stereo_alaw.wav": ["-c:a", "pcm_alaw"],
    "stereo_adpcm.wav": ["-c:a", "adpcm_ima_wav"],
    "stereo.mp3": ["-b:a", "32k"],
    "stereo_vbr.mp3": ["-q:a", "5"],
    "stereo_bare.mp3": ["-b:a", "32k", "-write_xing", "0", "-id3v2_version", "0"],
    "stereo_bare_vbr.mp3": ["-q:a", "5", "-write_xing", "0"],
    "stereo_44100.mp3": ["-ar", "44100", "-b:a", "64k"],
    "stereo.flac": [],
    "stereo.ogg": ["-c:a", "libvorbis"],
    "stereo.m4a": [],
}
DUAL = {
    "dual.wav": ["-c:a", "pcm_s16le"],
    "dual_mulaw.wav": ["-c:a", "pcm_mulaw"],
    "dual_24.wav": ["-c:a", "pcm_s24le"],
    "dual_float.wav": ["-c:a", "pcm_f32le"],
    "dual.mp3": ["-b:a", "32k"],
    "dual_apart.mp3": ["-joint_stereo", "0", "-b:a", "48k"],
    "dual.flac": [],
}


@dataclass(frozen=True)
class Reading:
    """Random access to some bytes that counts what is read."""

    content: bytes
    reads: list[int]

    def at(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 0
        self.reads.append(length)
        return self.content[offset : offset + length]


@pytest.fixture
def reading() -> Callable[[bytes], Reading]:
    """Give what reads these bytes."""
    return lambda content: Reading(content, [])


@pytest.fixture
def facts_of() -> Callable[[bytes], AudioFacts]:
    """Give what inspect() says of these bytes."""
    return lambda content: inspect(Reading(content, []).at, len(content))


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory) -> Path:
    """Give a folder of recordings of one call of 30 seconds: customer on channel 1, agent on channel 2."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        do_without(" and ".join(missing), f"apt-get install {' '.join(missing)}")
    folder = tmp_path_factory.mktemp("recordings")
    _run("espeak-ng", "-v", "en+f3", "-w", folder / "customer.w", "My parcel has not come. Where is it, please? " * 3)
    _run("espeak-ng", "-v", "en-us", "-w", folder / "agent.w", "Hello, this is agent two. How can I help you? " * 3)
    both = f"[1:a]adelay=9000[late];[0:a][late]join=inputs=2:channel_layout=stereo,apad,atrim=0:{SECONDS}[both]"
    stereo, mono = folder / "stereo.wav", folder / "mono.wav"
    _run(
        *("ffmpeg", "-loglevel", "error", "-i", folder / "customer.w", "-i", folder / "agent.w"),
        *("-filter_complex", both, "-map", "[both]", "-ar", "8000", "-c:a", "pcm_s16le", stereo),
    )
    _run("sox", stereo, mono, "remix", "-")
    for name, options in STEREO.items():
        if name != stereo.name:
            _run("ffmpeg", "-loglevel", "error", "-i", stereo, *options, folder / name)
    for name, options in DUAL.items():
        _run("ffmpeg", "-loglevel", "error", "-i", mono, "-ac", "2", *options, folder / name)
    _run("ffmpeg", "-loglevel", "error", "-i", mono, "-b:a", "32k", folder / "mono.mp3")
    _run("sox", mono, "-e", "gsm-full-rate", folder / "mono_gsm.wav")
    _run("sox", stereo, "-c", "3", folder / "three.wav", "remix", "1", "2", "1")
    with (folder / "piped.wav").open("wb") as target:
        subprocess.run(["ffmpeg", "-loglevel", "error", "-i", str(stereo), "-f", "wav", "-"], stdout=target, check=True)
    return folder


@pytest.fixture
def wav() -> Callable[..., bytes]:
    """Make a wav file of these samples; `claimed` is the length that its header names."""

    def make(data: bytes, *, channels=2, rate=8000, bits=16, tag=1, claimed=None, riff=None) -> bytes:
        block = channels * bits // 8
        form = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)
        length = len(data) if claimed is None else claimed
        chunks = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length)
        return b"RIFF" + struct.pack("<I", len(chunks) + len(data) if riff is None else riff) + chunks + data

    return make


@pytest.fixture
def audio() -> Callable[..., AudioFacts]:
    """Give the facts of a usual recording, with changes."""
    usual = AudioFacts("wav", "pcm_16", 125.0, True, 2, 8000, False, 4_000_044, "audio/wav", ".wav")
    return lambda **changes: replace(usual, **changes)


@pytest.fixture
def draft() -> Callable[..., Draft]:
    """Give a draft that has all a conversation needs, with changes; a change to None takes the field away."""

    def make(spans=None, refusals=None, **changes) -> Draft:
        values = {
            "externalIdentity": "acme-call-1418",
            "agentId": "9",
            "agentName": "Agent Two",
            "agentEmail": "agent.two@example.com",
            "dateTime": "2026-03-23T20:14:41Z",
            "subject": "Orders/Order info",
            "customer": "+15550100100",
        } | changes
        kept = {name: value for name, value in values.items() if value is not None}
        return Draft(kept, {}, refusals or {}, "not_asked", spans)

    return make


@pytest.fixture
def span() -> Callable[..., Span]:
    """Give a span by its seconds after the start of the recording."""

    def make(begin, end, agent_id=None, talk=None) -> Span:
        return Span(ORIGIN + timedelta(seconds=begin), ORIGIN + timedelta(seconds=end), agent_id, talk)

    return make
