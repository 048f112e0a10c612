"""Hands /NAME/REST to the application in the module NAME.

It wraps each in wsgiref's validator, unless the module says that it breaks rules on purpose.
"""

import importlib
from wsgiref.validate import validator

import hello

applications = {}


def application(environ, start_response):
    name = (environ["PATH_INFO"] + "/").split("/")[1]
    if not name:
        return hello.application(environ, start_response)
    environ["SCRIPT_NAME"] += "/" + name
    environ["PATH_INFO"] = environ["PATH_INFO"][len(name) + 1 :]
    if name not in applications:
        module = importlib.import_module(name)
        breaks = getattr(module, "breaks_rules", False)
        applications[name] = module.application if breaks else validator(module.application)
    return applications[name](environ, start_response)
