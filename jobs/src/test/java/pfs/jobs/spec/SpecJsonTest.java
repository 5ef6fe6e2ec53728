package pfs.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

class SpecJsonTest {
    private static JobSpec decode(String json) {
        return SpecJson.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyFieldIsReadAndEncodingItAgainGivesTheSameSpec() {
        JobSpec spec =
                decode(
                        "{'input': '/logs/**/*.txt', 'branch': 'b', 'image': 'i:1', 'command':"
                            + " ['a', ''], 'env': {'MODE': 'fast'}, 'split': 'fixed:100', 'reduce':"
                            + " {'per': 'batch'}, 'combine': 'combine', 'parts': 3, 'trigger':"
                            + " 'commit', 'parallel': 4, 'concurrency': 2, 'limits': {'cpu': 0.5,"
                            + " 'memory': '256MiB', 'idle': '1.5s', 'total': '2h', 'output': 1000},"
                            + " 'maxBad': 7, 'memo': true, 'path': false, 'recheck': 0.01,"
                            + " 'network': 'egress'}");
        assertThat(spec.input()).isEqualTo(new Input.Files(null, "b", "logs/**/*.txt"));
        assertThat(spec.split()).isEqualTo(new Split.Fixed(100));
        assertThat(spec.limits().memory()).isEqualTo(256L << 20);
        assertThat(spec.limits().idle()).isEqualTo(Duration.ofMillis(1500));
        assertThat(spec.limits().output()).isEqualTo(1000);
        assertThat(decode(SpecJson.encode(spec).toString())).isEqualTo(spec);
    }

    @Test
    void whatIsNotSaidHasItsDefault() {
        JobSpec spec = decode("{'input': {'job': 'clean'}, 'image': 'x'}");
        assertThat(spec.input().sourceBranch()).isEqualTo("jobs/clean");
        assertThat(spec.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(spec.memo()).isTrue();
        assertThat(spec.path()).isTrue();
        assertThat(spec.reduce()).isNull();
        assertThat(spec.network()).isEqualTo(Network.NONE);
        assertThat(decode(SpecJson.encode(spec).toString())).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    inputs | {"image": "x", "inputs": "/"}
                    input | {"image": "x"}
                    input | {"image": "x", "input": 3}
                    input.job | {"image": "x", "input": {"job": "a", "path": "/b"}}
                    input.job | {"image": "x", "input": {"job": "Not A Name"}}
                    branch | {"image": "x", "input": "/", "branch": "a..b"}
                    input.branch | {"image": "x", "input": {"repo": "r", "branch": "/"}}
                    env.PORT | {"image": "x", "input": "/", "env": {"PORT": "80"}}
                    input.paths | {"image": "x", "input": {"paths": "/b"}}
                    image | {"input": "/"}
                    image | {"input": "/", "image": 3}
                    command | {"input": "/", "command": "python3 app.py"}
                    command[1] | {"input": "/", "command": ["a", 1]}
                    env.A | {"input": "/", "image": "x", "env": {"A": 1}}
                    split | {"input": "/", "image": "x", "split": "words"}
                    split | {"input": "/", "image": "x", "split": "fixed:0"}
                    reduce | {"input": "/", "image": "x", "reduce": "batch"}
                    reduce.per | {"input": "/", "image": "x", "reduce": {"per": "group"}}
                    combine | {"input": "/", "image": "x", "combine": "combine"}
                    parts | {"input": "/", "image": "x", "parts": 2}
                    parts | {"input": "/", "image": "x", "reduce": {}, "parts": 0}
                    trigger | {"input": "/", "image": "x", "trigger": "always"}
                    concurrency | {"input": "/", "image": "x", "concurrency": 1.5}
                    limits.memory | {"input": "/", "image": "x", "limits": {"memory": "lots"}}
                    limits.idle | {"input": "/", "image": "x", "limits": {"idle": 60}}
                    limits.disk | {"input": "/", "image": "x", "limits": {"disk": "1GiB"}}
                    recheck | {"input": "/", "image": "x", "memo": false, "recheck": 0.5}
                    recheck | {"input": "/", "image": "x", "recheck": 2}
                    memo | {"input": "/", "image": "x", "memo": "yes"}
                    network | {"input": "/", "image": "x", "network": "host"}
                    """)
    void aComplaintNamesTheField(String field, String json) {
        assertThatThrownBy(() -> decode(json))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                            assertThat(e.getMessage()).contains("'" + field + "'");
                        });
    }

    @Test
    void whatIsNotJsonIsSaidWithItsPlace() {
        assertThatThrownBy(() -> decode("{'input': '/',\n oops}"))
                .hasMessageContaining("not JSON")
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> decode("{'input': '/', 'input': '/'}"))
                .hasMessageContaining("not JSON");
        assertThatThrownBy(() -> decode("[]")).hasMessageContaining("must be a JSON object");
    }
}
