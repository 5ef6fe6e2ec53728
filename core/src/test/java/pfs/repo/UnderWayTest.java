package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class UnderWayTest {
    private final Branch branch = new Branch(new BranchId(1, "b"), state(0));
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    private static BranchState state(long position) {
        return new BranchState(null, null, position, 0, 0);
    }

    /** A group whose sync ends, or fails, when it is let. */
    private final class Group implements UnderWay.Step {
        private final BranchState leaves;
        private final boolean fails;
        private final CountDownLatch let = new CountDownLatch(1);

        Group(long position, boolean fails) {
            this.leaves = state(position);
            this.fails = fails;
        }

        void begin(UnderWay underWay) {
            underWay.begin(Map.of(branch, leaves), this);
        }

        @Override
        public void sync() {
            try {
                let.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (fails) {
                throw new IllegalStateException("no sync");
            }
        }

        @Override
        public void show() {
            branch.publish(leaves);
            told.add("shown " + leaves.position());
        }

        @Override
        public void fail(Throwable cause) {
            told.add("failed " + leaves.position());
        }
    }

    @Test
    void groupsAreShownInTheirOrderWhicheverIsSyncedFirst() {
        UnderWay underWay = new UnderWay(2);
        Group first = new Group(1, false);
        Group second = new Group(2, false);
        underWay.awaitTurn();
        first.begin(underWay);
        underWay.awaitTurn();
        assertThat(underWay.state(branch).position()).isEqualTo(1);
        assertThat(branch.state().position()).isZero();
        second.begin(underWay);
        second.let.countDown();
        assertThat(told).isEmpty();
        first.let.countDown();
        underWay.awaitAll();
        assertThat(told).containsExactly("shown 1", "shown 2");
        assertThat(underWay.state(branch).position()).isEqualTo(2);
    }

    @Test
    void whatWasBegunOverAGroupThatFailsFailsToo() {
        UnderWay underWay = new UnderWay(3);
        Group first = new Group(1, true);
        Group second = new Group(2, false);
        underWay.awaitTurn();
        first.begin(underWay);
        underWay.awaitTurn();
        second.begin(underWay);
        second.let.countDown();
        first.let.countDown();
        while (told.size() < 2) {
            Thread.onSpinWait();
        }
        underWay.awaitTurn();
        assertThat(underWay.state(branch).position()).isZero();
        Group third = new Group(3, false);
        third.let.countDown();
        third.begin(underWay);
        underWay.awaitAll();
        assertThat(told).containsExactly("failed 1", "failed 2", "shown 3");
    }

    @Test
    void onADiskOfItsOwnAGroupEndsBeforeTheNextBegins() {
        UnderWay underWay = new UnderWay(1);
        for (int i = 1; i <= 3; i++) {
            Group group = new Group(i, i == 2);
            group.let.countDown();
            underWay.awaitTurn();
            group.begin(underWay);
        }
        assertThat(told).containsExactly("shown 1", "failed 2", "shown 3");
    }

    @Test
    void whatCannotBeShownFailsAndTheNextGoesOn() {
        for (int most = 1; most <= 2; most++) {
            told.clear();
            UnderWay underWay = new UnderWay(most);
            underWay.awaitTurn();
            underWay.begin(Map.of(branch, state(1)), new Unshown());
            Group next = new Group(2, false);
            next.let.countDown();
            underWay.awaitTurn();
            next.begin(underWay);
            underWay.awaitAll();
            assertThat(told).containsExactly("unshown", "shown 2");
        }
    }

    private final class Unshown implements UnderWay.Step {
        @Override
        public void sync() {}

        @Override
        public void show() {
            throw new AssertionError("no show");
        }

        @Override
        public void fail(Throwable cause) {
            told.add("unshown");
        }
    }
}
