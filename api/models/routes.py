"""Which text encoders there are, and which one answers."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller, authenticate
from api.kit.answers import answer
from api.kit.problems import documented
from embeddings.choice import known_models

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/models", tags=["models"])


class Answering(BaseModel):
    """The encoder that lists are made with; it stands in each match list too."""

    name: str
    dim: int = Field(description="how many numbers a text becomes")
    fingerprint: str = Field(description="of everything that changes a number; two fingerprints never meet in one list")


class Prepared(Answering):
    """A model whose books are made or kept: the slow one reads all texts once, while the quick one answers."""

    read: int = Field(description="records whose texts it has read")
    total: int = Field(description="records there are, deleted ones included")
    ready: bool
    failed: bool = Field(description="its last attempt to read failed; it tries again")


class KnownModel(BaseModel):
    """An encoder that can be chosen with `matcher models use`, or by the setting MATCHER_ENCODER."""

    name: str
    dim: int | None
    licence: str
    state: str


class Models(BaseModel):
    """The encoders."""

    answering: Answering
    prepared: list[Prepared] = Field(description="the wanted model first; the first that is ready answers")
    refused: str | None = Field(description="why the chosen model cannot be loaded")
    items: list[KnownModel]


@router.get("", name="models.list", summary="List text encoders", responses=documented(answers={200: Models}))
async def list_models(request: Request, caller: Asker) -> Response:
    """The encoder that answers, and those that could."""
    state = request.app.state
    library = state.library
    encoder = library.answering.encoder
    standings = await state.store.read(lambda _: library.standings())
    return answer(
        {
            "answering": {"name": encoder.name, "dim": encoder.dim, "fingerprint": encoder.fingerprint},
            "prepared": [asdict(each) for each in standings],
            "refused": library.refused or None,
            "items": [asdict(row) for row in known_models(state.settings.models)],
        }
    )
