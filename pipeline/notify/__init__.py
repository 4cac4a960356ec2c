"""Telling people: what a step of an escalation becomes for each channel, when it is sent, and what is remembered of it.

Pure: no socket, no clock, no randomness. ``agents/notify`` sends, and writes what came of it to ``quality.escalations``.
"""
