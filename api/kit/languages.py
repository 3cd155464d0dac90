"""The language of an answer: Chinese unless the caller prefers English."""

from starlette.requests import Request


def language_of(request: Request) -> str:
    """`zh` or `en`, by the Accept-Language header."""
    best, weight = "zh", 0.0
    for part in request.headers.get("accept-language", "").split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            value = float(quality or 1)
        except ValueError:
            value = 0.0
        language = name[:2].lower()
        if language in {"zh", "en"} and value > weight:
            best, weight = language, value
    return best
