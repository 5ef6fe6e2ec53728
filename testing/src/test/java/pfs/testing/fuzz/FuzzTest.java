package pfs.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The short form: some thousand inputs a parser. The long one is {@code bin/torture --only fuzz}.
 */
class FuzzTest {
    static List<String> names() {
        return Targets.all().stream().map(Target::name).toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void noInputBreaksTheParser(String name) {
        Fuzzer fuzzer = new Fuzzer(Long.getLong("pfs.seed", System.nanoTime()));
        Targets.all().stream()
                .filter(target -> target.name().equals(name))
                .forEach(target -> fuzzer.run(target, 20_000));
        assertThat(fuzzer.executions()).isGreaterThan(20_000);
    }

    @Test
    void aParserThatStumblesIsFound() {
        Target bad =
                new Target(
                        "bad",
                        List.of(new byte[] {1, 2, 3}),
                        List.of(IllegalArgumentException.class),
                        in -> {
                            if (in.length > 1 && in[1] == (byte) 0xff) {
                                throw new ArrayIndexOutOfBoundsException("a mistake");
                            }
                        });
        assertThatThrownBy(() -> new Fuzzer(1).run(bad, 20_000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("bad, seed 1");
    }
}
