#!/bin/sh
# Runs AotCache.java on the Java with which the distribution TREE would start here.
# Usage: aot-cache.sh TREE WORK. It never fails: there is only no cache then.

. "$1/lib/find-java.sh"
if find_java; then
  "$JAVA_HOME/bin/java" "${0%/*}/AotCache.java" "$1" "$2" && exit 0
fi
echo "[WARNING] the distribution has no AOT cache and starts slower: no JDK 25 made one"
