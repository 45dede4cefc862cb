"""The configuration: flags, environment and files become one validated, frozen ``Config``."""

from __future__ import annotations

from milestone_core.config import compose
from milestone_core.config.load import Flags, load_config
from milestone_core.config.model import Config, Entry
from milestone_core.config.project import new_project_text, write_new

__all__ = ["Config", "Entry", "Flags", "compose", "load_config", "new_project_text", "write_new"]
