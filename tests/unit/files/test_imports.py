from __future__ import annotations

import subprocess
import sys

CHEAP = ("addresses", "amounts", "sources", "stored", "templates", "text", "times")


def loaded_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_plain_functions_cost_no_library() -> None:
    statement = "import " + ", ".join(f"milestone_core.files.{name}" for name in CHEAP)
    assert not loaded_after(statement) & {"marshmallow", "pycardano", "cbor2", "click"}


def test_the_readers_need_marshmallow_and_nothing_heavier() -> None:
    loaded = loaded_after("import milestone_core.files.schedule, milestone_core.files.records")
    assert "marshmallow" in loaded
    assert not loaded & {"pycardano", "cbor2", "click", "requests"}
