"""A fuzzer of what reads the web's bytes: pages, header lines and archives.

    make fuzz SECONDS=1800 SEED=7

pages, heads and archives write inputs; checks says what must hold for each; runner feeds the one to
the other in child processes, which may crash, and makes what they found small. An input is a
function of its kind, the seed and a number. `corpus/` holds inputs that once were found, and a few
to start from, a file each.
"""
