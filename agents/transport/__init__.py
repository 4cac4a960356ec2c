"""Kafka behind one small protocol, and the same in memory."""
