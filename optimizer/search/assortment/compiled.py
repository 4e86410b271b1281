"""Functions compiled with numba, kept on disk (`.kernel_files`): checked when they are read, and never relied on."""

# mypy: disallow-untyped-calls=False
from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys  # type: ignore[attr-defined]
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from models.files import write_file

from .kernel_files import drop_oldest, file_name, folder_to_write, folders_to_read

try:
    from .linked_parts import PartCompiler, WholeCompiler, can_link_parts

    _LINKED = can_link_parts()
except ImportError:  # of what another numba has elsewhere
    _LINKED = False
"""Whether parts are linked into kernels; otherwise numba compiles as it always does, three times as long."""
Function = TypeVar("Function", bound=Callable[..., Any])
FUNCTIONS: list[Any] = []
"""Every kernel, in the order defined."""
_log = logging.getLogger(__name__)
_reading_only = False
_DIGEST_BYTES = sha256().digest_size
"""Length of the digest that a file begins with: a damaged one, run as machine code, would end the process."""


class NotKept(Exception):
    """A function that was only to be read is not on disk, or not whole."""


def kernel(function: Function) -> Function:
    """Compile a function that Python calls, when it is first called, and keep it on disk where there is a place."""
    options: Any = {"no_cfunc_wrapper": True, **({"pipeline_class": WholeCompiler} if _LINKED else {})}
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy", **options)(function)
    dispatcher._cache = _KernelCache(function)  # as `cache=True` does, which knows nothing of parts in other files
    FUNCTIONS.append(dispatcher)
    return dispatcher  # type: ignore[no-any-return]


@overload
def compiled(function: Function) -> Function: ...
@overload
def compiled(**options: Any) -> Callable[[Function], Function]: ...
def compiled(function: Any = None, **options: Any) -> Any:
    """Compile a function that kernels and other compiled functions call, with them: Python cannot call it.

    Decorates as `@compiled` or, with options of `numba.njit`, as `@compiled(fastmath=True)`.
    """
    if function is None:
        return partial(compiled, **options)
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    if _LINKED:
        options["pipeline_class"] = PartCompiler
    return numba.njit(nogil=True, error_model="numpy", **options)(function)


@contextmanager
def reading_only() -> Iterator[None]:
    """Context in which nothing is compiled: calling a function that is not on disk raises `NotKept`."""
    global _reading_only
    _reading_only = True
    try:
        yield
    finally:
        _reading_only = False


class _KernelCache(NullCache):
    """What numba asks for a kernel before it compiles one, and hands a compiled one to.

    Whatever is wrong with a file, its kernel is compiled anew.
    """

    def __init__(self, function: Any) -> None:
        self.name = str(function.__name__)
        self.modules = Path(function.__code__.co_filename).parent

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The kernel for a signature, read from disk; None where it is not there, or not whole."""
        rtsys.initialize(target_context)  # all of what a refresh does that a kernel needs to run
        name = self._file_name(sig, target_context.codegen())
        for folder in folders_to_read(self.modules):
            found = self._read(folder / name, sig, target_context)
            if found is not None:
                return found
        if _reading_only:
            raise NotKept
        target_context.refresh()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled kernel."""
        folder = folder_to_write(self.modules)
        if folder is None or data.lifted or data.library.has_dynamic_globals:
            return
        try:
            body = dumps(data._reduce())
            file = folder / self._file_name(sig, data.library.codegen)
            with write_file(file, durable=False) as temporary:
                temporary.write_bytes(sha256(body).digest() + body)
                temporary.chmod(0o644)
            drop_oldest(file)
        except Exception as error:  # a full disk, or something in a kernel that cannot be kept
            _log.info("%s is not kept: %s", self.name, error)

    def _file_name(self, sig: Any, codegen: Any) -> str:
        return file_name(self.name, repr((normalize_signature(sig)[0], codegen.magic_tuple())), self.modules)

    def _read(self, file: Path, sig: Any, target_context: Any) -> Any:
        try:
            content = file.read_bytes()
            digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
            if sha256(body).digest() != digest:
                raise ValueError("the file is damaged")
            found = CompileResult._rebuild(target_context, *pickle.loads(body))
            if tuple(found.signature.args) != tuple(normalize_signature(sig)[0]):
                raise ValueError("the kernel takes other arguments")
            return found
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever comes of a file that is not what it seems
            _log.info("%s is compiled anew: %s: %s", self.name, file, error)
            return None
