"""Enables faulthandler, as a careful application does."""

import faulthandler

import switchboard

faulthandler.enable()
application = switchboard.application
