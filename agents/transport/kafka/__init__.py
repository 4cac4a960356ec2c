"""The transport on Kafka, by aiokafka."""

from .transport import KafkaTransport

__all__ = ["KafkaTransport"]
