"""`lifecycle-lab lab` 的桌面：中文界面，不问新闻与更新，每个内核一开就说人话。

全写进用户主目录下工作簿自己的文件夹，不碰用户的 Jupyter 与 IPython 设置。
"""

from __future__ import annotations

import json
from pathlib import Path

_SETTINGS = {
    "translation-extension/plugin": {"locale": "zh_CN"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
_STARTUP = """# 学号那一格就可能写错，那时工作簿还没有打开；所以内核一开就装上
from lifecycle_lab.lab.calm import keep_calm

keep_calm()
del keep_calm
"""


def calm_settings(home: Path | None = None) -> dict[str, str]:
    """要加进环境的变量；home 是放设置的文件夹，默认在主目录下。"""
    folder = home or Path.home() / ".lifecycle-lab"
    for name, setting in _SETTINGS.items():
        _write(
            folder / "jupyterlab" / "@jupyterlab" / f"{name}.jupyterlab-settings", json.dumps(setting) + "\n"
        )
    _write(folder / "ipython" / "profile_default" / "startup" / "00-calm.py", _STARTUP)
    return {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "jupyterlab"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
