"""Refusals as RFC 9457 problem details, in Chinese or English.

Problem
├── MalformedError            400  the body is no JSON, a header or cursor cannot be read
├── UnauthenticatedError      401  no valid key
├── ForbiddenError            403  the key may not do this
├── NotFoundError             404  no such thing, or not for this caller
├── NotAllowedError           405  the address does not know this method
├── ConflictError             409  it stands against what is there
├── PreconditionFailedError   412  the record changed since it was read
├── TooLargeError             413  the body is over the limit
├── UnsupportedError          415  another form of content is needed
├── InvalidError              422  readable, but a rule is broken
├── PreconditionRequiredError 428  replacing needs the ETag of what is replaced
├── InternalError             500  a fault of the service
└── NotReadyError             503  not ready yet
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One broken rule in the input."""

    pointer: str = Field(description="Where: a JSON pointer into the body, or the name of a parameter")
    value: Any = Field(default=None, description="What was found, shortened to 100 characters")
    rule: str = Field(description="What must hold")
    remedy: str | None = Field(default=None, description="What to do")


class ProblemBody(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="`/problems/` and a stable name")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The request's id, as in the logs")
    errors: list[FieldError] = []


class Problem(Exception):  # noqa: N818 - the name of the RFC
    """A refusal that carries its status and its words in both languages."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[tuple[str, str]] = ("服务内部错误", "Internal error")

    def __init__(
        self,
        zh: str,
        en: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(en)
        self.zh, self.en, self.errors, self.headers = zh, en, tuple(errors), dict(headers or {})

    def body(self, language: str, instance: str) -> dict[str, Any]:
        """The problem as a JSON object in `zh` or `en`."""
        english = language == "en"
        return ProblemBody(
            type=f"/problems/{self.code}",
            title=self.title[english],
            status=self.status,
            detail=self.en if english else self.zh,
            instance=instance,
            errors=list(self.errors),
        ).model_dump(exclude_none=True)


class MalformedError(Problem):
    """The body is no JSON, or a header or cursor cannot be read."""

    status, code, title = 400, "malformed", ("请求格式错误", "Malformed request")


class UnauthenticatedError(Problem):
    """No valid key."""

    status, code, title = 401, "unauthenticated", ("未认证", "Not authenticated")

    def __init__(self) -> None:
        super().__init__(
            "缺少有效的 API 密钥；请在 Authorization 头中以 Bearer 方式提供。",
            "A valid API key is missing; send it as `Authorization: Bearer mk_…`.",
            headers={"WWW-Authenticate": 'Bearer realm="matcher"'},
        )


class ForbiddenError(Problem):
    """The key may not do this."""

    status, code, title = 403, "forbidden", ("没有权限", "Forbidden")


class NotFoundError(Problem):
    """No such thing, or not for this caller: the two look alike on purpose."""

    status, code, title = 404, "not-found", ("未找到", "Not found")

    def __init__(self, zh: str = "没有这个对象，或您无权查看。", en: str = "There is none, or not for you.") -> None:
        super().__init__(zh, en)


class NotAllowedError(Problem):
    """The address does not know this method."""

    status, code, title = 405, "method-not-allowed", ("不支持的方法", "Method not allowed")


class ConflictError(Problem):
    """It stands against what is there."""

    status, code, title = 409, "conflict", ("冲突", "Conflict")


class PreconditionFailedError(Problem):
    """The record changed since it was read."""

    status, code, title = 412, "precondition-failed", ("对象已被修改", "Precondition failed")


class TooLargeError(Problem):
    """The body is over the limit."""

    status, code, title = 413, "too-large", ("内容过大", "Content too large")


class UnsupportedError(Problem):
    """Another form of content is needed."""

    status, code, title = 415, "unsupported-media-type", ("不支持的内容类型", "Unsupported media type")


class InvalidError(Problem):
    """Readable, but a rule is broken."""

    status, code, title = 422, "invalid", ("内容不符合规则", "Invalid content")


class PreconditionRequiredError(Problem):
    """Replacing needs the ETag of what is replaced."""

    status, code, title = 428, "precondition-required", ("需要 If-Match", "Precondition required")


class InternalError(Problem):
    """A fault of the service; the log has it under the request's id."""

    def __init__(self) -> None:
        super().__init__(
            "服务出错，已记录。请凭 instance 中的编号联系管理员。",
            "The service failed; the log has it. Give the administrator the id in `instance`.",
        )


class NotReadyError(Problem):
    """Not ready yet."""

    status, code, title = 503, "not-ready", ("尚未就绪", "Not ready")


def documented(
    *problems: type[Problem], answers: Mapping[int, type[BaseModel]] | None = None
) -> dict[int | str, dict[str, Any]]:
    """What a route's `responses` says: its answers, and the refusals it can give; 401, 403 and 500 stand everywhere."""
    everywhere: tuple[type[Problem], ...] = (UnauthenticatedError, ForbiddenError, InternalError)
    good: dict[int | str, dict[str, Any]] = {status: {"model": model} for status, model in (answers or {}).items()}
    return good | {
        each.status: {
            "description": f"{each.title[1]}. {(each.__doc__ or '').strip().splitlines()[0]}",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for each in sorted({*problems, *everywhere}, key=lambda each: each.status)
    }
