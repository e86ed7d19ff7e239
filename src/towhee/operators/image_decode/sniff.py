"""What a file that is no supported image looks like, to say so in the message."""

from __future__ import annotations

import re

_GET_THE_IMAGE = "give the address or the path of the image itself"
_EXPORT = "export it as JPEG or PNG"
_DECODE_YOURSELF = (
    "convert it to JPEG or PNG, or decode it with a plugin of Pillow and pass the PIL image"
)

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (rb"%PDF-", "a PDF document", "render its pages to images first"),
    (rb"(?s).{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", "a HEIC photograph",
     _DECODE_YOURSELF),
    (rb"(?s).{4}ftypavi[fs]", "an AVIF image this Pillow cannot decode", _DECODE_YOURSELF),
    (rb"(?s).{4}ftyp", "a video or audio file (MP4, MOV)", "extract its frames first"),
    (rb"(\xff\x0a|\x00\x00\x00\x0cJXL )", "a JPEG XL image", _DECODE_YOURSELF),
    (rb"8BPS", "a Photoshop document", _EXPORT),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript document", _EXPORT),
    (rb"\x1aE\xdf\xa3|(?s:RIFF.{4}AVI )", "a video file", "extract its frames first"),
    (rb"ID3|fLaC|OggS|(?s:RIFF.{4}WAVE)", "an audio file", _GET_THE_IMAGE),
    (rb"PK\x03\x04", "a ZIP archive", "unpack it first"),
    (rb"\x1f\x8b", "a gzip-compressed file", "unpack it first"),
    (rb"\x93NUMPY", "a NumPy array", "load it with numpy.load and pass the array"),
    (rb"version https://git-lfs", "a Git LFS pointer", "run git lfs pull"),
    (rb"(?is)\s*(<\?xml.*)?(<!--.*)?(<!doctype svg|<svg)", "an SVG drawing", _EXPORT),
    (rb"(?i)\s*(<!doctype html|<html|<head|<body)", "an HTML page", _GET_THE_IMAGE),
    (rb"\s*<\?xml", "an XML document", _GET_THE_IMAGE),
    (rb"\s*[{\[]\s*[\"{\[\]}\d]", "JSON", _GET_THE_IMAGE),
    (rb"(?s)\x00{16}", "zeros, a copy or download that was cut off", "fetch it again"),
)  # fmt: skip


def looks_like(data: bytes) -> tuple[str, str]:
    """What the content looks like, and what to do about it.

    Example:
        >>> looks_like(b"%PDF-1.7")[0]
        'a PDF document'
    """
    head = data[:1024].removeprefix(b"\xef\xbb\xbf")
    for pattern, seen, remedy in _SIGNATURES:
        if re.match(pattern, head):
            return seen, remedy
    if _is_text(head):
        return "text", _GET_THE_IMAGE
    return f"no image format ({len(data):,} bytes)", "check the file, or export it as JPEG or PNG"


def webp_size(data: bytes) -> tuple[int, int] | None:
    """The width and height that a WebP file states, or None for anything else."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    if data[12:16] == b"VP8X":
        width, height = data[24:27], data[27:30]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[12:16] == b"VP8 ":
        width, height = data[26:28], data[28:30]
        return int.from_bytes(width, "little") & 0x3FFF, int.from_bytes(height, "little") & 0x3FFF
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character cut at the end of the head is no matter
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and all(character.isprintable() or character.isspace() for character in text)
