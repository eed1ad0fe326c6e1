"""The whole product on one machine: what `mixline run` and `make run` start. Supervisor keeps the processes.

Nothing is imported here: the process manager loads `mixline.local.guard` and must stay small.
"""
