"""Moving pictures, for tests of what they show."""


def place(picture, **values):
    """Move sliders, and give the frame that is drawn then."""
    for name, value in values.items():
        setattr(picture, name, value)
    return picture.frame
