package org.yimmo.wsgi.context.internal;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.yimmo.wsgi.application.Environ;
import org.yimmo.wsgi.application.Input;
import org.yimmo.wsgi.exchange.Request;

/** The environ of one request, built from it by the rules of RFC 3875 and PEP 3333. */
final class RequestEnviron implements Environ {
  static final String SERVER_SOFTWARE = "yimmo-wsgi";

  private static final int VARIABLES_WITHOUT_FIELDS = 14;

  /** What does not change from request to request. */
  record Flags(boolean multithread, boolean multiprocess) {}

  private final Flags flags;
  private final boolean secure;
  private final RequestInput input;
  private Optional<PrintWriter> errors = Optional.empty();

  // Variables as name, value, name, value …; every name is a constant or comes from FieldNames, so
  // that names compare by identity.
  private String[] variables;
  private int length;

  RequestEnviron(Request request, Routes.Found route, Flags flags) {
    this.flags = flags;
    secure = request.endpoints().secure();
    input = RequestInput.of(request.content());
    variables = new String[2 * (VARIABLES_WITHOUT_FIELDS + request.fields().size())];
    addRequestLine(request, route);
    addEndpoints(request);
    addFields(request);
  }

  private void addRequestLine(Request request, Routes.Found route) {
    add("REQUEST_METHOD", request.method());
    add("SCRIPT_NAME", route.scriptName());
    add("PATH_INFO", route.pathInfo());
    add("QUERY_STRING", request.query());
    add("REQUEST_URI", request.target());
    add("SERVER_PROTOCOL", request.protocol());
  }

  private void addEndpoints(Request request) {
    var endpoints = request.endpoints();
    add("SERVER_SOFTWARE", SERVER_SOFTWARE);
    if (endpoints.localPort() == 0) {
      // A unix socket: PEP 3333 wants both variables, and neither empty.
      add("SERVER_NAME", "localhost");
      add("SERVER_PORT", secure ? "443" : "80");
    } else {
      add("SERVER_NAME", endpoints.localAddress());
      add("SERVER_PORT", Decimals.text(endpoints.localPort()));
    }
    add("REMOTE_ADDR", endpoints.remoteAddress());
    add("REMOTE_PORT", Decimals.text(endpoints.remotePort()));
    if (secure) {
      add("HTTPS", "on");
    }
    var tls = endpoints.tls();
    for (var i = 0; i < tls.size(); i++) {
      add(tls.name(i), tls.value(i));
    }
  }

  private void addFields(Request request) {
    var fields = request.fields();
    var chunked = false;
    var firstField = length;
    for (var i = 0; i < fields.size(); i++) {
      switch (FieldNames.variable(fields.name(i))) {
        case FieldNames.DROPPED -> {}
        case FieldNames.TRANSFER_ENCODING -> chunked = true;
        case String name -> addField(firstField, name, fields.value(i));
      }
    }
    if (chunked) {
      // The content was decoded and is complete, so its length is known.
      add("CONTENT_LENGTH", Long.toString(request.content().length()));
    }
  }

  /** Combines fields of one name (RFC 9110 §5.3; RFC 9113 §8.2.3 for cookies). */
  @SuppressWarnings({"ReferenceEquality", "StringEquality"}) // names are canonical, see above
  private void addField(int firstField, String name, String value) {
    for (var i = firstField; i < length; i += 2) {
      if (variables[i] == name) {
        if (name != FieldNames.CONTENT_LENGTH) {
          var separator = name == FieldNames.COOKIE ? "; " : ",";
          variables[i + 1] = variables[i + 1] + separator + value;
        }
        return;
      }
    }
    add(name, value);
  }

  private void add(String name, String value) {
    if (length == variables.length) {
      variables = Arrays.copyOf(variables, 2 * length);
    }
    variables[length++] = name;
    variables[length++] = value;
  }

  @Override
  public Optional<String> variable(String name) {
    for (var i = 0; i < length; i += 2) {
      if (variables[i].equals(name)) {
        return Optional.of(variables[i + 1]);
      }
    }
    return Optional.empty();
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super String> each) {
    for (var i = 0; i < length; i += 2) {
      each.accept(variables[i], variables[i + 1]);
    }
  }

  @Override
  public Input input() {
    return input;
  }

  @Override
  public PrintWriter errors() {
    var writer = errors.orElseGet(ErrorLines::writer);
    errors = Optional.of(writer);
    return writer;
  }

  @Override
  public String urlScheme() {
    return secure ? "https" : "http";
  }

  @Override
  public boolean multithread() {
    return flags.multithread();
  }

  @Override
  public boolean multiprocess() {
    return flags.multiprocess();
  }

  /** The application is done: what it kept of the request does not read any more. */
  void close() {
    input.close();
    errors.ifPresent(PrintWriter::flush);
  }
}
