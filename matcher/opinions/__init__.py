"""From experts' opinions to the reserve list of proof-of-concept projects (概念验证项目储备库)."""

from matcher.opinions.opinion import DIMENSIONS, Dimension, Opinion, OpinionError
from matcher.opinions.reserve import Entry, ReserveList, reserve_list

__all__ = ["DIMENSIONS", "Dimension", "Entry", "Opinion", "OpinionError", "ReserveList", "reserve_list"]
