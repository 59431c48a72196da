"""从笔记本文件里拿掉控件的活视图：文件里留静态的表，重新运行又是活的。

控件的状态只活在内核里，不随文件走；留着它的视图，重新打开时看到的就是“找不到模型”的英文错误。
收一个笔记本的字典，不认文件；执行整本、保存一课都用它。
"""

from __future__ import annotations

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def strip_widget_views(notebook: dict) -> None:
    """就地改 notebook（nbformat 4 的字典）：有 text/html 可看的输出不再带控件视图，文件不带控件状态。

    只有控件视图、没有别的样子可看的输出原样留着：删了就什么也没有了。
    """
    notebook.get("metadata", {}).pop("widgets", None)
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            _strip(output)


def _strip(output: dict) -> None:
    data = output.get("data", {})
    if "text/html" in data and data.pop(WIDGET_VIEW, None) is not None:
        output.get("metadata", {}).pop(WIDGET_VIEW, None)
