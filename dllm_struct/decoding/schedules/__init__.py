"""Schedules: how many positions a step commits."""

from dllm_struct.decoding.schedules.base import SCHEDULES, Schedule

__all__ = ["SCHEDULES", "Schedule"]
