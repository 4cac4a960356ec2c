"""``/conservation``: whether every trace is accounted for (promise 1)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from assay.agents.api_keys.role import Role, Scope
from assay.pipeline.core.audit_chain import Act
from assay.pipeline.core.document import Json

from ..access import Asked, asking
from ..answers import answer, may_fail
from ..models import conservation as models
from ..once import OnceOnly
from . import PREFIX

router = APIRouter(prefix=f"{PREFIX}/conservation", tags=["conservation"])

Looking = Annotated[Asked, Depends(asking(Scope.CONSERVATION))]
Working = Annotated[Asked, Depends(asking(Scope.CONSERVATION, Role.OPERATOR))]


@router.get("", response_model=models.Conservation, responses=may_fail(), summary="Show the last audit")
async def show(asked: Looking) -> Response:
    """What the last audit found that was run here, and the job that runs or ran last."""
    return answer(await asked.world.conservation.last())


@router.post(
    "", response_model=models.AuditJob, status_code=202, responses=may_fail(409, 413), summary="Run an audit"
)
async def audit(asked: Working, once: OnceOnly, body: models.Audit) -> Response:
    """Account for every raw record, from the topics alone; one at a time. `GET` says when it is done."""

    async def work() -> tuple[int, Json]:
        world, caller = asked.world, asked.caller
        act = Act(caller.name, "conservation.audit", "conservation", body.reason, world.now())
        await world.noting(caller)(act)
        return 202, await world.conservation.start(caller.account, payloads=body.payloads)

    return await once(asked, work)
