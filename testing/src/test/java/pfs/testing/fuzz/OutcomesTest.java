package pfs.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomesTest {
    private final Outcomes outcomes = new Outcomes();

    private boolean isNew(String refusal) {
        return outcomes.isNew(0, new IllegalArgumentException(refusal));
    }

    @Test
    void aRefusalWithAnotherNameIsTheSame() {
        assertThat(isNew("the tree has keys out of order: a/b/c")).isTrue();
        assertThat(isNew("the tree has keys out of order: xyz")).isFalse();
        assertThat(isNew("'x' is a directory")).isTrue();
        assertThat(isNew("'yz' is a directory")).isFalse();
        assertThat(isNew("has the count 7, limit 3")).isTrue();
        assertThat(isNew("has the count 5, limit 3")).isFalse();
    }

    @Test
    void otherWordsAreNew() {
        assertThat(isNew("'x' is a directory")).isTrue();
        assertThat(isNew("'x' is a file")).isTrue();
        assertThat(isNew("has the name '.'")).isTrue();
        assertThat(isNew("has metadata without a name")).isTrue();
    }

    @Test
    void ofWhatIsTakenTheSizeCounts() {
        assertThat(outcomes.isNew(1, null)).isTrue();
        assertThat(outcomes.isNew(1000, null)).isTrue();
        assertThat(outcomes.isNew(1001, null)).isFalse();
    }
}
