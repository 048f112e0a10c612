package org.yimmo.wsgi.deploy.internal.release;

/**
 * How much a drop may become.
 *
 * @param bytes of all files together
 * @param files of them
 */
record Limits(long bytes, long files) {
  static final Limits USUAL = new Limits(4L << 30, 200_000);
}
