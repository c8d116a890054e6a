"""Executing the example notebooks on the demo organisation."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_CELL_SECONDS = 120
_ACCOUNT = ("DFNS_AUTH_TOKEN", "DFNS_API_URL")


def notebook_folder() -> Path:
    """Return the folder of the example notebooks: in an installation or in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def run_notebooks(folder: str | os.PathLike[str], *, on_account: bool = False) -> list[Path]:
    """Execute the example notebooks and write them, with their outputs, to a folder.

    It can be called from a script, and from a notebook.

    Parameters
    ----------
    folder
        Where the executed notebooks go; files of the same name are replaced.
    on_account
        Read the account of the environment (DFNS_AUTH_TOKEN) instead of the demo organisation.

    Returns
    -------
    list of Path
        The notebooks that were written; none if JupyterLab is not installed (the extra ``lab``).

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell failed.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> dff.demo.run_notebooks("demo-output")  # doctest: +SKIP
    """
    if not (find_spec("nbclient") and find_spec("ipykernel")):
        return []
    # A backend that the shell is set to would keep the charts out of the notebooks.
    left_out = {"MPLBACKEND", *(() if on_account else _ACCOUNT)}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    sources = sorted(notebook_folder().glob("*.ipynb"))
    targets = [Path(folder) / source.name for source in sources]

    async def run_all() -> None:
        await asyncio.gather(*(_run(*pair, environment) for pair in zip(sources, targets, strict=True)))

    _wait_for(run_all)
    return targets


def _wait_for(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end, in JupyterLab too, where this thread's event loop is taken."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work())
        return
    started: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

    async def cancellable() -> None:
        task = asyncio.create_task(work())
        started.append((asyncio.get_running_loop(), task))
        await task

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(lambda: asyncio.run(cancellable()))
        try:
            done.result()
        except KeyboardInterrupt:
            # An interrupt reaches this thread alone; once cancelled, the other one ends its kernels.
            with contextlib.suppress(RuntimeError):  # it may have ended by itself just now
                for loop, task in started:
                    loop.call_soon_threadsafe(task.cancel)
            raise


async def _run(source: Path, target: Path, environment: dict[str, str]) -> None:
    import nbclient  # noqa: PLC0415 - of the extra `lab`
    import nbformat  # noqa: PLC0415 - of the extra `lab`
    from traitlets.config import Config  # noqa: PLC0415 - of the extra `lab`

    notebook: Any = nbformat.read(source, as_version=4)
    with TemporaryDirectory() as sockets:
        # Over files, where there are such: no port is opened that another user of this machine could read.
        over = {"transport": "ipc", "ip": f"{sockets}/kernel"} if os.name == "posix" else {}
        client = nbclient.NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=_CELL_SECONDS,
            record_timing=False,
            config=Config({"KernelManager": over}),
        )
        await client.async_execute(env=environment)
    notebook.metadata.pop("widgets", None)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
