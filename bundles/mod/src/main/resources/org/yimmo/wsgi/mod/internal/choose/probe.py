import sys, sysconfig

def say(key, value):
    print("%s=%s" % (key, "" if value is None else value))

say("implementation", sys.implementation.name)
say("version", "%d.%d.%d" % sys.version_info[:3])
say("platform", sys.platform)
say("executable", sys.executable)
say("base_prefix", sys.base_prefix)
say("free_threaded", sysconfig.get_config_var("Py_GIL_DISABLED"))
say("libdir", sysconfig.get_config_var("LIBDIR"))
say("multiarch", sysconfig.get_config_var("MULTIARCH"))
say("instsoname", sysconfig.get_config_var("INSTSONAME"))
say("ldlibrary", sysconfig.get_config_var("LDLIBRARY"))
say("framework_prefix", sysconfig.get_config_var("PYTHONFRAMEWORKPREFIX"))
