package pfs.testing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A network of its own inside this machine: a few nodes, each a network namespace, joined by a
 * bridge in one more, and this process beside them. Packets between nodes can be dropped, as when a
 * cable is pulled: nobody is told. Needs root, {@code ip}, {@code nsenter} and {@code iptables}.
 */
final class TestNetwork implements AutoCloseable {
    /** Of a network that nothing else on this machine is likely to have. */
    private static final String NET = "10.213.";

    private final String name;
    private final String net;
    private final int nodes;

    private TestNetwork(String name, String net, int nodes) {
        this.name = name;
        this.net = net;
        this.nodes = nodes;
    }

    /** Why there can be no such network here; empty if there can. */
    static Optional<String> missing() throws Exception {
        for (String tool : List.of("ip", "nsenter", "iptables")) {
            if (!there(tool)) {
                return Optional.of("'" + tool + "' is missing (Debian: iproute2, iptables)");
            }
        }
        if (!Files.isWritable(Path.of("/run")) || run("ip", "netns", "add", "pfs-probe") != 0) {
            return Optional.of("this user may not make network namespaces");
        }
        boolean filters = run(words("pfs-probe", "iptables", "-L")) == 0;
        run("ip", "netns", "del", "pfs-probe");
        return filters ? Optional.empty() : Optional.of("iptables does not work here");
    }

    private static boolean there(String tool) {
        return List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /** Makes a network, under a name that no other has. */
    static TestNetwork open(int nodes) throws Exception {
        int id = (int) (ProcessHandle.current().pid() % 250);
        while (run("ip", "netns", "add", "pfs" + id + "hub") != 0) {
            id = (id + 1) % 250;
        }
        TestNetwork network = new TestNetwork("pfs" + id, NET + id, nodes);
        boolean made = false;
        try {
            network.make();
            made = true;
        } finally {
            if (!made) {
                network.close();
            }
        }
        return network;
    }

    private void make() throws Exception {
        String hub = name + "hub";
        must("ip", "-n", hub, "link", "add", "br0", "type", "bridge");
        must("ip", "-n", hub, "link", "set", "br0", "up");
        must("ip", "link", "add", name, "type", "veth", "peer", "name", "host", "netns", hub);
        must("ip", "addr", "add", host() + "/24", "dev", name);
        must("ip", "link", "set", name, "up");
        plug(hub, "host");
        for (int i = 0; i < nodes; i++) {
            String node = node(i);
            String cable = "to" + i;
            must("ip", "netns", "add", node);
            must(
                    ("ip -n "
                                    + hub
                                    + " link add "
                                    + cable
                                    + " type veth peer name eth0 netns "
                                    + node)
                            .split(" "));
            plug(hub, cable);
            must("ip", "-n", node, "link", "set", "lo", "up");
            must("ip", "-n", node, "addr", "add", address(i) + "/24", "dev", "eth0");
            must("ip", "-n", node, "link", "set", "eth0", "up");
        }
    }

    private static void plug(String hub, String cable) throws Exception {
        must("ip", "-n", hub, "link", "set", cable, "master", "br0");
        must("ip", "-n", hub, "link", "set", cable, "up");
    }

    private String node(int i) {
        return name + "n" + i;
    }

    /** Where a node is reached. */
    String address(int node) {
        return net + "." + (node + 1);
    }

    /** Where this process is reached from the nodes. */
    String host() {
        return net + ".254";
    }

    /** What {@code bin/cluster} calls its nodes. */
    String nodes() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            all.add(node(i) + "@" + address(i));
        }
        return String.join(" ", all);
    }

    /** The words that start a command on a node, before those of the command. */
    List<String> on(int node) {
        // not 'ip netns exec': that hides /sys from what it starts
        return List.of("nsenter", "--net=/run/netns/" + node(node));
    }

    private static String[] words(String namespace, String... command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    /** Parts a node from all others; this process and what it stands for still reach it. */
    void isolate(int node) throws Exception {
        for (int other = 0; other < nodes; other++) {
            if (other != node) {
                drop(node, other);
                drop(other, node);
            }
        }
    }

    /** What one node sends to another gets lost; the other way it arrives. */
    void drop(int from, int to) throws Exception {
        must(words(node(to), "iptables", "-A", "INPUT", "-s", address(from), "-j", "DROP"));
    }

    /** What a node sends to a port, wherever that is, gets lost. */
    void dropTo(int port, int from) throws Exception {
        String number = Integer.toString(port);
        must(
                words(
                        node(from),
                        "iptables",
                        "-A",
                        "OUTPUT",
                        "-p",
                        "tcp",
                        "--dport",
                        number,
                        "-j",
                        "DROP"));
    }

    /** Lets all pass again. */
    void heal() throws Exception {
        for (int i = 0; i < nodes; i++) {
            must(words(node(i), "iptables", "-F"));
        }
    }

    private static void must(String... command) throws Exception {
        int status = run(command);
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status);
        }
    }

    private static int run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " does not end");
        }
        return process.exitValue();
    }

    /** Takes the network away; what still runs in it is cut off for good. */
    @Override
    public void close() throws Exception {
        run("ip", "link", "del", name);
        for (int i = 0; i < nodes; i++) {
            run("ip", "netns", "del", node(i));
        }
        run("ip", "netns", "del", name + "hub");
    }
}
