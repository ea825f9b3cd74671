"""Rebuilding a service's database from the topics, beside the live one (`patuh replay`)."""

from patuh.replaying.databases import CannotRebuildError
from patuh.replaying.recipes import SERVICES
from patuh.replaying.running import Report, Wishes, replay
from patuh.replaying.target import target

__all__ = ["SERVICES", "CannotRebuildError", "Report", "Wishes", "replay", "target"]
