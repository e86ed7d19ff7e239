"""A file of video, opened by FFmpeg through PyAV. The only module that imports it for pictures."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from towhee.errors import DataError, MissingExtraError, TowheeError
from towhee.fetch import FetchPolicy, is_url, read_bytes, source_name

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# A file may be a list of other files or addresses, which nobody has asked for.
_NOTHING_ELSE = {"protocol_whitelist": "none"}
_SOURCES = (str, os.PathLike, bytes, bytearray, memoryview)


@dataclass(frozen=True, slots=True)
class OpenVideo:
    """An opened file and its first track of pictures.

    Attributes:
        name: what messages call it.
        container: the file.
        stream: the track.
    """

    name: str
    container: InputContainer
    stream: VideoStream

    def seconds(self, ticks: int) -> float:
        """A number of the track's own units of time, in seconds."""
        assert self.stream.time_base is not None
        return float(ticks * self.stream.time_base)

    @property
    def stated_duration(self) -> float | None:
        """The seconds that the file itself says its pictures last; ``None`` if it does not."""
        if self.container.format.name == "mpegts":  # guessed from what is there, not stated
            return None
        if self.stream.duration is not None:
            return self.seconds(self.stream.duration)
        if self.container.duration is not None and len(self.container.streams) == 1:
            return self.container.duration / 1_000_000
        return None


@contextlib.contextmanager
def opened_video(source: Any, *, policy: FetchPolicy, threads: int) -> Iterator[OpenVideo]:
    """A video, open as long as the ``with`` lasts; what FFmpeg raises in it becomes a DataError.

    Args:
        source: a path, an http(s) address, bytes, or a file opened in binary mode.
        policy: the limits of a download.
        threads: that decode.

    Raises:
        DataError: if it is missing, no video, or damaged.
        FetchError: if an address is refused or does not answer.
        MissingExtraError: if PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtraError("decoding video", "video") from error
    name = source_name(source)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_opened(source, policy))
        try:
            container = stack.enter_context(av.open(file, options=_NOTHING_ELSE))
            pictures = [each for each in container.streams.video if not _is_cover(each)]
            if not pictures:
                raise DataError(f"{name} has no track of pictures; is it a recording of sound?")
            stream = pictures[0]
            stream.codec_context.thread_count = threads
            if threads > 1:
                stream.thread_type = "AUTO"
            yield OpenVideo(name, container, stream)
        except av.FFmpegError as error:
            raise DataError(
                f"{name} cannot be decoded as video ({error.strerror}); check that it was written "
                "to its end, and that a player shows it"
            ) from error
        except OSError as error:
            if isinstance(error, TowheeError):
                raise
            raise DataError(f"{name} cannot be read ({error}); check the disk") from error


def _is_cover(stream: VideoStream) -> bool:
    """Whether the track is the picture on the cover of a recording of sound."""
    import av.stream

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _opened(source: Any, policy: FetchPolicy) -> IO[bytes]:
    """The source as a file; only what has no path comes into memory."""
    is_path = isinstance(source, (str, os.PathLike)) and not (
        isinstance(source, str) and is_url(source)
    )
    if is_path and os.path.isfile(source):
        try:
            # Opened here, as FFmpeg would take "concat:…" and the like for more than a name.
            return open(source, "rb")
        except OSError as error:
            reason = f"{source_name(source)} cannot be read ({error.strerror})"
            raise DataError(f"{reason}; check its permissions") from error
    if not isinstance(source, _SOURCES) and not hasattr(source, "read"):
        raise DataError(
            f"a {type(source).__name__} is no video; pass a path, an http(s) address, bytes or a "
            "file opened in binary mode"
        )
    return io.BytesIO(read_bytes(source, policy=policy))
