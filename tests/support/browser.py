"""Chromium without a window: what a page looks like to a browser, and what it complains about."""

from __future__ import annotations

import json
import re
import subprocess
from html import escape, unescape
from pathlib import Path

_FRAME = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe><pre id="said"></pre>
<script>addEventListener("load", () => {{
  const page = document.querySelector("iframe").contentDocument;
  document.getElementById("said").textContent = JSON.stringify((() => {{ {question} }})());
}});</script>"""


def ask(folder: Path, page: str, question: str, *, width: int) -> tuple[object, list[str]]:
    """Return what a script finds in a page of this width, and all that the console says."""
    framed = _FRAME.format(width=width, page=escape(page), question=question)
    return _open(folder, framed)


def ask_later(folder: Path, page: str, script: str) -> tuple[object, list[str]]:
    """Return what a promise comes to, in a page whose policy is taken out so that the script may run."""
    free = re.sub(r"<meta http-equiv=\"Content-Security-Policy\".*?>", "", page)
    told = f"""<script>{script}.then((found) => {{
      const said = document.createElement("pre"); said.id = "said";
      said.textContent = JSON.stringify(found); document.body.append(said); }});</script>"""
    return _open(
        folder, free.replace("</body>", f"{told}</body>"), "--virtual-time-budget=20000"
    )


def _open(folder: Path, page: str, *options: str) -> tuple[object, list[str]]:
    outer = folder / "outer.html"
    outer.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}",
            "--window-size=1400,1000", "--dump-dom", *options, outer.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=100,
    )  # fmt: skip
    said = re.search(r'<pre id="said">(.*?)</pre>', done.stdout, re.DOTALL)
    assert said, done.stderr
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(unescape(said[1])), complaints
