"""`lifecycle-lab lab` 的桌面：设置写在自己的文件夹，学生改过的不动；每个内核一开就说人话；存盘不留活视图。"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from jupyterlab.commands import get_app_dir
from jupyterlab_server.settings_utils import get_settings, save_settings
from jupyterlab_server.workspaces_handler import slugify

from lifecycle_lab.lab.desk import DEFAULTS, before_saving, calm_settings
from lifecycle_lab.run.stripping import WIDGET_VIEW, strip_widget_views

SCHEMAS = Path(get_app_dir()) / "schemas"


def schema(plugin: str) -> dict | None:
    package, _, name = plugin.partition(":")
    path = SCHEMAS / "@jupyterlab" / package / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def faults(defaults: dict) -> list[str]:
    """与装着的 JupyterLab 对不上的地方：没有的插件、没有的键、不许可的值。"""
    found = []
    for plugin, settings in defaults.items():
        known = schema(plugin)
        if known is None:
            found.append(plugin)
            continue
        found += [f"{plugin} {key}" for key in settings if key not in known["properties"]]
        found += [error.message for error in jsonschema.Draft7Validator(known).iter_errors(settings)]
    return found


# ── 设置：名字对得上，值真的生效，学生改过的不动 ────────────────────


def test_every_default_is_a_setting_this_jupyterlab_knows():
    assert faults(DEFAULTS) == []
    broken = copy.deepcopy(DEFAULTS)
    broken["docmanager-extension:plugin"]["autosaveIntervall"] = 15
    broken["notebook-extension:tracker"]["windowingMode"] = "always"
    broken["no-extension:plugin"] = {}
    assert [word in " ".join(faults(broken)) for word in ("Intervall", "always", "no-extension")] == [
        True
    ] * 3


def test_every_button_on_a_cell_is_put_away():
    known = {item["name"] for item in schema("cell-toolbar-extension:plugin")["jupyter.lab.toolbars"]["Cell"]}
    assert {item["name"] for item in DEFAULTS["cell-toolbar-extension:plugin"]["toolbar"]} == known


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """像服务器那样读设置：默认值叠上学生自己的。"""

    def enter() -> None:
        for name, value in calm_settings(tmp_path).items():
            monkeypatch.setenv(name, value)

    def read(plugin: str) -> dict:
        found, _ = get_settings(
            str(SCHEMAS.parent / "settings"), str(SCHEMAS), _own(), f"@jupyterlab/{plugin}"
        )
        defaults = {key: value.get("default") for key, value in found["schema"]["properties"].items()}
        return defaults | found["settings"]

    def change(plugin: str, **values: object) -> None:
        save_settings(str(SCHEMAS), _own(), f"@jupyterlab/{plugin}", json.dumps(values), {})

    def _own() -> str:
        return str(Path(os.environ["JUPYTER_CONFIG_DIR"]) / "lab" / "user-settings")

    enter()
    return read, change, enter


def test_the_desk_is_chinese_and_quiet(settings):
    read, *_ = settings
    assert read("translation-extension:plugin")["locale"] == "zh_CN"
    assert read("apputils-extension:notification")["fetchNews"] == "false"
    assert read("apputils-extension:notification")["checkForUpdates"] is False
    tracker = read("notebook-extension:tracker")
    assert tracker["windowingMode"] == "none"
    assert tracker["codeCellConfig"] == {"lineNumbers": False, "lineWrap": True}
    assert read("docmanager-extension:plugin")["autosaveInterval"] == 15
    assert read("completer-extension:manager")["autoCompletion"] is False


def test_what_the_student_changed_stays_changed(settings):
    read, change, enter = settings
    change("docmanager-extension:plugin", autosaveInterval=300)
    change("translation-extension:plugin", locale="default")
    enter()
    assert read("docmanager-extension:plugin")["autosaveInterval"] == 300
    assert read("docmanager-extension:plugin")["renameUntitledFileOnSave"] is False
    assert read("translation-extension:plugin")["locale"] == "default"


def test_side_bars_start_closed_and_stay_as_the_student_leaves_them(tmp_path):
    folder = Path(calm_settings(tmp_path)["JUPYTER_CONFIG_DIR"]) / "lab" / "workspaces"
    (file,) = folder.iterdir()
    assert file.name == f"{slugify('default')}.jupyterlab-workspace"
    layout = json.loads(file.read_text(encoding="utf-8"))["data"]["layout-restorer:data"]
    assert [layout[side]["collapsed"] for side in ("left", "right")] == [True, True]
    file.write_text("{}", encoding="utf-8")
    calm_settings(tmp_path)
    assert file.read_text(encoding="utf-8") == "{}"


def test_everything_is_written_apart_and_again_without_a_fault(tmp_path):
    found = calm_settings(tmp_path)
    assert set(found) == {"JUPYTER_CONFIG_DIR", "IPYTHONDIR"}
    assert all(Path(folder).is_relative_to(tmp_path) for folder in found.values())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert calm_settings(tmp_path) == found
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert ".jp-MarkdownOutput" in (tmp_path / "jupyter" / "custom" / "custom.css").read_text(
        encoding="utf-8"
    )


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


# ── 存盘：文件里留静态的表，不留活视图 ──────────────────────────────


def notebook() -> dict:
    """一格控件（连静态的表）、一格只有控件、一格普通的表、一格印出来的字、一格课文。"""
    view = {"model_id": "1", "version_major": 2, "version_minor": 0}

    def shown(**data: object) -> dict:
        return {"output_type": "display_data", "data": data, "metadata": {}}

    outputs = [
        shown(**{"text/html": "<table>", "text/plain": "表", WIDGET_VIEW: view}),
        shown(**{"text/plain": "IntSlider()", WIDGET_VIEW: view}),
        shown(**{"text/html": "<p>", "text/plain": "话"}),
        {"output_type": "stream", "name": "stdout", "text": "字"},
    ]
    cells = [{"cell_type": "code", "source": "", "metadata": {}, "outputs": [output]} for output in outputs]
    return {
        "cells": [*cells, {"cell_type": "markdown", "source": "文", "metadata": {}}],
        "metadata": {"kernelspec": {"name": "python3"}, "widgets": {"state": {}}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_a_widget_with_a_static_table_leaves_only_the_table():
    before, after = notebook(), notebook()
    strip_widget_views(after)
    assert set(after["cells"][0]["outputs"][0]["data"]) == {"text/html", "text/plain"}
    assert after["metadata"] == {"kernelspec": {"name": "python3"}}
    assert after["cells"][1:] == before["cells"][1:]
    again = copy.deepcopy(after)
    strip_widget_views(again)
    assert again == after
    strip_widget_views(empty := {})
    assert empty == {}


def test_the_hook_touches_notebooks_only():
    model = {"type": "notebook", "content": notebook()}
    before_saving(model=model, path="课.ipynb", contents_manager=None)
    assert WIDGET_VIEW not in model["content"]["cells"][0]["outputs"][0]["data"]
    for other in (
        {"type": "file", "content": "文字"},
        {"type": "notebook", "content": None},
        {"type": "directory"},
    ):
        same = copy.deepcopy(other)
        before_saving(model=other, path="x", contents_manager=None)
        assert other == same


def test_the_projector_desk_is_another_folder_with_code_hidden(tmp_path):
    plain, present = calm_settings(tmp_path), calm_settings(tmp_path, present=True)
    assert plain["JUPYTER_CONFIG_DIR"] != present["JUPYTER_CONFIG_DIR"]
    css = [
        (Path(d["JUPYTER_CONFIG_DIR"]) / "custom" / "custom.css").read_text("utf-8") for d in (plain, present)
    ]
    assert "display: none" not in css[0]
    assert css[1].startswith(css[0])
    assert ".jp-InputArea-editor" in css[1]
