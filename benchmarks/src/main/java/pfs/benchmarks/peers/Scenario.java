package pfs.benchmarks.peers;

import java.util.List;
import java.util.Map;

/**
 * What is done in one go by each contender, and the rows that come of it.
 *
 * @param id for {@code --only}
 * @param contenders pfs first; they take turns, round by round
 */
record Scenario(String id, List<Row> rows, List<Contender> contenders) {

    /** Who runs, and how. */
    record Contender(String name, Trial trial) {}

    /** One round: figures by row. The clock runs inside, so that preparations do not count. */
    interface Trial {
        Map<String, Double> run(int round) throws Exception;
    }
}
