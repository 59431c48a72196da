"""`lifecycle-lab lab` 的桌面：设置写在自己的文件夹，每个内核一开就说人话。"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from lifecycle_lab.lab.desk import calm_settings


def test_settings_are_chinese_and_quiet_and_apart(tmp_path):
    found = calm_settings(tmp_path)
    assert set(found) == {"JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR"}
    assert all(str(tmp_path) in folder for folder in found.values())
    settings = {
        p.parent.name + "/" + p.stem: json.loads(p.read_text())
        for p in tmp_path.rglob("*.jupyterlab-settings")
    }
    assert settings["translation-extension/plugin"] == {"locale": "zh_CN"}
    assert settings["apputils-extension/notification"]["fetchNews"] == "false"
    assert calm_settings(tmp_path) == found  # 再开一次不出错


def test_the_first_cell_of_a_fresh_kernel_already_speaks_chinese(tmp_path):
    """学号那一格写错时工作簿还没有打开：没有这一步，学生看到的是一屏英文调用栈。"""
    env = {**os.environ, **calm_settings(tmp_path)}
    for text, said in (("student_id = 0020230101", "学号两边"), ("no_such_name", "两边加上英文引号")):
        done = subprocess.run(
            [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", text],
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert said in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
