"""What is done to the app on purpose: files, names, secrets and addresses that somebody made up.

`python -m tests.attacks SEED CASE` tries one generated file again.
"""
