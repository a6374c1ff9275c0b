"""The services over all packages: load, read, score, verify, summarise, write.

Services take values and give values. They never print and never end the process: progress and what the user should
know go to a `Listener` (listener.py), a failure is an exception of errors.py, a subclass of `SteelyardError`.
The command line parses options, calls these services, and renders.
"""
