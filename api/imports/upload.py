"""A file from a multipart request, streamed to disk, never larger than allowed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from api.kit.bodies import MIB
from api.kit.problems import FieldError, InvalidError, MalformedError, TooLargeError, UnsupportedError


@asynccontextmanager
async def uploaded(request: Request, limit: int) -> AsyncIterator[UploadFile]:
    """The part `file` of the form; parts above a megabyte lie on disk. Raises TooLargeError past `limit` bytes."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedError(
            "请以 multipart/form-data 上传，字段名 file。", "Send multipart/form-data with a part `file`."
        )
    announced = request.headers.get("content-length", "")
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        return message

    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    asked = Request(request.scope, counted)
    try:
        form = await asked.form(max_files=1, max_fields=5)
    except (MultiPartException, HTTPException, KeyError) as error:
        raise MalformedError("无法解析上传的表单。", f"The form cannot be read: {error}.") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            missing = FieldError(pointer="/file", rule="required")
            raise InvalidError(
                "缺少文件；字段名须为 file。", "There is no file; its part must be named `file`.", [missing]
            )
        yield file
    finally:
        await form.close()


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"文件超过 {limit // MIB} MiB；请分成几个文件。", f"The file is over {limit // MIB} MiB; split it."
    )
