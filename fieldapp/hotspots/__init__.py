"""The statistics of places: pure functions on numbers, the method and its sources in docs/statistics.md."""

from fieldapp.hotspots.clustering import Dispersion, clustering, dispersion, widened
from fieldapp.hotspots.comparing import RateRatio, compare_rates, e_test, smallest_visible_change
from fieldapp.hotspots.discovery import benjamini_hochberg
from fieldapp.hotspots.foresight import Prediction, prediction
from fieldapp.hotspots.guards import divided, hours_known, parts_known, parts_of_day, smooth, stands_out
from fieldapp.hotspots.parameters import PARAMETERS, Parameters, square_size
from fieldapp.hotspots.places import Lifecycle, RepeatShare, lifecycle, repeat_share
from fieldapp.hotspots.rates import Smoothed, empirical_bayes, poisson_interval
from fieldapp.hotspots.scanning import Scan, scan
from fieldapp.hotspots.strata import Strata, stratified
from fieldapp.hotspots.sums import window_sums
from fieldapp.hotspots.watching import Alarm, funnel_limits, weekly_alarm
from fieldapp.hotspots.window import WindowTest, strata_test, stratified_test, window_test

__all__ = [
    "PARAMETERS",
    "Alarm",
    "Dispersion",
    "Lifecycle",
    "Parameters",
    "Prediction",
    "RateRatio",
    "RepeatShare",
    "Scan",
    "Smoothed",
    "Strata",
    "WindowTest",
    "benjamini_hochberg",
    "clustering",
    "compare_rates",
    "dispersion",
    "divided",
    "e_test",
    "empirical_bayes",
    "funnel_limits",
    "hours_known",
    "lifecycle",
    "parts_known",
    "parts_of_day",
    "poisson_interval",
    "prediction",
    "repeat_share",
    "scan",
    "smallest_visible_change",
    "smooth",
    "square_size",
    "stands_out",
    "strata_test",
    "stratified",
    "stratified_test",
    "weekly_alarm",
    "widened",
    "window_sums",
    "window_test",
]
