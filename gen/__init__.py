"""Generator of smallm's gfx950 kernels: configs/kernels.csv in, assembly and the loader's tables
out.
"""
