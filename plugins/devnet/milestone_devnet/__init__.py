"""An embedded Cardano devnet that speaks the protocols of Ogmios and Kupo."""

from __future__ import annotations

import logging

__version__ = "0.1.0"

# Who embeds a devnet chooses where its log goes; by default nowhere.
logging.getLogger(__name__).addHandler(logging.NullHandler())
