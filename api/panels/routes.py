"""All addresses of panels."""

from fastapi import APIRouter

from api.panels import call_routes, change_routes, conflict_routes, declaration_routes, opinion_routes

router = APIRouter()
for each in (conflict_routes, call_routes, change_routes, declaration_routes, opinion_routes):
    router.include_router(each.router)
