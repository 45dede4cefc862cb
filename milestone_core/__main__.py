"""``python -m milestone_core``: the command line where no script of the name is on the path."""

from __future__ import annotations

from milestone_core.cli.main import main

if __name__ == "__main__":
    main()
