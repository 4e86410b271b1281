"""Every corrupted case is refused, and told where it is at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import CaseError, load_case
from tests.faults import FAULTS, Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_refused_and_its_place_is_named(fault: Fault, tmp_path: Path) -> None:
    path = fault.write(tmp_path / "case")

    with pytest.raises(CaseError) as refusal:
        load_case(path)

    sentences = [str(problem) for problem in refusal.value.problems]
    assert any(all(text in sentence for text in fault.must_name) for sentence in sentences), sentences
    assert len(sentences) == fault.problems, sentences


def test_there_are_at_least_eighty_faults_each_with_its_own_name() -> None:
    names = [fault.name for fault in FAULTS]

    assert len(names) == len(set(names)) >= 80
