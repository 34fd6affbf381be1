"""Files that no importer likes: foreign, broken or malicious, each with how it must end.

One module for each kind of trouble; `FILES` of each is a table, and `test_hostile_files.py` reads
them all.
"""
