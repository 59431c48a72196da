"""拨一下读法开关要多久：真的内核，从网页发出改动到内核说“空闲”，中位数与 95 分位（毫秒）。

只量内核这一边，浏览器画出来的时间不在内；上限是 95 分位 20 毫秒。
"""

from __future__ import annotations

import ast
import statistics
import time

from jupyter_client.manager import start_new_kernel

MOVES = 120
SETUP = """
from lifecycle_lab.exercises.assignment import open_assignment
from lifecycle_lab.widgets.readings import ReadingToggles
toggles = ReadingToggles(open_assignment("demo", {source!r}))
toggles
"""
IDENTITIES = "[(box.model_id, len(box.options)) for box in toggles.toggles.values()]"


def wait_idle(client, message_id: str) -> int:
    """等到内核忙完这一条；返回其间换了几次页面。"""
    pages = 0
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        if message["msg_type"] == "error":
            raise RuntimeError(message["content"]["evalue"])
        pages += "page" in message["content"].get("data", {}).get("state", {})
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return pages


def execute(client, code: str, expression: str) -> list:
    """运行一格，取回一个表达式的值。"""
    message_id = client.execute(code, user_expressions={"asked": expression})
    wait_idle(client, message_id)
    # 内核起得慢时，前面也许还排着别的回音
    replies = iter(lambda: client.get_shell_msg(timeout=60), None)
    reply = next(one for one in replies if one["parent_header"].get("msg_id") == message_id)
    return ast.literal_eval(reply["content"]["user_expressions"]["asked"]["data"]["text/plain"])


def move(client, model_id: str, index: int) -> float:
    """像网页那样把一个开关拨到第 index 项。"""
    data = {"method": "update", "state": {"index": index}, "buffer_paths": []}
    message = client.session.msg("comm_msg", {"comm_id": model_id, "data": data})
    start = time.perf_counter()
    client.shell_channel.send(message)
    pages = wait_idle(client, message["header"]["msg_id"])
    spent = (time.perf_counter() - start) * 1_000
    if pages != 1:
        raise RuntimeError(f"拨一下开关，页面换了 {pages} 次")
    return spent


def moves(client, boxes: list[tuple[str, int]]) -> list[float]:
    """三个开关轮流拨，每一下都换到下一项。"""
    at = dict.fromkeys((model_id for model_id, _ in boxes), 0)
    times = []
    for turn in range(MOVES):
        model_id, count = boxes[turn % len(boxes)]
        at[model_id] = (at[model_id] + 1) % count
        times.append(move(client, model_id, at[model_id]))
    return sorted(times)


def main(source: str) -> None:
    manager, client = start_new_kernel(extra_arguments=["--IPKernelApp.log_level=40"])
    try:
        times = moves(client, execute(client, SETUP.format(source=source), IDENTITIES))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    median, p95 = statistics.median(times), times[int(0.95 * len(times))]
    print(f"{source:>14}：拨 {MOVES} 下，中位 {median:.1f} ms，95 分位 {p95:.1f} ms，最慢 {times[-1]:.1f} ms")


if __name__ == "__main__":
    for name in ("survey", "online_retail"):
        main(name)
