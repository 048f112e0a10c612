package org.yimmo.wsgi.context.internal;

import java.lang.annotation.Annotation;

/** The configuration of a process with one worker thread. */
@SuppressWarnings("BadAnnotationImplementation") // nobody compares it
record OneThread(boolean multithread, boolean multiprocess, boolean may_be_empty)
    implements Contexts.Configuration {
  OneThread() {
    this(false, false, false);
  }

  @Override
  public Class<? extends Annotation> annotationType() {
    return Contexts.Configuration.class;
  }
}
