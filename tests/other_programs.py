"""系统里的别的程序：没有就跳过并说少什么；CI 里不许跳过。"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# 逗号、双引号、UTF-8、从第一行起
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1"


def absent(what: str) -> None:
    assert os.environ.get("CI") != "true", f"CI 里不许跳过：少了 {what}"
    pytest.skip(f"没有 {what}")


def by_libreoffice(path: Path, kind: str, folder: Path, reading: str = "") -> None:
    """LibreOffice 打开 path，另存一份到 folder。kind: 存成什么；reading: 怎样读进来，不写就由它认。"""
    office = shutil.which("soffice") or shutil.which("libreoffice") or absent("LibreOffice")
    command = [office, f"-env:UserInstallation=file://{folder}/libreoffice", "--headless"]
    command += [f"--infilter={reading}"] if reading else []
    command += ["--convert-to", kind, "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
