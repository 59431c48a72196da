"""分析师的报告：任意一份订单导出 → 一份信得过的报告（网页、Excel、联系名单）。

opening      读订单、定观察日、打开 warehouse
facts        一次取齐的几张小表
views        每一节的表与图（网页、Excel、笔记本同一张）
limits       “不要轻信，因为……”
calls        联系名单，边读边写
pseudonyms   编号换成代号
document     合成一份文档
writing      写进文件夹，写全了才换上
"""

from __future__ import annotations

from lifecycle_lab.report.shop.opening import Opened, open_shop, parse_mapping
from lifecycle_lab.report.shop.pseudonyms import pseudonyms, read_key
from lifecycle_lab.report.shop.writing import write

__all__ = ["Opened", "open_shop", "parse_mapping", "pseudonyms", "read_key", "write"]
