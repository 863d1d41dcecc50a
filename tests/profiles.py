"""How Hypothesis draws cases: the same on every machine, or others each time."""

from hypothesis import settings


def register():
    """Name every setting that counts, since Hypothesis begins with others where CI is set."""
    settings.register_profile("course", deadline=None, derandomize=True, print_blob=True)
    settings.register_profile(
        "random", deadline=None, derandomize=False, print_blob=True, max_examples=400
    )
    settings.load_profile("course")  # unless --hypothesis-profile=random asks for other cases
