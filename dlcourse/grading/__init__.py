"""Grading a class: collect submissions, run them in a sandbox, judge outside, report."""
