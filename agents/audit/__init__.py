"""The independent auditor: reads topics only, with another Kafka client."""
