"""Mistakes in the judge, in the probe and in the deriver of exercises."""

JUDGE = {
    "AnswerKey": [
        ("secret seed not used", "cases_of(task, seed)", "cases_of(task, 0)"),
        ("numbers of another seed", "task.numbers_for(seed)", "task.numbers_for(0)"),
        ("reference in single precision", "[in_double(case) for case in self.cases]", "self.cases"),
    ],
    "judge": [
        ("one right case is enough", "if not wrong:", "if len(wrong) < tried:"),
        ("half of them are enough", "if not wrong:", "if len(wrong) <= tried // 2:"),
        ("wrong is right", '"wrong", tried', '"right", tried'),
        (
            "shows the largest case",
            "failure = describe(key, wrong[0]",
            "failure = describe(key, wrong[-1]",
        ),
        ("a stub is wrong", "seen[0].error == NOT_ATTEMPTED", "False"),
        ("what raises is not attempted", "seen[0].error == NOT_ATTEMPTED", "seen[0].error"),
        ("lists are not tuples", "task.accept is None", "False"),
    ],
    "find_problems": [
        (
            "last case not compared",
            "key.cases, seen, key.right, strict=True",
            "key.cases[:-1], seen, key.right, strict=False",
        ),
        (
            "first case not compared",
            "key.cases, seen, key.right, strict=True",
            "key.cases[1:], seen[1:], key.right[1:], strict=True",
        ),
        ("float32 not compared", "strict=True)\n", "strict=True) if not case.single\n"),
        ("arguments may change", "changed(task, case, s) or ", ""),
        ("what raises is right", "broken(s) or changed", "changed"),
        ("values not compared", " or differs(s, right, tolerance(task, case))", ""),
    ],
    "differs": [
        ("any number of results", "len(seen.values) != len(right.values)", "False"),
        ("words for numbers", '(ours.dtype.kind == "U") != (theirs.dtype.kind == "U")', "False"),
        ("shapes not named", "ours.shape != theirs.shape", "False"),
        (
            "first result alone",
            "enumerate(zip(seen.values, right.values, strict=True))",
            "enumerate([(seen.values[0], right.values[0])])",
        ),
        ("infinite is not named", "not np.isfinite(ours).all()", "False"),
    ],
    "agree": [
        ("tolerance ten thousand times", "rtol=tolerance", "rtol=10_000 * tolerance"),
        ("tolerance of float32", "rtol=tolerance", "rtol=2e-4"),
        (
            "tolerance a digit too small",
            "rtol=tolerance, atol=tolerance * scale",
            "rtol=tolerance / 1e8, atol=tolerance * scale / 1e8",
        ),
        ("no allowance for large numbers", "atol=tolerance * scale", "atol=tolerance"),
        ("no allowance at zero", "max(initial=1.0)", "max(initial=0.0)"),
        ("NaN is never right", "equal_nan=True", "equal_nan=False"),
        ("words always agree", "bool(np.array_equal(ours, theirs))", "True"),
        ("any shape that spreads", "if ours.shape != theirs.shape:", "if False:"),
    ],
    "tolerance": [
        ("float32 as exact as float64", "max(task.tolerance, SINGLE)", "task.tolerance"),
        ("float64 as rough as float32", "if case.single else task.tolerance", ""),
        ("the task's own not asked", "else task.tolerance", "else 1e-8"),
    ],
    "find_hint": [
        ("one case alike", "if all(", "if any("),
        ("hint of another mistake", "return wrong.hint", "return key.task.wrong[-1].hint"),
        ("hint for everybody", 'return ""', "return key.task.wrong[0].hint"),
        ("no hints", "return wrong.hint", 'return ""'),
    ],
    "alike": [
        ("all errors alike", "return one.error == other.error", "return True"),
        ("errors never alike", "return one.error == other.error", "return False"),
        ("same number of results", "all(agree(a, b, tolerance) for a, b in pairs)", "True"),
        (
            "what is left of arguments forgotten",
            "one.values + one.after, other.values + other.after",
            "one.values, other.values",
        ),
    ],
    "changed": [
        ("never", "not np.array_equal(before, after, equal_nan=True)", "False"),
        ("NaN is a change", ", equal_nan=True", ""),
        ("names another argument", "named = zip(task.inputs,", "named = zip(task.inputs[::-1],"),
    ],
    "refused": [
        ("what cannot be judged is right", 'return f"It gave', 'return "" and f"It gave'),
        (
            "always right",
            "return key.task.accept(*map(plain, seen.values), **key.numbers)",
            'return ""',
        ),
    ],
    "arranged": [
        ("a list is no tuple", "seen.values[0].shape == (count,)", "False"),
        ("a tuple is no list", "count == 1 < len(seen.values)", "False"),
    ],
    "describe": [
        ("tells the solution", "bool(inputs) and ", ""),
        ("does not say what is right", "if shown else ()", "if False else ()"),
        ("another case", "case = key.cases[number]", "case = key.cases[-1]"),
    ],
    "answer_key": [("one for all seeds", "AnswerKey(task, seed)", "AnswerKey(task, 0)")],
    "broken": [
        ("nothing is broken", "if not seen.error:", "if True:"),
        ("message lost", "if seen.message else", "if False else"),
    ],
    "in_double": [("stays single", "a.astype(np.float64) if", "a if")],
    "spelled": [
        ("nothing is spelled", "return letters_in(seen.values)", 'return ""'),
        ("numbers are spelled", 'value.dtype.kind != "U"', "False"),
    ],
    "plain": [("arrays for numbers", "value.item() if value.ndim == 0 else value", "value")],
    "counted": [("one result is several", '"one result" if n == 1 else ', "")],
}
"""Mistakes in the judge: full points for wrong answers, none for right ones, hints that mislead."""

PROBE = {
    "one_call": [
        ("on the originals", "copied(a) for a in case", "a for a in case"),
        ("looks at the originals", "for a in arguments if", "for a in case.arguments if"),
        ("errors end it", "except Exception as", "except ValueError as"),
        ("message lost", "message=str(error)", 'message=""'),
        ("class of the error lost", "error=type(error).__name__", 'error="Exception"'),
        ("overflow is an error", 'all="ignore"', 'all="raise"'),
        ("no tensors", "as_tensor(a) if torch", "copied(a) if torch"),
        (
            "a list is a tuple",
            "(given if isinstance(given, tuple) else",
            "(given if isinstance(given, tuple | list) else",
        ),
        ("None among the results not named", "any(part is None for part in given)", "False"),
    ],
    "copied": [
        ("gaps in memory lost", "a.base is not None", "False"),
        ("a view of the original", "base = a.base.copy()", "base = a.base"),
        ("lists are shared", "copy.deepcopy(a)", "a"),
    ],
    "as_array": [
        (
            "None passes",
            'raise TypeError("the answer gives None; is its `return` missing?")',
            "value = 0",
        ),
        ("gradients attached", "value.detach().numpy()", "value.numpy()"),
        ("objects pass", '"biufUc"', '"biufUcO"'),
        ("truth values are refused", '"biufUc"', '"iufUc"'),
        (
            "lists of different lengths raise another error",
            "except ValueError:",
            "except KeyError:",
        ),
    ],
    "probe": [
        ("one case alone", "for case in cases]", "for case in cases[:1]]"),
        ("never in PyTorch", "one_call(answer, case, torch)", "one_call(answer, case, False)"),
    ],
    "as_tensor": [
        ("shares its numbers", "torch.tensor(a)", "torch.from_numpy(a)"),
        ("in single precision", "torch.tensor(a)", "torch.tensor(a).float()"),
    ],
}
"""Mistakes in the probe: what an answer did is not what is seen of it."""

DERIVE = {
    "derive": [
        ("the solutions themselves are changed", "copy.deepcopy(solutions)", "solutions"),
        ("solutions stay", "cell.source = without_solution(cell.source)", "pass"),
        ("outputs stay", "cell.outputs, cell.execution_count = [], None", "pass"),
        (
            "numbers of a run stay",
            "cell.outputs, cell.execution_count = [], None",
            "cell.outputs = []",
        ),
        ("everybody's seed", "SEED = {seed}", "SEED = 1"),
        ("the committed seed", "if seed:", "if False:"),
        ("comment behind the seed lost", "^SEED = 0\\b", "^SEED = 0.*"),
    ],
    "without_solution": [
        ("solution left in", "elif not inside:", "else:"),
        ("stub missing", "kept += [indent + stub for stub in STUB]", "pass"),
        ("stub at the margin", "indent + stub", "stub"),
        ("stays inside", "inside = False\n        elif", "inside = True\n        elif"),
        ("BEGIN twice", 'raise ValueError(f"{BEGIN} comes twice in a row")', "pass"),
        ("END alone", 'raise ValueError(f"{END} comes without {BEGIN}")', "pass"),
        ("BEGIN alone", 'raise ValueError(f"{BEGIN} comes without {END}")', "pass"),
        ("last line lost", "join(kept)", "join(kept[:-1])"),
    ],
    "nbgrader": [
        ("answers locked", '"locked": not solution', '"locked": solution'),
        ("no points", "points is None else", "True else"),
        ("checks are not graded", '"grade": points is not None', '"grade": False'),
    ],
    "check_metadata": [
        ("one point for each", "points=task.points", "points=1"),
        ("id of the answer", 'f"{task.id}-check"', "task.id"),
    ],
    "tidied": [
        (
            "ids renumbered",
            'cell.id = f"{name}-{part}" if part else name',
            'cell.id = f"cell-{number}"',
        ),
        ("id of the text left", 'above.id = f"{name}-text"', "pass"),
        ("tasks counted from 0", "start=1", "start=0"),
        ("outputs stay", "cell.outputs, cell.execution_count = [], None", "pass"),
        (
            "metadata of the neighbour",
            "cell.metadata = nbformat.from_dict(answer_metadata(task))",
            "pass",
        ),
        (
            "checks without metadata",
            "cell.metadata = nbformat.from_dict(check_metadata(task))",
            "pass",
        ),
        (
            "heading of the neighbour",
            "above.source = with_heading(above.source, task.heading(lecture, number))",
            "pass",
        ),
    ],
    "with_heading": [
        ("text lost", "{below.lstrip()}", ""),
        ("second heading", "more if re.search", "rest if re.search"),
    ],
    "part_of": [
        ("question is a check", '"ask": "question"', '"ask": "check"'),
        ("underscores", 'function.replace("_", "-")', "function"),
        ("every function answers", "if BEGIN in source else []", ""),
    ],
    "problems": [
        ("order not looked at", "yield from misplaced(answers, tasks)", "pass"),
        ("headings not looked at", '!= [f"{task.id}-text"]', "== []"),
        ("no check is fine", "len(checks) != 1", "len(checks) > 1"),
        ("outputs are fine", "cell.outputs or cell.execution_count is not None", "False"),
        ("any metadata", "notebook.metadata != {", "{} != {} and {"),
        ("other points are fine", "checks[0].metadata != check_metadata(task)", "False"),
        (
            "answers without marks are fine",
            "BEGIN not in cell.source or END not in cell.source",
            "False",
        ),
    ],
    "misplaced": [
        ("missing answers are fine", "!= 1", "> 1"),
        ("unknown tasks are fine", "name not in names", "False"),
        ("any order", "answers != names", "False"),
    ],
    "derive_all": [
        ("seed lost", "seed=seed)", "seed=0)"),
        ("solutions tidied elsewhere, too", "folder is None and write", "write"),
        ("solutions given out", "as_text(derive(solutions, seed=seed))", "as_text(solutions)"),
    ],
    "answer_of": [("checks answer, too", 'if marks.get("solution") else ""', "")],
    "answer_metadata": [("another id", "task.id", 'f"{task.id}-answer"')],
    "solutions_folder": [("exercises for solutions", '"solutions"', '"exercises"')],
}
"""Mistakes in the deriver: solutions given away, and cells that nbgrader does not know."""
