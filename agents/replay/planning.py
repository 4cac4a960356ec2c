"""A dry run of a replay, by what the topics say now: for the command line and the API."""

from typing import Any

from assay.agents.settings import Settings
from assay.agents.topics import topic_name
from assay.pipeline.core.topics import TopicRole
from assay.pipeline.policy.bundle import Bundle
from assay.pipeline.replay import ReplayRequest

from .predict import Plan, Planner, read_book
from .service import new_forge
from .shelf import KafkaShelf


async def make_plan(settings: Settings, bundle: Bundle, request: ReplayRequest, now_ns: int) -> Plan:
    """The plan of a request, by what the topics say now."""
    shelf = KafkaShelf(settings)
    await shelf.start()
    try:
        book = await read_book(shelf, topic_name(TopicRole.REPLAYS, settings.topic_prefix))
        planner = Planner(shelf, book, new_forge(settings, bundle), bundle, settings.topic_prefix)
        return await planner(request, None, now_ns)
    finally:
        await shelf.stop()


def document_of(plan: Plan) -> dict[str, Any]:
    """A plan as JSON."""
    return {
        "found": plan.found,
        "decisions": dict(plan.decisions),
        "predicted": dict(plan.predicted),
        "codes": dict(plan.codes),
        "examples": plan.examples,
    }
