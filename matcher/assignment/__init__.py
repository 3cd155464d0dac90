"""Panels of experts for projects: expertise, problem, solve with proof, repair, draw, check."""
