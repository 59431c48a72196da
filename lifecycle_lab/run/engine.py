"""papermill 的执行引擎：与自带的一样，只是整本不在每格前后各写一遍，执行完写一遍，跑不通也写。

五十格的一课，自带的写一百多遍，每遍都核对、复制整本，占去一课一半的时间。
"""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

NAME = "lifecycle-lab-save-once"


class SaveOnceEngine(NBClientEngine):
    """自带的引擎，执行的时候不写文件；papermill 在它结束以后总会写最后一遍。"""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **kwargs: Any
    ) -> Any:
        path, nb_man.output_path = nb_man.output_path, None
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        finally:
            nb_man.output_path = path


papermill_engines.register(NAME, SaveOnceEngine)
