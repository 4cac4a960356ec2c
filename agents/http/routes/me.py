"""``/me``: who asks. The page leaves out what would be refused anyway."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from assay.agents.api_keys.role import Permission, Role, Scope, permission

from ..access import Asked, asking
from ..answers import answer, may_fail
from ..models import me as models
from . import PREFIX

router = APIRouter(prefix=PREFIX, tags=["overview"])
Looking = Annotated[Asked, Depends(asking(Scope.OVERVIEW, Role.TENANT))]


@router.get("/me", response_model=models.Me, responses=may_fail(), summary="Who asks")
async def me(asked: Looking) -> Response:
    """The name, the role and the scopes of the key; of whoever asks an open API, those that everybody has there."""
    caller = asked.caller
    opens = permission(caller.role, caller.scopes, Role.OPERATOR, Scope.OPEN) is Permission.GRANTED
    return answer(
        {
            "name": caller.name,
            "role": caller.role.value,
            "tenant": caller.tenant,
            "scopes": sorted(scope.value for scope in caller.scopes),
            "may_open": opens and asked.world.settings.may_open_traces,
        }
    )
