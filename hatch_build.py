"""Puts the built page into the wheel: `pip install .` from a checkout builds it where it is missing."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic has no public argument
    """A wheel without its page would be a server that shows nothing, so a missing page stops the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if (root / "server/layerloom/page/index.html").exists():
            return
        npm = shutil.which("npm")
        if npm is None or not (root / "frontend/package.json").exists():
            raise RuntimeError(
                "The page is not built, and npm (Node.js 20 or newer) was not found to build it. "
                "Install Node.js, or run `make build` first."
            )
        subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit"], cwd=root / "frontend", check=True
        )
        subprocess.run([npm, "run", "build"], cwd=root / "frontend", check=True)
