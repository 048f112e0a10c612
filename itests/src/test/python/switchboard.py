"""Hands /NAME/REST to the application in the module NAME.

It wraps each in wsgiref's validator, unless the module says that it breaks rules on purpose.
"""

import importlib
from wsgiref.util import shift_path_info
from wsgiref.validate import validator

import hello

applications = {}


def application(environ, start_response):
    name = shift_path_info(environ)
    if not name:
        return hello.application(environ, start_response)
    if name not in applications:
        module = importlib.import_module(name)
        breaks = getattr(module, "breaks_rules", False)
        applications[name] = module.application if breaks else validator(module.application)
    return applications[name](environ, start_response)
