"""How a record's field is declared: its words in both languages, its unit and its secrecy, in one place."""

from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

Unit = str
"""万元, %, 月, 年利率, 人 …: what a bare number in the field means."""


def known(
    zh: str, en: str, *also: str, level: int = 1, unit: Unit | None = None, text: bool = False, required: bool = False
) -> Any:
    """A field with its Chinese and English label and further headers under which people write it.

    level: who may see it (DOMAIN section 5): 0 everybody, 1 registered parties, 2 after both consented, 3 named
    persons only, never indexed. unit: of a bare number. text: its words are embedded and indexed.
    A field that is not required is None while unknown, which is neither zero nor empty.
    """
    return Field(
        default=... if required else None,
        title=zh,
        description=en if unit is None else f"{en} ({unit})",
        json_schema_extra={"also": list(also), "level": level, "unit": unit, "text": text},
    )


def zh(info: FieldInfo) -> str:
    """The field's Chinese label."""
    return info.title or ""


def en(info: FieldInfo) -> str:
    """The field's English label, without its unit."""
    text = info.description or ""
    return text.removesuffix(f" ({unit(info)})")


def also(info: FieldInfo) -> tuple[str, ...]:
    """Further headers under which people write the field."""
    return tuple(_extra(info).get("also", ()))


def level(info: FieldInfo) -> int:
    """The field's secrecy level by default, 0 to 3."""
    return int(_extra(info).get("level", 1))


def unit(info: FieldInfo) -> Unit | None:
    """What a bare number in the field means."""
    return _extra(info).get("unit")


def is_text(info: FieldInfo) -> bool:
    """Whether the field's words are embedded and indexed."""
    return bool(_extra(info).get("text"))


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
