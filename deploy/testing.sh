# What the tests of this directory share; to be sourced, with $part set to the test's name.
# shellcheck shell=sh

work=$(mktemp -d)
engine=
bridge=

# To be named by the test: what it leaves behind on the engine.
clean() { :; }

finish() {
    clean
    if [ -n "$engine" ]; then
        docker rmi "$PFS_IMAGE" >/dev/null 2>&1 || true
        kill "$engine" 2>/dev/null || true
        wait "$engine" 2>/dev/null || true
        umount "$work"/exec/netns/* 2>/dev/null || true
        if [ -n "$bridge" ]; then ip link del "$bridge" 2>/dev/null || true; fi
    fi
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

die() {
    printf 'deploy/%s: %s\n' "$part" "$1" >&2
    exit 1
}

is() { # EXPECTED WHAT COMMAND...
    expected=$1 what=$2
    shift 2
    got=$("$@") || true
    [ "$got" = "$expected" ] || die "$what: '$got' instead of '$expected'"
}

status() {
    curl -s -o /dev/null -w '%{http_code}' "$@"
}

# The README's block for Docker into $work/quickstart, and its lines with curl into $work/curls. They are
# typed from $work, where curl is told what server port 80 of localhost is: connect-to in .curlrc.
quickstart() {
    export HOME="$work"
    sed -n '/^With Docker/,/^Whole trees/p' "$here/../README.md" | sed -n '/^```sh/,/^```/p' | grep -v '^```' |
        sed 's/ *#.*//' >"$work/quickstart"
    grep '^curl' "$work/quickstart" >"$work/curls"
    [ "$(wc -l <"$work/curls")" -ge 5 ] || die "the README has no quickstart for Docker"
    printf hello >"$work/local_file"
}
typed() { # the lines of the quickstart, each with its status
    while read -r line; do
        printf '%s\n' "$line -s -w ' %{http_code}' -o $work/answer" >"$work/line"
        (cd "$work" && . ./line)
    done <"$work/curls"
}

# Until a command succeeds, some minutes at most.
until_ok() { # WHAT COMMAND...
    what=$1
    shift
    waited=0
    until "$@" >/dev/null 2>&1; do
        waited=$((waited + 1))
        [ "$waited" -lt 1500 ] || die "$what: not within five minutes"
        sleep 0.2
    done
}

# An engine of the test's own where DOCKER_HOST names none, and the image in $PFS_IMAGE.
start_engine() {
    if docker version >/dev/null 2>&1; then
        find_image
    else
        own_engine
    fi
}

# A bridge that no other engine has: one that is started without a bridge, as those of other tests
# are, takes docker0 away from all. Left empty where there is no ip.
own_bridge() {
    command -v ip >/dev/null || return 0
    bridge=pfsd$$
    ip link add "$bridge" type bridge
    ip addr add "10.215.$(($$ % 250)).1/24" dev "$bridge"
    ip link set "$bridge" up
}

# An engine of the test's own, and the image.
own_engine() {
    command -v dockerd >/dev/null || die "there is no dockerd"
    export DOCKER_HOST="unix://$work/sock"
    own_bridge
    dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" -H "$DOCKER_HOST" \
        ${bridge:+--bridge "$bridge"} --exec-opt native.cgroupdriver=cgroupfs >"$work/dockerd.log" 2>&1 &
    engine=$!
    until_ok "dockerd answers" docker version
    export PFS_TEST_ENGINE=yes
    find_image
}

find_image() {
    if [ -z "${PFS_IMAGE:-}" ]; then
        export PFS_IMAGE="pfs-test-$$"
        "$here/image/build" "$PFS_IMAGE"
    fi
}

compose() {
    if docker compose version >/dev/null 2>&1; then
        docker compose "$@"
    else
        docker-compose "$@"
    fi
}
