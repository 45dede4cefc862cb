"""Milestone: tokens on Cardano, released when milestones are proven done."""

__version__ = "0.1.0"
