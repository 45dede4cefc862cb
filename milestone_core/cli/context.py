"""How a command gets at the parts of the program."""

from __future__ import annotations

import click

from milestone_core.app import App

pass_app = click.make_pass_decorator(App)
"""Hands the running :class:`~milestone_core.app.App` to a command as its first argument."""
