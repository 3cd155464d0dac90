"""Which encoding a text file has: UTF-8 with or without byte order mark, UTF-16 with one, or GB18030; never two."""

import codecs
import re
from typing import BinaryIO

from matcher.domain.words import Words
from matcher.tables.errors import UnusableFileError

_HAN = re.compile("[\u4e00-\u9fff]")
_CHUNK = 1 << 20
_SAVE = Words("在表格软件中另存为 CSV UTF-8 后重试", "save the file as CSV UTF-8 and try again")


def encoding_of(file: BinaryIO) -> str:
    """The codec with which the whole file can be read; the file is at its start afterwards.

    Raises UnusableFileError, naming the line, where parts of the file have different encodings or none of these.
    """
    head = file.read(4)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _decodes(file, "utf-8"):
        return "utf-8"
    if not _decodes(file, "gb18030"):
        raise _unreadable(file)
    _refuse_mixture(file)
    return "gb18030"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is text in this encoding; read in pieces, so that memory stays flat."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _text(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unreadable(file: BinaryIO) -> UnusableFileError:
    """Names the first line that neither encoding can read, or the first of the second encoding in a mixture."""
    seen = ""
    for number, line in enumerate(file, start=1):
        if line.isascii():
            continue
        own = next((name for name in ("utf-8", "gb18030") if _text(line, name) is not None), "")
        if own and seen and own != seen:
            return _mixed(number)
        seen = own
        if not own:
            return UnusableFileError(
                Words(f"第 {number} 行既不是 UTF-8 也不是 GB18030 编码", f"line {number} is neither UTF-8 nor GB18030"),
                _SAVE,
            )
    return UnusableFileError(Words("文件编码无法识别", "the encoding of the file is not known"), _SAVE)


def _refuse_mixture(file: BinaryIO) -> None:
    """A line of Chinese in valid UTF-8 cannot stand in a GB18030 file: somebody pasted two files together."""
    gb_seen = False
    for number, line in enumerate(file, start=1):
        if line.isascii():
            continue
        text = _text(line, "utf-8")
        if text is None:
            gb_seen = True
        elif _HAN.search(text):
            raise _mixed(number if gb_seen else _first_not_utf8(file, number))
    file.seek(0)


def _first_not_utf8(file: BinaryIO, after: int) -> int:
    return next((number for number, line in enumerate(file, start=after + 1) if _text(line, "utf-8") is None), after)


def _mixed(number: int) -> UnusableFileError:
    return UnusableFileError(
        Words(
            f"文件混有两种编码：第 {number} 行与前面各行的编码不同（UTF-8 与 GB18030）",
            f"the file mixes two encodings: line {number} is encoded otherwise than those before (UTF-8 and GB18030)",
        ),
        _SAVE,
    )
