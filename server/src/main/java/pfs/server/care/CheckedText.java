package pfs.server.care;

import pfs.repo.Checked;
import pfs.repo.Finding;
import tools.jackson.core.JsonGenerator;

/** What a check came to, for people and for programs. */
public final class CheckedText {
    private CheckedText() {}

    /** A line for each finding, then the sums, a name, two spaces and a number each. */
    public static String of(Checked checked) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : checked.findings()) {
            text.append(finding).append('\n');
        }
        return text.append("packs  ")
                .append(checked.packs())
                .append("\nobjects  ")
                .append(checked.objects())
                .append("\nbytes  ")
                .append(checked.bytes())
                .append("\ncommits  ")
                .append(checked.commits())
                .append("\ndamages  ")
                .append(checked.damages())
                .append("\nmended  ")
                .append(checked.mended())
                .append('\n')
                .toString();
    }

    static void write(JsonGenerator json, Checked checked) {
        json.writeStartObject();
        json.writeBooleanProperty("whole", checked.whole());
        json.writeArrayPropertyStart("findings");
        for (Finding finding : checked.findings()) {
            json.writeStartObject();
            json.writeStringProperty("what", finding.what());
            json.writeStringProperty("where", finding.where());
            json.writeBooleanProperty("mended", finding.mended());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberProperty("packs", checked.packs());
        json.writeNumberProperty("objects", checked.objects());
        json.writeNumberProperty("bytes", checked.bytes());
        json.writeNumberProperty("commits", checked.commits());
        json.writeNumberProperty("damages", checked.damages());
        json.writeNumberProperty("mended", checked.mended());
        json.writeEndObject();
    }
}
