"""The AsyncAPI 3.0 document of all topics: what stands on them, in which form, and who writes and reads it.

Made from the table of topics, the table of messages and the schemas in ``schemas/assay``. ``make docs`` writes it to
``docs/reference/asyncapi.json``; the API serves it with the names of its environment.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import orjson

from assay.pipeline.core import headers
from assay.pipeline.core.topics import TopicRole

from .asyncapi_messages import MESSAGES, PEOPLE, PRODUCERS, READS, MessageSpec, messages_on
from .reference_words import HEADER_WORDS, TOPIC_WORDS
from .topics import TOPICS, topic_name

ASYNCAPI = "3.0.0"
JSON_SCHEMA = "application/schema+json;version=draft-2020-12"
BINDING = {"bindingVersion": "0.5.0"}
DEFS = "#/$defs/"
_EVENT = (
    headers.CE_ID,
    headers.CE_SOURCE,
    headers.CE_TYPE,
    headers.CE_SPECVERSION,
    headers.CE_TIME,
    headers.CE_SUBJECT,
    headers.CONTENT_TYPE,
)
_HEADER_WORDS = {name: words for name, _where, words in HEADER_WORDS}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
"""A page's links lead nowhere from here: their words stay."""

Document = dict[str, Any]


def asyncapi(prefix: str = "") -> Document:
    """The document. ``prefix`` is put before every topic's name, as ``ASSAY_TOPIC_PREFIX`` says."""
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Assay",
            "version": version("assay"),
            "description": "The topics of Assay on Kafka, as seen from Assay: `send` is what it writes, `receive` what it reads. "
            "Readers must read committed records only.",
            "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap_servers}",
                "protocol": "kafka",
                "description": "ASSAY_BOOTSTRAP_SERVERS; with ASSAY_SECURITY_PROTOCOL=SSL or SASL_SSL it is `kafka-secure`.",
                "variables": {"bootstrap_servers": {"default": "127.0.0.1:9092"}},
            }
        },
        "channels": {_id(role): _channel(role, prefix) for role in TOPICS},
        "operations": dict(_operations()),
        "components": {
            "messages": {message.name: _message(message) for message in MESSAGES},
            "schemas": {message.schema: _schema(message.schema) for message in MESSAGES if message.schema},
        },
    }


def asyncapi_page() -> str:
    """The document as a file, with the topics' own names."""
    return json.dumps(asyncapi(), indent=2, ensure_ascii=False) + "\n"


def _id(role: TopicRole) -> str:
    """A name that may be a part of a reference: topics have dots, which names in the document must not."""
    return role.value.replace(".", "_")


def _channel(role: TopicRole, prefix: str) -> Document:
    spec = TOPICS[role]
    configuration: Document = {
        **spec.configs(),
        "cleanup.policy": ["compact" if spec.compacted else "delete"],
        "retention.ms": spec.retention_ms,
        "max.message.bytes": spec.max_message_bytes,
    }
    kafka: Document = {"topic": topic_name(role, prefix), "topicConfiguration": configuration, **BINDING}
    if spec.partitions is not None:
        kafka["partitions"] = spec.partitions
    return {
        "address": topic_name(role, prefix),
        "description": _LINK.sub(r"\1", TOPIC_WORDS[role]),
        "messages": {
            message.name: {"$ref": f"#/components/messages/{message.name}"} for message in messages_on(role)
        },
        "bindings": {"kafka": kafka},
    }


def _message(message: MessageSpec) -> Document:
    schema = {} if not message.schema else _load(message.schema)
    document: Document = {
        "name": message.name,
        "title": schema.get("title", message.name.replace("_", " ").capitalize()),
        "summary": schema.get("description", message.words),
        "headers": _headers(message),
        "bindings": {"kafka": {"key": {"type": "string", "description": message.key}, **BINDING}},
    }
    if message.schema:
        document["payload"] = {"$ref": f"#/components/schemas/{message.schema}"}
    return document


def _headers(message: MessageSpec) -> Document:
    properties: dict[str, Document] = {}
    if message.types:
        properties |= {name: _text(name) for name in _EVENT}
        properties[headers.CE_TYPE]["enum"] = [*message.types]
        properties[headers.CE_SPECVERSION]["const"] = "1.0"
    properties |= {name: _text(name) for name in message.headers}
    required = [*_EVENT] if message.types else []
    return {"type": "object", "properties": properties, "required": required}


def _text(name: str) -> Document:
    return {"type": "string", "description": _LINK.sub(r"\1", _HEADER_WORDS[name])}


def _schema(name: str) -> Document:
    """A schema of ours as a part of the document: without an id of its own, since that would make its references another file's."""
    schema = {key: value for key, value in _load(name).items() if key not in {"$id", "$schema"}}
    return {
        "schemaFormat": JSON_SCHEMA,
        "schema": _moved(schema, f"#/components/schemas/{name}/schema/$defs/"),
    }


def _load(name: str) -> Document:
    text = files("assay.schemas").joinpath("assay").joinpath(name).joinpath("1-0-0.json").read_bytes()
    document: Document = orjson.loads(text)
    return document


def _moved(part: Any, where: str) -> Any:
    match part:
        case dict():
            return {
                key: f"{where}{value.removeprefix(DEFS)}"
                if key == "$ref" and isinstance(value, str)
                else _moved(value, where)
                for key, value in part.items()
            }
        case list():
            return [_moved(each, where) for each in part]
        case _:
            return part


def _operations() -> Iterator[tuple[str, Document]]:
    for agent, roles in READS.items():
        for role in roles:
            yield f"{agent}_reads_{_id(role)}", _operation("receive", agent, role, [*messages_on(role)])
    for (agent, role), messages in _sent().items():
        yield f"{agent}_writes_{_id(role)}", _operation("send", agent, role, messages)


def _sent() -> Mapping[tuple[str, TopicRole], list[MessageSpec]]:
    sent: dict[tuple[str, TopicRole], list[MessageSpec]] = {}
    for message in MESSAGES:
        for role, agents in message.on.items():
            for agent in agents:
                if agent != PRODUCERS:
                    sent.setdefault((agent, role), []).append(message)
    return sent


def _operation(action: str, agent: str, role: TopicRole, messages: Sequence[MessageSpec]) -> Document:
    whose = "people, by the command line, the API or the page" if agent == PEOPLE else f"the {agent} agent"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{_id(role)}"},
        "summary": f"{'Read' if action == 'receive' else 'Written'} by {whose}.",
        "tags": [{"name": agent}],
        "messages": [{"$ref": f"#/channels/{_id(role)}/messages/{message.name}"} for message in messages],
    }
