package pfs.testing.deploy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Reads Kubernetes manifests by the models that are made from the API's own schemas, and refuses
 * what these do not know: a field of another name, a value of another type, a kind of another API
 * version. Thread-safe.
 */
final class Manifests {
    /** The models keep fields that they do not know; here such a field is a mistake. */
    private static final class Strict extends JacksonAnnotationIntrospector {
        @Override
        public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
            return false;
        }
    }

    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .annotationIntrospector(new Strict())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private Manifests() {}

    /**
     * All documents of a text.
     *
     * @throws RuntimeException for what the API would not take
     */
    static List<HasMetadata> read(String yaml) {
        List<HasMetadata> objects = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.isObject()) {
                    objects.add(read(document));
                }
            }
        }
        return objects;
    }

    private static HasMetadata read(JsonNode document) {
        String kind =
                document.path("apiVersion").asString("") + " " + document.path("kind").asString("");
        Class<? extends HasMetadata> type =
                switch (kind) {
                    case "v1 Service" -> Service.class;
                    case "apps/v1 StatefulSet" -> StatefulSet.class;
                    default -> throw new IllegalArgumentException("no such object: " + kind);
                };
        return YAML.treeToValue(document, type);
    }
}
