"""Proves that judging by patterns says the same as judging line by line.

Lines of all shapes are taught, broken in every way that we know of, and judged both ways.
`make soundness LINES=1000000` runs more of it than the tests do.
"""
