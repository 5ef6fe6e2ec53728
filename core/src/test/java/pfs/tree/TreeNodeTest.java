package pfs.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class TreeNodeTest {
    @Test
    void itemsComeBackAsTheyWere() {
        Random random = Samples.random(Samples.seed(), "itemsComeBackAsTheyWere");
        for (int round = 0; round < 300; round++) {
            TreeMap<Key, Entry> entries = entries(random, random.nextInt(200));
            TreeNode node = TreeNode.decode(leaf(entries));
            assertThat(node.count()).isEqualTo(entries.size());
            int i = 0;
            for (Map.Entry<Key, Entry> entry : entries.entrySet()) {
                assertThat(node.key(i)).isEqualTo(entry.getKey());
                assertThat(node.entry(i)).isEqualTo(entry.getValue());
                assertThat(node.search(entry.getKey())).isEqualTo(i);
                i++;
            }
            assertThat(node.entries()).isEqualTo(entries.size());
        }
    }

    @Test
    void searchFindsTheFirstKeyThatIsNotLess() {
        Random random = Samples.random(Samples.seed(), "searchFindsTheFirstKey");
        TreeMap<Key, Entry> entries = new TreeMap<>();
        TreeNode node = TreeNode.decode(leaf(entries));
        for (int round = 0; round < 20_000; round++) {
            if (round % 100 == 0) {
                entries = entries(random, random.nextInt(30));
                node = TreeNode.decode(leaf(entries));
            }
            Key key = Key.of(name(random));
            int expected = entries.headMap(key).size();
            assertThat(node.search(key)).as(key.toString()).isEqualTo(expected);
            assertThat(node.find(key.array(), key.from(), key.to()))
                    .as(key.toString())
                    .isEqualTo(entries.containsKey(key) ? expected : -1);
        }
    }

    @Test
    void damagedBytesAreRefusedOrWhatAnEncoderWrites() {
        Random random = Samples.random(Samples.seed(), "damagedBytes");
        int taken = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = round % 3 == 0 ? inner(random) : leaf(entries(random, 12));
            byte[] damaged = damage(bytes, random);
            try {
                TreeNode node = TreeNode.decode(damaged.clone());
                assertThat(encode(node)).isEqualTo(damaged);
                taken++;
            } catch (PfsException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT);
            }
        }
        System.out.println("damaged nodes that are nodes still: " + taken);
    }

    @Test
    void aFalseCountAllocatesNothing() {
        byte[] bytes = {1, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
        assertThatThrownBy(() -> TreeNode.decode(bytes)).hasMessageContaining("count");
    }

    @Test
    void namesThatBreakTheRulesAreRefused() {
        for (String name :
                new String[] {"a/b", ".", "..", "a\u0001", "\u0085", "/", "../", "a//"}) {
            NodeBuilder builder = new NodeBuilder(0);
            builder.add(Key.of(name), Samples.file(1));
            byte[] bytes = builder.encode();
            assertThatThrownBy(() -> TreeNode.decode(bytes))
                    .as(name)
                    .isInstanceOf(PfsException.class);
        }
    }

    @Test
    void attachmentsAreLimited() {
        FileEntry file =
                new FileEntry(
                        Samples.file(1).content(), false, 0, null, Map.of("a", "x".repeat(50_000)));
        assertThatThrownBy(() -> new NodeBuilder(0).add(Key.of("f"), file))
                .hasMessageContaining("limit 49152");
    }

    private static byte[] encode(TreeNode node) {
        NodeBuilder builder = new NodeBuilder(node.level());
        for (int i = 0; i < node.count(); i++) {
            if (node.level() == 0) {
                builder.add(node.key(i), node.entry(i));
            } else {
                builder.add(node.child(i));
            }
        }
        return builder.encode();
    }

    private static byte[] damage(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> damaged = Arrays.copyOf(bytes, random.nextInt(bytes.length + 4));
            case 1 -> damaged[random.nextInt(bytes.length)] = (byte) random.nextInt();
            case 2 -> damaged[random.nextInt(Math.min(40, bytes.length))] ^= 1;
            default -> {
                int at = random.nextInt(bytes.length);
                int from = random.nextInt(bytes.length);
                int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                System.arraycopy(bytes, from, damaged, at, length);
            }
        }
        return damaged;
    }

    private static byte[] leaf(TreeMap<Key, Entry> entries) {
        NodeBuilder builder = new NodeBuilder(0);
        entries.forEach(builder::add);
        return builder.encode();
    }

    private static byte[] inner(Random random) {
        NodeBuilder builder = new NodeBuilder(1 + random.nextInt(3));
        for (Key key : entries(random, 12).keySet()) {
            builder.add(
                    new Child(
                            key,
                            Samples.file(random.nextInt()).content().id(),
                            random.nextInt(1000),
                            random.nextLong() >>> 10,
                            1 + random.nextInt(500)));
        }
        return builder.isEmpty() ? leaf(new TreeMap<>()) : builder.encode();
    }

    private static TreeMap<Key, Entry> entries(Random random, int count) {
        TreeMap<Key, Entry> entries = new TreeMap<>();
        String prefix = random.nextBoolean() ? name(random) : "";
        for (int i = 0; i < count; i++) {
            String name = prefix + name(random);
            if (random.nextInt(5) == 0) {
                entries.put(
                        Key.of(name + "/"),
                        new DirectoryEntry(
                                Samples.file(random.nextInt(9)).content().id(),
                                random.nextInt(1000),
                                random.nextLong() >>> 10,
                                random.nextBoolean()));
            } else {
                entries.put(Key.of(name), Samples.anyFile(random));
            }
        }
        return entries;
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        int length = 1 + random.nextInt(8);
        for (int i = 0; i < length; i++) {
            name.appendCodePoint("ab-.0Zé漢\ud83d\ude00".codePoints().toArray()[random.nextInt(9)]);
        }
        return name.toString().startsWith(".") ? "x" + name : name.toString();
    }
}
