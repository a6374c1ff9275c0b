"""The command line: each command parses its options, calls the packages before it, and renders.

Last in the pipeline. One file a command, loaded only when it is asked for, and heavy parts inside a
command only where they are needed: `steelyard --help` imports next to nothing. Results go to standard
output, everything else to standard error. `main` turns every way to end into an exit status (status.py).
"""
