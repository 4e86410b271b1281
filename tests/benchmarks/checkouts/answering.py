"""Answers questions with the `optimizer` of one checkout: python -P answering.py CHECKOUT QUESTIONS.json ANSWERS.jsonl.

It uses the public functions alone and nothing of the project's tests, so that it runs with any checkout; PYTHONPATH
names the one that is meant.
"""

import json
import sys
from pathlib import Path
from typing import Any

import optimizer


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Status, objective, bound, menus and coverage of a question; what it raises is an answer too."""
    try:
        case = optimizer.load_case(question["case"])
        limits = {"gap": question["gap"], "time_limit": question["limit"]}
        result = optimizer.solve(case, question["scenario"], **limits)
    except Exception as error:
        return {"status": f"{type(error).__name__}: {error}"}
    found = {"status": str(result.status.value), "objective": result.objective, "bound": result.bound}
    if result.plan is None:
        return found
    return found | {"menus": rows(result.menus), "coverage": rows(result.coverage)}


def rows(frame: Any) -> list[list[Any]]:
    """Rows of a table in an order that does not depend on how it was made."""
    return sorted(frame[sorted(frame.columns)].astype(object).to_numpy().tolist())


def main(checkout: str, questions: str, answers: str) -> None:
    """Answer each question, in order."""
    meant, found = Path(checkout).resolve(), Path(str(optimizer.__file__)).resolve().parents[1]
    if meant != found:
        sys.exit(f"The optimizer of {meant} is meant, but that of {found} is imported.")
    with open(answers, "w", encoding="utf-8") as file:
        for question in json.loads(Path(questions).read_text(encoding="utf-8")):
            print(json.dumps(answer(question)), file=file, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
