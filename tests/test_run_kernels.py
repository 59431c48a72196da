"""内核：分叉的与普通的一样，彼此看不见；不论怎样结束，什么也不留下。"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import papermill.engines
import psutil
import pytest
import zmq
from jupyter_client import KernelManager
from jupyter_client.connect import LocalPortCache
from jupyter_client.provisioning import KernelProvisionerFactory

from lifecycle_lab import run as runner
from lifecycle_lab.run import jobs, kernels, workers
from lifecycle_lab.run.kernels import Nursery
from lifecycle_lab.run.nursery import PRELOADED
from lifecycle_lab.run.ports import HeldPorts
from lifecycle_lab.run.provisioner import NurseryProvisioner, forked_kernels

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="只在 Linux 上分叉")
ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = "\n".join(
    f'{name} = ""' for name in ("student_id", "source", "as_of", "answers_file", "out_dir")
)
QUICK = "1"
IS_FORKED = '"pyarrow.parquet" in sys.modules'  # 普通的内核一开始没有引入它


def lesson(path: Path, cells: list[str]) -> Path:
    """一本只有参数格与 cells 的笔记本。"""
    sources = [(PARAMETERS, ["parameters"]), *((cell, []) for cell in cells)]
    document = json.loads((ROOT / "notebooks" / "00_start.ipynb").read_text(encoding="utf-8"))
    document["cells"] = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {"tags": tags}, "source": source}
        | {"outputs": [], "execution_count": None}
        for i, (source, tags) in enumerate(sources)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def plan_of(folder: Path, *lessons: list[str]) -> list[runner.Job]:
    """每份 cells 一件活，先后照给的。"""
    model = runner.plan(["00"], modes=["blank"], sources=["survey"], out=folder / "out")[0]
    return [
        dataclasses.replace(
            model,
            notebook=lesson(folder / f"{number}.ipynb", cells),
            folder=folder / "out" / "survey" / "blank" / str(number),
        )
        for number, cells in enumerate(lessons)
    ]


def printed(job: runner.Job) -> str:
    """执行过的课印在屏幕上的文字。"""
    cells = json.loads(job.executed.read_text(encoding="utf-8"))["cells"]
    streams = [o for cell in cells for o in cell["outputs"] if o.get("name") == "stdout"]
    return "".join(part for stream in streams for part in stream["text"])


def run_lessons(folder: Path, *lessons: list[str], at_once: int = 1) -> list[runner.Job]:
    planned = plan_of(folder, *lessons)
    runner.run_planned(planned, jobs=at_once)
    return planned


# —— 与普通的内核一样 ————————————————————————————————————————————————————————


def benchmark():
    """benchmarks/run_speed.py：输出怎样比，只写在那里。"""
    spec = importlib.util.spec_from_file_location("run_speed", ROOT / "benchmarks" / "run_speed.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_forked_lesson_has_the_outputs_of_the_papermill_command(tmp_path):
    """比真实商店的几课：它们都是分叉的（第一件不是，所以前面先做一件）；画图的、用模型的、只有表的各有。"""
    speed, out, lessons = benchmark(), tmp_path / "out", ["00", "04", "05", "06", "90"]
    last = runner.plan(lessons, sources=["online_retail"], out=out)
    whole = runner.run_planned([*runner.plan(["00"], sources=["survey"], out=out), *last])
    assert whole.ok
    forked = speed.outputs(out / "online_retail")
    shutil.rmtree(out)
    speed.by_papermill(last)
    plain = speed.outputs(out / "online_retail")
    assert len(plain) == len(last) == len(lessons)
    assert [name for name in plain if forked[name] != plain[name]] == []
    assert all(map(any, plain.values()))


@pytest.mark.parametrize("at_once", [1, 2])
def test_the_first_lesson_has_a_plain_kernel_and_the_others_fork(tmp_path, at_once):
    planned = run_lessons(tmp_path, *[["import sys", f"print({IS_FORKED})"]] * 3, at_once=at_once)
    assert [printed(job) for job in planned] == ["False\n", "True\n", "True\n"]


def test_a_single_lesson_has_a_plain_kernel(tmp_path):
    (job,) = run_lessons(tmp_path, ["import sys", f"print({IS_FORKED})"])
    assert printed(job) == "False\n"


@pytest.mark.parametrize("at_once", [1, 2])
def test_elsewhere_every_kernel_is_plain(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(kernels, "sys", SimpleNamespace(platform="darwin"))
    planned = run_lessons(tmp_path, *[["import sys", f"print({IS_FORKED})"]] * 2, at_once=at_once)
    assert [printed(job) for job in planned] == ["False\n", "False\n"]


def test_what_the_nursery_loads_exists():
    """拼错的、搬走了的名字不会报错，只会白白慢下来。"""
    assert [name for name in PRELOADED if importlib.util.find_spec(name) is None] == []
    assert "lifecycle_lab.lab" not in PRELOADED


FINGERPRINT = r"""
import asyncio, gc, json, locale, logging, multiprocessing, os, resource, signal, subprocess, sys, threading, warnings
import matplotlib
spoken = subprocess.run(["sh", "-c", "echo $LIFECYCLE_TEST; pwd"], capture_output=True).stdout
print(json.dumps({
    "arguments": [part for part in sys.argv if not part.endswith(".json")],
    "path": sys.path,
    "folder": os.getcwd(),
    "flags": str(sys.flags),
    "environment": {k: v for k, v in os.environ.items() if k != "JPY_PARENT_PID"},
    "parent": os.environ["JPY_PARENT_PID"] == str(os.getppid()),
    "session": (os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid()),
    "signals": [str(signal.getsignal(s)).split(" at ")[0] for s in (2, 10, 13, 15, 17)],
    "wakeup": signal.set_wakeup_fd(-1),
    "collector": (gc.isenabled(), gc.get_threshold()),
    "threads": sorted(type(thread).__name__ for thread in threading.enumerate()),
    "descriptors": len(os.listdir("/proc/self/fd")),
    "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
    "mask": os.umask(0o22),
    "loop": type(asyncio.get_running_loop()).__name__,
    "streams": (sys.stdin.read() if sys.stdin else None, sys.stdout.encoding, sys.__stdout__.encoding),
    "locale": locale.getlocale(),
    "logging": (logging.root.level, len(logging.root.handlers), len(logging.getLogger("tornado").handlers)),
    "warnings": sorted(map(str, warnings.filters)),
    "hooks": [getattr(hook, "__qualname__", type(hook).__name__)
              for hook in (sys.excepthook, sys.displayhook, sys.breakpointhook, sys.unraisablehook)],
    "backend": (matplotlib.rcParams["backend"], matplotlib.get_backend(), matplotlib.is_interactive()),
    "settings": dict(matplotlib.rcParams),
    "main": (__name__, sys.modules["__main__"].__dict__ is globals(), "__file__" in globals()),
    "start": multiprocessing.get_start_method(),
    "targets": sorted(get_ipython().kernel.comm_manager.targets),
    "spoken": spoken,
}, default=str))
"""
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4]);"


# 直接写描述符的，由 ipykernel 的另一个线程收进来，与 print 的先后不定
DIRECT = """
import os, sys, time
os.system("echo from a shell; echo to its stderr >&2")
time.sleep(0.5)
"""


def test_a_forked_kernel_looks_like_a_plain_one(tmp_path, monkeypatch):
    """引入同样的东西以后，参数、文件夹、环境、信号、线程、输出、画图……一样一样地比。"""
    monkeypatch.setenv("LIFECYCLE_TEST", "中文 \udcff")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # ipykernel 看见它就不收描述符上的输出
    catch_up = "\n".join(f"import {name}" for name in PRELOADED)
    kernels = run_lessons(tmp_path, *[[catch_up, FIGURE, DIRECT, FINGERPRINT]] * 2)
    plain, forked = (json.loads(job.executed.read_text(encoding="utf-8"))["cells"] for job in kernels)
    assert plain[-3]["outputs"] == forked[-3]["outputs"]
    assert "image/png" in plain[-3]["outputs"][-1]["data"]
    heard = [sorted((o["name"], *o["text"]) for o in cells[-2]["outputs"]) for cells in (plain, forked)]
    assert heard[0] == heard[1] == [("stderr", "to its stderr\n"), ("stdout", "from a shell\n")]
    described = [json.loads(cells[-1]["outputs"][0]["text"][-1]) for cells in (plain, forked)]
    assert described[0] == described[1]


def test_papermill_comes_without_the_slow_grammar():
    code = "import sys; from lifecycle_lab.run.workers import import_papermill; import_papermill(); "
    code += "import papermill, nbconvert; assert not {'rfc3987_syntax', 'lark'} & {*sys.modules}; "
    code += "import rfc3987_syntax, jsonschema; jsonschema.validate(1, {'type': 'integer'})"
    subprocess.run([sys.executable, "-c", code], check=True)


# —— 彼此看不见 ——————————————————————————————————————————————————————————————

LOOK = """
import builtins, json, os, random, sys, tempfile, uuid
import matplotlib, numpy
from lifecycle_lab import lab
print(json.dumps({
    "left": [hasattr(builtins, "left"), "left" in sys.modules, "LEFT" in os.environ, "left" in globals()],
    "seen": [os.path.basename(os.getcwd()), matplotlib.rcParams["lines.linewidth"]],
    "own": [random.random(), numpy.random.rand(), uuid.uuid4().hex, tempfile.mktemp(), lab._SESSION, os.getpid()],
}))
"""
LEAVE = """
builtins.left = left = 1
sys.modules["left"], os.environ["LEFT"], matplotlib.rcParams["lines.linewidth"] = sys, "1", 99
os.chdir("/")
random.seed(1)
numpy.random.seed(1)
"""


def test_forked_kernels_do_not_see_each_other(tmp_path):
    planned = plan_of(tmp_path, *[[LOOK, LEAVE]] * 3)
    elsewhere = lesson(tmp_path / "elsewhere" / "2.ipynb", [LOOK])
    planned[2] = dataclasses.replace(planned[2], notebook=elsewhere)
    runner.run_planned(planned, jobs=1)
    found = [json.loads(printed(job)) for job in planned]
    assert [one["left"] for one in found] == [[False] * 4] * 3
    assert [one["seen"] for one in found] == [[tmp_path.name, 1.5], [tmp_path.name, 1.5], ["elsewhere", 1.5]]
    assert all(len({*values}) == 3 for values in zip(*(one["own"] for one in found), strict=True))


# —— 死活、中断、结束 ——————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("import os\nos._exit(1)", "DeadKernelError"),
        ("import os\nos.kill(os.getpid(), 9)", "DeadKernelError"),
        ("import time\ntime.sleep(60)", "CellTimeoutError"),
        ("1 / 0", "第 3 格没有跑通：ZeroDivisionError"),
        ("import sys\nsys.exit(3)", "第 3 格没有跑通：SystemExit"),
    ],
    ids=["exits", "killed", "endless", "error", "sys.exit"],
)
def test_what_goes_wrong_is_said_in_the_same_words(tmp_path, monkeypatch, cell, says):
    monkeypatch.setattr(jobs, "CELL_SECONDS", 2)
    run = runner.run_planned(plan_of(tmp_path, [cell], [cell]), jobs=2)
    plain, forked = (done.problem for done in run.finished)
    assert plain == forked
    assert says in plain
    assert all(done.job.page.is_file() for done in run.finished)


def test_what_ran_before_the_kernel_died_is_kept(tmp_path):
    (job,) = run_lessons(tmp_path, ["print('先做完的')", "import os\nos._exit(1)"])
    assert printed(job) == "先做完的\n"
    assert "先做完的" in job.page.read_text(encoding="utf-8")


def test_a_long_lesson_is_not_written_more_often_than_a_short_one(tmp_path, monkeypatch):
    written = []
    write = papermill.engines.write_ipynb
    monkeypatch.setattr(
        papermill.engines, "write_ipynb", lambda *given: written.append(given) or write(*given)
    )
    run_lessons(tmp_path / "short", [QUICK])
    short = len(written)
    run_lessons(tmp_path / "long", [QUICK] * 9)
    assert 1 <= short == len(written) - short


@pytest.fixture
def nursery(tmp_path):
    with Nursery(tmp_path) as opened:
        yield opened


@pytest.fixture
def manager(nursery):
    """一个分叉的内核，由 jupyter_client 自己的 KernelManager 管着。"""
    with forked_kernels(nursery):
        manager = KernelManager()
        manager.start_kernel()
        yield manager
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def ask(manager: KernelManager, code: str) -> dict:
    """执行 code；回答里 expression 是 code 之后 answer 的值。"""
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=30)
    reply = client.execute_interactive(
        code, user_expressions={"answer": "answer"}, timeout=30, allow_stdin=False, output_hook=lambda _: None
    )
    client.stop_channels()
    return reply["content"]


def answer(content: dict) -> object:
    return ast.literal_eval(content["user_expressions"]["answer"]["data"]["text/plain"])


def test_a_forked_kernel_can_be_interrupted_restarted_and_shut_down(manager):
    first = manager.provisioner.process
    assert answer(ask(manager, "import os\nanswer = os.getpid()")) == first.pid
    threading.Timer(1, manager.interrupt_kernel).start()
    assert ask(manager, "import time\ntime.sleep(60)")["ename"] == "KeyboardInterrupt"
    manager.restart_kernel(now=True)
    second = manager.provisioner.process
    assert first.returncode == -signal.SIGKILL
    assert answer(ask(manager, "import os\nanswer = os.getpid()")) == second.pid != first.pid
    assert manager.is_alive()
    manager.shutdown_kernel()
    assert second.returncode == 0
    assert not manager.is_alive()


def test_a_kernel_leaves_like_any_program(manager, tmp_path):
    """好好关掉的内核做完 atexit 里的事；它启动的程序随它的会话一起被杀。"""
    code = f"import atexit\nfrom pathlib import Path\natexit.register(Path({str(tmp_path / 'bye')!r}).touch)"
    assert ask(manager, code)["status"] == "ok"
    manager.shutdown_kernel()
    assert (tmp_path / "bye").is_file()


def test_a_kernel_writes_where_its_starter_writes(nursery, tmp_path):
    """苗圃早就开着；启动内核的进程后来把输出换了地方，内核跟着它，不跟苗圃。"""
    usual, manager = os.dup(1), KernelManager()
    with (tmp_path / "out").open("wb") as file, forked_kernels(nursery):
        os.dup2(file.fileno(), 1)
        try:
            manager.start_kernel()
        finally:
            os.dup2(usual, 1)
            os.close(usual)
    assert ask(manager, "import os\nos.write(1, b'heard')")["status"] == "ok"
    manager.shutdown_kernel(now=True)
    assert (tmp_path / "out").read_bytes() == b"heard"


def test_without_its_nursery_a_kernel_is_plain(nursery, manager):
    nursery._process.kill()
    nursery._process.wait()
    assert manager.provisioner.process.wait() == -signal.SIGKILL
    manager.restart_kernel(now=True)
    assert isinstance(manager.provisioner.process, subprocess.Popen)
    assert answer(ask(manager, f"import sys\nanswer = {IS_FORKED}")) is False


@pytest.mark.parametrize(
    "odd", [{"command": ["R"]}, {"stdout": subprocess.DEVNULL}], ids=["program", "streams"]
)
def test_a_kernel_started_in_another_way_is_plain(nursery, odd):
    command = odd.pop("command", [sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"])
    with forked_kernels(nursery):
        assert NurseryProvisioner()._forked(command, {"env": {}, **odd}) is None


def test_outside_a_run_kernels_are_the_usual_ones(tmp_path):
    factory = KernelProvisionerFactory.instance()
    before = (factory.default_provisioner_name, {*factory.provisioners})
    assert before[0] == "local-provisioner"
    with Nursery(tmp_path) as nursery, suppress(KeyError), forked_kernels(nursery):
        assert factory.default_provisioner_name != before[0]
        raise KeyError
    assert (factory.default_provisioner_name, {*factory.provisioners}) == before
    assert "JUPYTER_DEFAULT_PROVISIONER_NAME" not in os.environ


def test_two_kernels_never_choose_the_same_port():
    """jupyter_client 选好的端口，到内核用上以前谁也拿不走；内核自己拿得到，用完放得开。"""
    held = HeldPorts()
    port = held.find_available_port("127.0.0.1")
    others = [held.find_available_port("127.0.0.1") for _ in range(50)]
    assert port not in others
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port))
    with zmq.Context() as context, context.socket(zmq.ROUTER) as kernel:
        kernel.bind(f"tcp://127.0.0.1:{port}")
    for number in (port, *others, 1):
        held.return_port(number)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))


def test_workers_hold_their_ports():
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, context, workers._become_worker, ((), None)) as pool:
        assert pool.submit(_port_cache).result() is HeldPorts


def _port_cache() -> type:
    return type(LocalPortCache.instance())


# —— 什么也不留下 ——————————————————————————————————————————————————————————————

RUNNER = """
import sys
from pathlib import Path
from test_run_kernels import plan_of, runner
folder, at_once, *lessons = sys.argv[1:]
try:
    runner.run_planned(plan_of(Path(folder), *([lesson] for lesson in lessons)), jobs=int(at_once))
except KeyboardInterrupt:
    sys.exit(130)
"""
HANGS = """
import os, time
from pathlib import Path
Path(f"started-{os.getpid()}").touch()
time.sleep(600)
"""
WITH_A_PROGRAM = "import subprocess\nsubprocess.Popen(['sleep', '600'])" + HANGS


class Running:
    """另一个进程里的一次执行；它和它的后代都带着一个环境变量，好认。"""

    def __init__(self, folder: Path, lessons: list[str], at_once: int = 3) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.mark = f"LIFECYCLE_TEST_{uuid.uuid4().hex}"
        environment = {**os.environ, self.mark: "1", "TMPDIR": str(self.temporary)}
        environment["PYTHONPATH"] = f"{ROOT / 'tests'}:{environment.get('PYTHONPATH', '')}"
        command = [sys.executable, "-c", RUNNER, str(folder), str(at_once), *lessons]
        self.said = (folder / "said").open("w+b")
        self.process = subprocess.Popen(
            command, env=environment, start_new_session=True, cwd=ROOT, stdout=self.said, stderr=self.said
        )
        hanging = min(at_once, sum(HANGS in lesson for lesson in lessons))
        patiently(lambda: len([*folder.glob("started-*")]) == hanging)

    def words(self) -> str:
        self.said.seek(0)
        return self.said.read().decode()

    def left(self) -> list[psutil.Process]:
        """还在的进程，不算这次执行自己的那个。"""
        return [p for p in psutil.process_iter() if p.pid != self.process.pid and self._is_ours(p)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return self.mark in process.environ()
        except psutil.Error:
            return False

    def kill(self, *, nursery: bool) -> None:
        """杀掉苗圃，或者全部工作进程。"""
        for child in psutil.Process(self.process.pid).children():
            if any("nursery" in part for part in child.cmdline()) == nursery:
                child.kill()


def patiently(ready) -> None:
    """等到 ready；一分钟还不到就是坏了。"""
    deadline = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_run_leaves_nothing(tmp_path):
    before = {*psutil.Process().children(recursive=True)}
    run_lessons(tmp_path, [QUICK], [QUICK], [QUICK], at_once=2)
    assert {*psutil.Process().children(recursive=True)} == before
    running = Running(tmp_path, [QUICK, QUICK])
    assert running.process.wait(60) == 0
    assert running.left() == []
    assert [*running.temporary.iterdir()] == []
    assert "Traceback" not in running.words()


HOW = {
    "Ctrl-C": lambda running: os.killpg(running.process.pid, signal.SIGINT),
    "interrupt": lambda running: running.process.send_signal(signal.SIGINT),
    "terminate": lambda running: running.process.terminate(),
    "kill": lambda running: running.process.kill(),
    "workers": lambda running: running.kill(nursery=False),
    "nursery": lambda running: running.kill(nursery=True),
}


@pytest.mark.parametrize(
    ("how", "at_once", "lessons"),
    [
        ("Ctrl-C", 3, [WITH_A_PROGRAM, WITH_A_PROGRAM, HANGS]),
        ("workers", 3, [HANGS, HANGS, HANGS]),
        *(
            pytest.param(how, at_once, lessons, marks=pytest.mark.long)
            for how, at_once, lessons in (
                ("Ctrl-C", 1, [WITH_A_PROGRAM, HANGS]),
                ("Ctrl-C", 1, [QUICK, WITH_A_PROGRAM]),
                ("interrupt", 3, [HANGS, WITH_A_PROGRAM, HANGS, HANGS, HANGS]),
                ("terminate", 3, [HANGS, WITH_A_PROGRAM, HANGS]),
                ("kill", 3, [HANGS, WITH_A_PROGRAM, HANGS]),
                ("nursery", 3, [QUICK, HANGS, HANGS]),
            )
        ),
    ],
)
def test_however_it_ends_nothing_is_left(tmp_path, how, at_once, lessons):
    running = Running(tmp_path, lessons, at_once)
    assert len(running.left()) >= 2
    HOW[how](running)
    running.process.wait(60)
    patiently(lambda: running.left() == [])
    assert "Traceback" not in running.words()
    if how != "workers":  # 被杀的工作进程自己来不及删 jupyter 的连接文件
        assert [*running.temporary.iterdir()] == []
