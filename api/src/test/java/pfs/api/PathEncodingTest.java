package pfs.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathEncodingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain/path.txt",
                "with space",
                "100% sure?",
                "a+b&c=d#e",
                "größe/漢字/😀",
                "[glob]*",
                "~tilde-_."
            })
    void decodesWhatItEncoded(String path) {
        assertThat(PathEncoding.decode(PathEncoding.encode(path))).isEqualTo(path);
    }

    @Test
    void encodesAllThatUrlsGiveAMeaning() {
        assertThat(PathEncoding.encode("a b/ü?#%+")).isEqualTo("a%20b/%C3%BC%3F%23%25%2B");
        assertThat(PathEncoding.encodeSegment("feature/x")).isEqualTo("feature%2Fx");
    }

    @Test
    void decodesOnceAndLeavesPlusAlone() {
        assertThat(PathEncoding.decode("a+b%252F")).isEqualTo("a+b%2F");
        assertThat(PathEncoding.decode("x%41")).isEqualTo("xA");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%4", "%zz", "%C3", "%ff"})
    void refusesWhatIsNotEncodedUtf8(String raw) {
        assertThatThrownBy(() -> PathEncoding.decode(raw))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(raw);
    }
}
