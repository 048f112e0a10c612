package org.yimmo.wsgi.context.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentEncodingTest {
  @ParameterizedTest
  @CsvSource({
    "/a%20b,/a b",
    "/%C3%A4,/\u00c3\u00a4",
    "/%2f%2F,///",
    "/100%,/100%",
    "/%4,/%4",
    "/%zz%41,/%zzA",
    "/\u00e4%41,/\u00e4A",
    "%25%32%35,%25",
  })
  void decodesOctetsToLatin1(String encoded, String decoded) {
    assertEquals(decoded, PercentEncoding.decode(encoded));
  }

  @Test
  void leavesAPathWithoutPercentAlone() {
    var path = "/plain";

    assertSame(path, PercentEncoding.decode(path));
  }
}
