"""Sending what ``pipeline.notify`` decides: channels, the guard around them, and the outbox on ``quality.escalations``."""
