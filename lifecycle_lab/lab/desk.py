"""`lifecycle-lab lab` 的桌面：中文界面，安静的课页，不问新闻与更新，每个内核一开就说人话。

全写进用户主目录下工作簿自己的文件夹，不碰也不读用户的 Jupyter 与 IPython 设置。
我们的选择是“默认值”，每次开门重写；学生自己改的设置是另一份文件，从不改写，总是听她的。
"""

from __future__ import annotations

import json
from pathlib import Path

from lifecycle_lab.run.stripping import strip_widget_views

OPTIONS = (
    "--ServerApp.ip=127.0.0.1",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    "--LabApp.custom_css=True",
    f"--FileContentsManager.pre_save_hook={__name__}.before_saving",
)
"""交给 JupyterLab 的选项；口令用它默认的：每次开门一个新的。"""

_CELL_BUTTONS = (
    "duplicate-cell",
    "move-cell-up",
    "move-cell-down",
    "insert-cell-above",
    "insert-cell-below",
    "delete-cell",
)

DEFAULTS = {
    "apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "cell-toolbar-extension:plugin": {
        "toolbar": [{"name": name, "disabled": True} for name in _CELL_BUTTONS],
    },
    "docmanager-extension:plugin": {"autosaveInterval": 15, "renameUntitledFileOnSave": False},
    "extensionmanager-extension:plugin": {"enabled": False},
    "notebook-extension:tracker": {
        "autoRenderMarkdownCells": True,
        "autoStartDefaultKernel": True,
        "codeCellConfig": {"lineNumbers": False, "lineWrap": True},
        "windowingMode": "none",
    },
    "statusbar-extension:plugin": {"visible": False},
}
"""默认值：插件 → 设置；名字以 JupyterLab 自带的 schema 为准（tests/test_desk.py 逐个核对）。"""

_FIRST_TIME = {
    # 语言不能只当默认值：服务器那一边只读用户设置
    "user-settings/@jupyterlab/translation-extension/plugin.jupyterlab-settings": {"locale": "zh_CN"},
    # 两边的栏先收起来，点左边的图标就打开；名字里的 37a8 是 JupyterLab 给“default”的编号
    "workspaces/default-37a8.jupyterlab-workspace": {
        "data": {
            "layout-restorer:data": {
                "left": {"collapsed": True, "visible": True, "widgets": []},
                "right": {"collapsed": True, "visible": False, "widgets": []},
                "relativeSizes": [0, 1, 0],
                "top": {"simpleVisibility": True},
            }
        },
        "metadata": {"id": "default"},
    },
}
"""只在没有的时候写一次的文件：以后学生怎么改，JupyterLab 怎么记，都不再管。"""

_STARTUP = """# 学号那一格就可能写错，那时工作簿还没有打开；所以内核一开就装上
from lifecycle_lab.lab.calm import keep_calm

keep_calm()
del keep_calm
"""


def calm_settings(home: Path | None = None, *, present: bool = False) -> dict[str, str]:
    """写好桌面；返回要加进环境的变量。home 是放设置的文件夹，默认在主目录下。

    present: 投影用的一张桌面，藏起代码、放大字与图；另放一处，平常的桌面不受影响。
    """
    folder = home or Path.home() / ".lifecycle-lab"
    folder = folder / "present" if present else folder
    jupyter, ipython = folder / "jupyter", folder / "ipython"
    defaults = {f"@jupyterlab/{name}": setting for name, setting in DEFAULTS.items()}
    _write(jupyter / "labconfig" / "default_setting_overrides.json", json.dumps(defaults, indent=1))
    sheets = ("lessons.css", "present.css") if present else ("lessons.css",)
    style = "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in sheets)
    _write(jupyter / "custom" / "custom.css", style)
    _write(ipython / "profile_default" / "startup" / "00-calm.py", _STARTUP)
    for name, content in _FIRST_TIME.items():
        _write_once(jupyter / "lab" / name, json.dumps(content))
    return {"JUPYTER_CONFIG_DIR": str(jupyter), "IPYTHONDIR": str(ipython)}


def before_saving(model: dict, **_: object) -> None:
    """服务器保存之前叫它：笔记本文件里不留控件的活视图，重新打开看到的是静态的表，不是英文错误。

    model: Jupyter 的 contents 模型；只动要写进文件的那一份，开着的页面不受影响。
    """
    if model.get("type") == "notebook" and model.get("content"):
        strip_widget_views(model["content"])


def _write_once(path: Path, text: str) -> None:
    if not path.exists():
        _write(path, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
