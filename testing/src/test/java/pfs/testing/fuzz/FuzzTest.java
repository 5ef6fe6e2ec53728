package pfs.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The short form: some thousand inputs a parser. The long one is {@code bin/torture --only fuzz}.
 */
class FuzzTest {
    static List<Arguments> targets() {
        return Targets.all().stream()
                .map(target -> Arguments.of(Named.of(target.name(), target)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void noInputBreaksTheParser(Target target) {
        Fuzzer fuzzer = new Fuzzer(target, Long.getLong("pfs.seed", System.nanoTime()));
        fuzzer.run(5_000);
        assertThat(fuzzer.executions()).isGreaterThan(5_000);
    }

    @Test
    void aRunThatIsOverBeforeItsCountSaysWhatItDid() {
        FuzzRun run = new FuzzRun(1);
        long atOnce = run.executions();
        run.run(Long.MAX_VALUE, () -> run.executions() > atOnce, _ -> {});
        assertThat(run.executions()).isGreaterThan(atOnce);
        assertThat(run.summary()).startsWith(run.executions() + " inputs");
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
                            return in.length;
                        });
        assertThatThrownBy(() -> new Fuzzer(bad, 1).run(20_000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("bad, seed 1");
    }

    /** Three steps that no single mutation makes: each is kept when it is found. */
    @Test
    void anInputThatLeadsFurtherIsMutatedFurther() {
        Target lock =
                new Target(
                        "lock",
                        List.of(new byte[8]),
                        List.of(IllegalArgumentException.class),
                        in -> {
                            int open = 0;
                            while (open < Math.min(8, in.length)
                                    && in[open] == "pfs-lock".charAt(open)) {
                                open++;
                            }
                            if (open == 8) {
                                throw new IllegalStateException("it is open");
                            }
                            return 1L << open;
                        });
        assertThatThrownBy(() -> new Fuzzer(lock, 1).run(2_000_000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("lock, seed 1")
                .cause()
                .hasMessage("it is open");
    }
}
