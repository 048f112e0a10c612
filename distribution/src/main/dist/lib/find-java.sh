# Sets JAVA_HOME to a Java 25 or newer; leaves it alone when there is none, or when it is one.
# Sourced by the start script and by the build. A JDK says its version in the file `release`,
# so nothing is started to find out.

# Prints the feature release of the Java in $1.
java_major() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r _line; do
    case $_line in
      JAVA_VERSION=*)
        _line=${_line#*\"}
        printf '%s\n' "${_line%%[!0-9]*}"
        return 0
        ;;
    esac
  done < "$1/release"
  return 1
}

java_suits() {
  _major=$(java_major "$1") && [ -n "$_major" ] && [ "$_major" -ge 25 ]
}

find_java() {
  if [ -n "${JAVA_HOME-}" ] && java_suits "$JAVA_HOME"; then
    return 0
  fi
  _java=$(command -v java || true)
  if [ -n "$_java" ]; then
    _java=$(readlink -f "$_java" 2>/dev/null || printf '%s\n' "$_java")
    _home=${_java%/bin/java}
    if java_suits "$_home"; then
      JAVA_HOME=$_home
      export JAVA_HOME
      return 0
    fi
  fi
  for _home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME-}"/.sdkman/candidates/java/* \
      "${HOME-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if java_suits "$_home"; then
      JAVA_HOME=$_home
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}
