"""A real Kafka and a real Valkey as child processes on loopback."""
