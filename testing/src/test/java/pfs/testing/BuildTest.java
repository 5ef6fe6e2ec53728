package pfs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What holds the build on a machine that has never built pfs before. */
class BuildTest {
    private final SourceTree tree = SourceTree.find();

    /**
     * {@code ./pfs} builds without tests, so no module's jar of tests is made: whatever asks for
     * one then gets it from the local repository, or fails where there is none.
     */
    @Test
    void jarsOfTestsAreAskedForOnlyWhereTestsAreBuilt() throws Exception {
        List<String> wrong = new ArrayList<>();
        int asked = 0;
        for (Path pom : poms()) {
            for (Element dependency : elements(read(pom), "dependency")) {
                if (isJarOfTests(dependency) && !within(dependency, "dependencyManagement")) {
                    asked++;
                    if (!isOffWithoutTests(dependency)) {
                        wrong.add(tree.relative(pom) + ": " + text(dependency, "artifactId"));
                    }
                }
            }
        }
        assertThat(asked).as("dependencies on jars of tests").isPositive();
        assertThat(wrong).as("dependencies that -Dmaven.test.skip leaves on").isEmpty();
    }

    /** A profile without a name in {@code <activation>}, or with another one, does not count. */
    @Test
    void aJarOfTestsOutsideOfSuchAProfileIsSeen() throws Exception {
        String asks =
                "<dependencies><dependency><artifactId>a</artifactId><type>test-jar</type>"
                        + "</dependency></dependencies>";
        String profile =
                "<profiles><profile><activation><property><name>%s</name></property></activation>"
                        + asks
                        + "</profile></profiles>";
        assertThat(isOffWithoutTests(only("<project>" + asks + "</project>"))).isFalse();
        assertThat(isOffWithoutTests(only(profile.formatted("other")))).isFalse();
        assertThat(isOffWithoutTests(only(profile.formatted("!maven.test.skip")))).isTrue();
    }

    private List<Path> poms() {
        return tree.files().stream().filter(f -> f.endsWith("pom.xml")).toList();
    }

    private static Element only(String xml) throws Exception {
        Document document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new java.io.ByteArrayInputStream(xml.getBytes()));
        return elements(document, "dependency").getFirst();
    }

    private static Document read(Path pom)
            throws IOException, SAXException, ParserConfigurationException {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    }

    private static List<Element> elements(Document document, String name) {
        NodeList found = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static String text(Element element, String name) {
        NodeList found = element.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }

    private static boolean isJarOfTests(Element dependency) {
        return text(dependency, "type").equals("test-jar")
                || text(dependency, "classifier").equals("tests");
    }

    private static boolean within(Node node, String name) {
        for (Node at = node; at != null; at = at.getParentNode()) {
            if (at.getNodeName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOffWithoutTests(Element dependency) {
        for (Node at = dependency; at != null; at = at.getParentNode()) {
            if (at instanceof Element profile && profile.getTagName().equals("profile")) {
                NodeList activation = profile.getElementsByTagName("activation");
                return activation.getLength() == 1
                        && text((Element) activation.item(0), "name").equals("!maven.test.skip");
            }
        }
        return false;
    }
}
