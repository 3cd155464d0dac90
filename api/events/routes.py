"""All addresses of an event."""

from fastapi import APIRouter

from api.events import after_routes, day_routes, event_routes, plan_routes

router = APIRouter()
for each in (event_routes, plan_routes, day_routes, after_routes):
    router.include_router(each.router)
