"""The WSGI application: library.wsgi:application."""

import os

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "library.settings")

# The handler serves the files of the admin, which in production is the work of a front server.
application = StaticFilesHandler(get_wsgi_application())
