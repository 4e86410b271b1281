"""Functions compiled with numba, and what is kept of them on disk: checked when it is read, and never relied on."""

# mypy: disallow-untyped-calls=False
from __future__ import annotations

import logging
import os
import pickle
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, overload

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from .linked_parts import PartCompiler, WholeCompiler

Function = TypeVar("Function", bound=Callable[..., Any])
FUNCTIONS: list[Any] = []
"""Every kernel, in the order defined."""
_log = logging.getLogger(__name__)
_reading_only = False


class NotKept(Exception):
    """A function that was only to be read is not on disk, or not whole."""


def kernel(function: Function) -> Function:
    """Compile a function that Python calls, when it is first called, and keep it on disk where there is a place."""
    options: Any = {"no_cfunc_wrapper": True, "pipeline_class": WholeCompiler}
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy", **options)(function)
    dispatcher._cache = _place(function)  # as `cache=True` does, which insists on a place and on whole files
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
    options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "pipeline_class": PartCompiler}
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


def kept_in() -> Path | None:
    """Folder that compiled functions are kept in; None where they are not."""
    paths = [function._cache.cache_path for function in FUNCTIONS]
    return Path(paths[0]) if paths and paths[0] else None


class _Checksummed(CompileResultCacheImpl):
    """Writes a digest with each function: a damaged one, run as machine code, would end the process."""

    def reduce(self, result: Any) -> tuple[bytes, bytes]:
        body = dumps(super().reduce(result))
        return sha256(body).digest(), body

    def rebuild(self, target_context: Any, stored: tuple[bytes, bytes]) -> Any:
        digest, body = stored
        if sha256(body).digest() != digest:
            raise ValueError("a compiled function on disk is damaged")
        return super().rebuild(target_context, pickle.loads(body))


class _Kept(FunctionCache):
    """What is kept of one function. Whatever is wrong with its files, it is compiled anew."""

    _impl_class = _Checksummed

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            found = super().load_overload(sig, target_context)
            if found is not None and tuple(found.signature.args) != tuple(normalize_signature(sig)[0]):
                raise ValueError("a compiled function on disk takes other arguments")  # two processes wrote at a time
        except Exception as error:  # numba expects whole files, and raises whatever comes of others
            _log.info("%s is compiled anew: %s", self._name, error)
            found = None
            self._forget()
        if found is None and _reading_only:
            raise NotKept
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        for _ in range(2):
            try:
                super().save_overload(sig, data)
            except Exception as error:  # a damaged index, which the next try finds empty; or a full disk
                _log.info("%s is not kept: %s", self._name, error)
                self._forget()
            else:
                return

    def _forget(self) -> None:
        try:
            self.flush()
        except OSError:
            self.disable()


class _Nowhere(NullCache):
    """Keeps nothing."""

    def load_overload(self, sig: Any, target_context: Any) -> None:
        if _reading_only:
            raise NotKept


def _place(function: Any) -> Any:
    """Where a function is kept: beside its module, in the user's cache, or in a private folder of temporary files."""
    try:
        return _Kept(function)
    except (RuntimeError, OSError):  # numba finds no folder that can be written
        folder = _private_folder()
    if folder is None:
        return _Nowhere()
    settings: Any = numba.config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
    try:
        return _Kept(function)
    except (RuntimeError, OSError):
        return _Nowhere()
    finally:
        settings.CACHE_DIR = before


def _private_folder() -> Path | None:
    """A folder of this user alone among the temporary files; None where there cannot be one, or another's is there."""
    user = os.getuid() if hasattr(os, "getuid") else None
    try:
        folder = Path(tempfile.gettempdir(), "tierwise-compiled" if user is None else f"tierwise-compiled-{user}")
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    own = user is None or (found.st_uid == user and not found.st_mode & 0o077)
    return folder if own and stat.S_ISDIR(found.st_mode) else None
