"""Made-up runs of a tool-calling agent, of the size that real ones have: what a detector's speed is measured on.

About 17 KB each: a long policy, a chat, calls with JSON in a text, results with JSON in a text. One run in four
has an e-mail address or a telephone number in a result; the rest is names of nobody, ids, dates and prices.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Final

from ...core.document import Json
from .case import Half
from .clean import clean_text
from .draw import BASE62, filled, letters
from .emails import email
from .names import family, given
from .phones import phone

_POLICY_CHARACTERS: Final = 4_500
_TURNS: Final = (5, 10)
_WITH_PII: Final = 0.25
_TOOLS: Final = (
    "get_order_details",
    "find_customer",
    "list_products",
    "return_items",
    "calculate",
    "update_address",
)


def agent_runs(count: int, seed: int) -> Iterator[bytes]:
    """The JSON of so many runs; same arguments, same bytes."""
    for number in range(count):
        rng = Random(f"{seed}/agent_run/{number}")  # noqa: S311 - made-up data, no secret
        yield json.dumps(_run(rng, number), separators=(",", ":"), ensure_ascii=False).encode()


def _run(rng: Random, number: int) -> Json:
    traj: list[Json] = [{"role": "system", "content": _policy(rng)}]
    turns = rng.randint(*_TURNS)
    told = rng.randrange(turns) if rng.random() < _WITH_PII else None
    for turn in range(turns):
        traj += _turn(rng, with_contact=turn == told)
    task: dict[str, Json] = {
        "user_id": _user(rng),
        "actions": [],
        "instruction": clean_text(rng, Half.TUNING),
        "outputs": [],
    }
    return {
        "task_id": number,
        "reward": float(rng.randint(0, 1)),
        "info": {"task": task, "source": "user", "user_cost": rng.random() / 100},
        "traj": traj,
        "trial": 0,
    }


def _turn(rng: Random, *, with_contact: bool) -> list[Json]:
    """The user asks, the agent calls a tool, the tool answers, the agent reports."""
    call_id = f"call_{letters(rng, BASE62, 24)}"
    tool = rng.choice(_TOOLS)
    arguments = json.dumps({"order_id": f"#W{filled(rng, '#######')}", "user_id": _user(rng)})
    call: Json = {"function": {"arguments": arguments, "name": tool}, "id": call_id, "type": "function"}
    return [
        {"role": "user", "content": clean_text(rng, Half.TUNING)},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {
            "role": "tool",
            "tool_call_id": call_id,
            "name": tool,
            "content": json.dumps(_result(rng, with_contact=with_contact)),
        },
        {"role": "assistant", "content": clean_text(rng, Half.TUNING)},
    ]


def _result(rng: Random, *, with_contact: bool) -> Json:
    items: list[Json] = [
        {
            "name": rng.choice(("Desk Lamp", "Jigsaw Puzzle", "Water Bottle", "Mechanical Keyboard")),
            "product_id": filled(rng, "!#########"),
            "item_id": filled(rng, "!#########"),
            "price": round(rng.uniform(5, 900), 2),
            "options": {"pieces": filled(rng, "!###"), "material": "steel"},
        }
        for _ in range(rng.randint(1, 4))
    ]
    result: dict[str, Json] = {
        "order_id": f"#W{filled(rng, '#######')}",
        "name": {"first_name": given(rng), "last_name": family(rng)},
        "address": {"street": f"{rng.randint(1, 990)} Cedar Lane", "zip": filled(rng, "#####")},
        "items": items,
        "fulfillments": [{"tracking_id": [filled(rng, "!###########")]}],
        "payment_history": [
            {"amount": round(rng.uniform(5, 900), 2), "method": f"gift_card_{filled(rng, '#######')}"}
        ],
        "created": f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T10:00:00",
    }
    if with_contact:
        result["contact"] = rng.choice((email, phone))(rng, Half.TUNING).text
    return result


def _policy(rng: Random) -> str:
    """Headings and rules."""
    parts: list[str] = []
    length = 0
    while length < _POLICY_CHARACTERS:
        parts.append(
            f"## Rules {len(parts) + 1}\n\n- {clean_text(rng, Half.TUNING)}\n- {clean_text(rng, Half.TUNING)}\n"
        )
        length += len(parts[-1])
    return "\n".join(parts)


def _user(rng: Random) -> str:
    return f"{given(rng)}_{family(rng)}_{filled(rng, '####')}".lower()
