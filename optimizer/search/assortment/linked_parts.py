"""How numba compiles a function that is only part of others: linked into each of them, and optimized there alone.

By itself numba optimizes every function with all that it calls and makes machine code of it, so that what lies five
calls deep is optimized five times; and it wraps each for callers in Python. Of a part none of that is used.
"""

# mypy: disallow-untyped-calls=False, disallow-subclassing-any=False
from __future__ import annotations

from typing import Any

from llvmlite.binding import Linkage  # type: ignore[import-untyped]
from numba import types
from numba.core import ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import NativeLowering

_EXPECTED: dict[type, tuple[str, ...]] = {
    Lower: ("lower_assign", "storevar", "loadvar", "delvar"),
    JITCodeLibrary: ("_optimize_final_module", "_finalize_final_module", "_finalize_dynamic_globals"),
    NativeLowering: ("run_pass", "lowering_class"),
    Compiler: ("define_pipelines",),
}
"""What is replaced or called of numba, which does not promise to keep it."""


def can_link_parts() -> bool:
    """Whether this numba has all that is replaced here."""
    return all(hasattr(kind, name) for kind, names in _EXPECTED.items() for name in names)


class _Borrowing(Lower):
    """Lowering in which arguments, and the fields read from them, are borrowed from the caller, who holds them.

    By itself numba counts a reference of each array of each argument when a function is entered and left.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._borrowed: dict[str, Any] = {}
        """Value of each variable that is an argument."""
        self._fields: set[str] = set()
        """Variables that are fields of an argument."""

    def lower_assign(self, ty: Any, inst: Any) -> Any:
        """Value of an assignment; of an argument or its field, without a reference of its own."""
        name, value = inst.target.name, inst.value
        if len(self.func_ir._definitions[name]) == 1:
            if isinstance(value, ir.Arg):
                own = self.fnargs[value.index]
                self._borrowed[name] = self.context.cast(self.builder, own, self.typeof("arg." + value.name), ty)
                return self._borrowed[name]
            if _is_field(value) and value.value.name in self._borrowed:
                kind: Any = self.typeof(value.value.name)
                if isinstance(kind, types.BaseNamedTuple):
                    self._fields.add(name)
                    at = kind.fields.index(value.attr)  # type: ignore[attr-defined]
                    return self.builder.extract_value(self._borrowed[value.value.name], at)
        return super().lower_assign(ty, inst)

    def storevar(self, value: Any, name: str, argidx: int | None = None) -> None:
        """Keep the value of a variable; that of an argument is kept already."""
        if name not in self._borrowed:
            super().storevar(value, name, argidx)

    def loadvar(self, name: str) -> Any:
        """Value of a variable."""
        return self._borrowed[name] if name in self._borrowed else super().loadvar(name)

    def delvar(self, name: str) -> None:
        """End a variable, and its reference if it has one."""
        if name not in self._borrowed and name not in self._fields:
            super().delvar(name)


def _is_field(value: Any) -> bool:
    return isinstance(value, ir.Expr) and value.op == "getattr"


class _PartLibrary(JITCodeLibrary):
    """LLVM code of a part with the parts that it calls, neither optimized together nor made executable."""

    def _optimize_final_module(self) -> None:
        """Leave it to the functions that this is linked into."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    _name = "part_lowering"
    lowering_class = _Borrowing

    def run_pass(self, state: Any) -> bool:
        name = state.func_id.func_qualname
        state.library = _PartLibrary(state.targetctx.codegen(), name)
        state.flags.no_compile = True
        super().run_pass(state)
        result = state["cr"]
        # What Python would call, which has to be built in and this part's own: it raises TypeError.
        refuses = object().__format__
        state.targetctx.insert_user_function(refuses, result.fndesc, [state.library])
        state["cr"] = result._replace(cfunc=refuses)
        return True


class _WholeLibrary(JITCodeLibrary):
    """LLVM code of a kernel with all its parts, which are its own: whatever is of no use to it may go."""

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage is Linkage.linkonce_odr:
                function.linkage = Linkage.internal
        super()._optimize_final_module()


@register_pass(mutates_CFG=True, analysis_only=False)
class _WholeLowering(NativeLowering):
    _name = "whole_lowering"
    lowering_class = _Borrowing

    def run_pass(self, state: Any) -> bool:
        state.library = _WholeLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


class _Compiler(Compiler):
    lowering: type[NativeLowering]

    def define_pipelines(self) -> list[Any]:
        """Passes of numba's compiler, with another lowering."""
        managers: list[Any] = super().define_pipelines()
        for manager in managers:
            manager.passes = [(self.lowering if one is NativeLowering else one, told) for one, told in manager.passes]
            manager._finalized = False
            manager.finalize()
        return managers


class PartCompiler(_Compiler):
    """Compiles a function that is part of others."""

    lowering = _PartLowering


class WholeCompiler(_Compiler):
    """Compiles a function that Python calls, with its parts."""

    lowering = _WholeLowering
