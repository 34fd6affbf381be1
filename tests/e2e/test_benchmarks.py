"""The benchmarks run, so they cannot rot, and their figures hold in small already."""

from benchmarks.validation_memory import measure


def test_validating_stays_far_below_the_memory_of_a_worker():
    """Most of it is Python and the SDK; the file adds a few blocks, however large it is."""
    figures = measure(lines=100_000)
    assert figures["accepted"] == 100_000
    assert figures["peak_mb"] < 250
