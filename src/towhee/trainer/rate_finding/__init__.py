"""The learning rate, found by trying all of them for a step each."""

from towhee.trainer.rate_finding.rate_finding import RateFinding, suggested
from towhee.trainer.rate_finding.sweep import found_rate

__all__ = ["RateFinding", "found_rate", "suggested"]
